"""An inbox and a folder of workbooks whose files hold canaries wherever files can hold words."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from tests.canaries.flock import Flock
from tests.runs import UNHCR, VOLUNTEERS
from tests.servers.pdf import pdf

HEADERS: Final = ("Governorate", "Sub-district", "PCODE", "Families", "People", "From", "To")
PRIVATE: Final = ["Enumerator", "Phone", "Latitude", "Notes"]
ROW: Final = ("Idleb", "Dana", "SY070301", 40, 220, "01/01/2018", "06/01/2018")
FLED: Final = (
    "More than {people} people fled their homes in Idlib between December 15 and January 6"
)


def plant_files(inbox: Path, folder: Path, flock: Flock) -> None:
    """Fill the three parts of an inbox, and a folder that `workbooks` reads."""
    for name in ("figures", "volunteers", "reports"):
        (inbox / name).mkdir(parents=True)
    folder.mkdir(parents=True)
    _plant_figures(inbox / "figures", flock)
    _plant_sheets(inbox / "volunteers", flock, "sheet")
    _plant_sheets(folder, flock, "folder's sheet")
    _plant_reports(inbox / "reports", flock)


def _plant_figures(folder: Path, flock: Flock) -> None:
    where = "figures file's"
    speaker = flock.name(f"{where} quote")
    quote = (
        f"{speaker}, a volunteer, said nearly 120,000 fled; call {flock.phone(f'{where} quote')}"
    )
    beside = {
        "enumerator": flock.name(f"{where} column"),
        "mobile": flock.phone(f"{where} column"),
        "gps": flock.position(f"{where} column"),
        flock.name(f"{where} header"): "x",
    }
    good = [
        UNHCR | {"quote": quote, "url": f"https://site.example/?by={flock.mail(f'{where} url')}"},
        VOLUNTEERS | {"areas": "", "area_text": f"Idlib ({flock.phone(f'{where} area')})"},
        VOLUNTEERS | {"record_id": flock.mail(f"{where} id")},
        VOLUNTEERS | {"record_id": "c", "counter": f"Volunteers {flock.phone(f'{where} counter')}"},
        VOLUNTEERS | {"record_id": "d", "publisher": flock.mail(f"{where} publisher")},
        VOLUNTEERS | {"record_id": "e", "event_id": flock.arabic_phone(f"{where} event")},
        VOLUNTEERS | {"record_id": "f", "counter": f"Dr {flock.name(f'{where} counter')}"},
        VOLUNTEERS
        | {
            "record_id": "g",
            "areas": "",
            "area_text": f"Idlib, at {flock.name(f'{where} area')} house",
            "url": f"https://site.example/u/{flock.account(f'{where} url')}",
        },
    ]
    bad = [
        VOLUNTEERS | {"record_id": f"bad-{column}", column: flock.name(f"{where} bad {column}")}
        for column in ("stated", "stated_high", "published_on", "end_date", "measure", "unit")
    ]
    bad.append(VOLUNTEERS | {"record_id": "at", "stated": flock.position(f"{where} bad stated")})
    bad.append(VOLUNTEERS | {"record_id": "bad-error", "error": flock.phone(f"{where} bad error")})
    _write_csv(folder / f"{flock.name(f'{where} file')}.csv", [row | beside for row in good + bad])
    ragged = io.StringIO()
    rows = csv.writer(ragged)
    rows.writerow([*UNHCR])
    rows.writerow([*UNHCR.values(), flock.name(f"{where} ragged row")])
    (folder / "ragged.csv").write_text(ragged.getvalue(), encoding="utf-8")
    broken = f'counter,"{flock.name(f"{where} broken quotes")}"x,measure\n'
    (folder / f"{flock.name(f'{where} broken file')}.csv").write_text(broken, encoding="utf-8")
    wide = f"counter {flock.name(f'{where} wide letters')}".encode("utf-16")
    (folder / f"{flock.name(f'{where} wide file')}.csv").write_bytes(wide)


def _write_csv(path: Path, rows: Iterable[dict[str, object]]) -> None:
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _plant_sheets(folder: Path, flock: Flock, where: str) -> None:
    _workbook(flock, where).save(folder / f"{flock.name(f'{where} file')}.xlsx")
    private = [flock.name(f"{where} csv"), flock.arabic_phone(f"{where} csv")]
    lines = [[*HEADERS, "Enumerator", "Phone"], [*ROW, *private]]
    text = "\n".join(",".join(map(str, line)) for line in lines)
    path = folder / f"{flock.arabic_name(f'{where} csv file')}.csv"
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".toml").write_text('counter = "Local volunteers"\n', encoding="utf-8")
    for number, sidecar in enumerate(
        (
            f'counter = "Call {flock.phone(f"{where} sidecar")}"',
            f'counter = "Dr {flock.name(f"{where} sidecar counter")}"',
            f'measure = "{flock.name(f"{where} sidecar measure")}"',
            f'published_on = "{flock.name(f"{where} sidecar day")}"',
            f'"{flock.name(f"{where} sidecar key")}" = "x"',
            f'x = {{ "{flock.name(f"{where} broken sidecar")}" = 1, x = "',
        )
    ):
        (folder / f"told {number}.csv").write_text(text + f"\nsum {number}", encoding="utf-8")
        (folder / f"told {number}.toml").write_text(sidecar, encoding="utf-8")
    for kind in (".xlsx", ".xls"):
        broken = b"PK\x03\x04" + flock.words(f"{where} broken {kind}").encode() * 20
        (folder / f"{flock.name(f'{where} broken {kind} file')}{kind}").write_bytes(broken)
    headless = Workbook()
    headless.worksheets[0].append([flock.name(f"{where} headless"), 5])
    headless.worksheets[0].title = flock.name(f"{where} headless title")
    headless.save(folder / f"{flock.name(f'{where} headless file')}.xlsx")


def _workbook(flock: Flock, where: str) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = flock.name(f"{where} title")
    sheet.append([f"Counted by {flock.name(f'{where} first row')}"])
    sheet.append([])
    sheet.append(
        [
            *(*HEADERS[:3], f"Families ({flock.name(f'{where} known header')})", *HEADERS[4:]),
            *(*PRIVATE[:2], flock.name(f"{where} header"), *PRIVATE[2:]),
        ]
    )
    for number in range(6):
        row = [*ROW[:3], 40 + number, 220 + number, *ROW[5:]]
        private = [flock.name(f"{where} column"), flock.phone(f"{where} column")]
        place = [flock.words(f"{where} unknown column"), flock.position(f"{where} column")]
        sheet.append([*row, *private, *place, flock.words(f"{where} notes")])
    _bad_rows(sheet, flock, where)
    sheet.append([])
    sheet.append([None, None, None, f"Signed: {flock.name(f'{where} last row')}"])
    comment = Comment(flock.words(f"{where} comment"), flock.name(f"{where} comment's author"))
    sheet.cell(4, 5).comment = comment
    sheet.cell(4, 1).hyperlink = f"mailto:{flock.mail(f'{where} link')}"
    sheet.oddHeader.left.text = flock.name(f"{where} page header")
    sheet.column_dimensions["L"].hidden = True
    for state in ("hidden", "veryHidden"):
        hidden = book.create_sheet(state)
        hidden.sheet_state = state
        hidden.append([*HEADERS, flock.name(f"{where} {state} sheet")])
        hidden.append([*ROW, flock.phone(f"{where} {state} sheet")])
    known = book.properties
    known.creator, known.lastModifiedBy = (flock.name(f"{where} {n} writer") for n in (1, 2))
    known.description, known.title = (flock.words(f"{where} {n} property") for n in (1, 2))
    known.created = datetime(2018, 1, 8, 6, 30)  # noqa: DTZ001 - workbooks know no zones
    book.custom_doc_props.append(StringProperty(name="Owner", value=flock.name(f"{where} owner")))
    name = flock.account(f"{where} range")
    book.defined_names[name] = DefinedName(name, attr_text="$A$1")
    return book


def _bad_rows(sheet: Worksheet, flock: Flock, where: str) -> None:
    """Rows that are rejected, or whose cells are withheld."""
    for column in range(3, 7):
        row = list(ROW)
        row[column] = flock.name(f"{where} cell of column {column}")
        sheet.append(row)
        row[column] = f"300 {flock.arabic_name(f'{where} cell of column {column}')}"
        sheet.append(row)
        row[column] = flock.phone(f"{where} cell of column {column}")
        sheet.append(row)
        row[column] = flock.position(f"{where} cell of column {column}")
        sheet.append(row)
    for column in range(3):
        names = (flock.name, flock.arabic_name, flock.rare_arabic_name)
        for name in (one(f"{where} cell of column {column}") for one in names):
            row = list(ROW)
            for cell in (name, f"{ROW[column]} - {name}", f"{ROW[column]} {name.lower()}"):
                row[column] = cell
                sheet.append(row)
    for column in (1, 2):
        row = list(ROW)
        row[column] = f"Dana {flock.arabic_phone(f'{where} cell of column {column}')}"
        sheet.append(row)
        row[column] = f"Dana {flock.position(f'{where} cell of column {column}')}"
        sheet.append(row)
    sheet.append([f"Total, {flock.name(f'{where} total')}", None, None, "many", 5, None, None])


def _plant_reports(folder: Path, flock: Flock) -> None:
    reports = {
        "en.txt": _english(flock),
        "fr.txt": _french(flock),
        "ar.txt": _arabic(flock),
        "page.html": _page(flock),
        "mail.eml": _mail(flock),
    }
    for name, text in reports.items():
        stem = flock.name(f"report {name} file").lower()
        (folder / f"2018-01-08 {stem} {name}").write_text(text, encoding="utf-8")
    owner = f"/Author ({flock.name('pdf author')}) /Creator ({flock.account('pdf creator')})"
    told = f"published: 2018-01-08\n\n{FLED.format(people='7,800')}, UNHCR said."
    content = pdf(told).replace(b"/Type /Catalog", f"/Type /Catalog {owner}".encode())
    (folder / f"{flock.name('pdf file')}.pdf").write_bytes(content)
    broken = b"%PDF-1.4\n" + flock.words("broken pdf").encode()
    (folder / f"{flock.name('broken pdf file')}.pdf").write_bytes(broken)
    (folder / f"{flock.name('undated file')}.txt").write_text(FLED.format(people=900) + ".")
    strange = f"published: {flock.name('strange day')}\n\n{FLED.format(people=900)}."
    (folder / "strange.txt").write_text(strange, encoding="utf-8")
    sidecar = f'published = "2018-01-08"\nx = {{ "{flock.name("report sidecar")}" = 1, x = "'
    (folder / "told.txt").write_text(FLED.format(people=950) + ".", encoding="utf-8")
    (folder / "told.toml").write_text(sidecar, encoding="utf-8")
    tongue = f"published: 2018-01-08\nlanguage: {flock.name('language')}\n\nx"
    (folder / "tongue.txt").write_text(tongue, encoding="utf-8")


def _english(flock: Flock) -> str:
    one, two, three, four, five, six, seven, eight = (
        flock.name("english speaker") for _ in range(8)
    )
    return (
        f"title: Families flee\npublisher: Levant Dispatch\nauthor: {flock.name('header author')}\n"
        f"published: 2018-01-08\n\nBy {flock.name('byline')}\n\n"
        f"{FLED.format(people='61,000')}, said {one}, a spokesman for local volunteers. "
        f"{one.split()[1]} can be reached at {flock.phone('english text')} or "
        f"{flock.mail('english text')}. According to {two}, 41, a farmer from Hama, 300 people "
        f"arrived in Saraqab on Monday.\n\n“We left,” {three} told Levant Dispatch. The tents "
        f"stand at {flock.position('english text')}. {flock.name('displaced person')}, 44, fled "
        f"with seven children. In Harim, volunteer coordinator {four} registered 333 families. "
        f"{five} (34), a nurse, said so; {five.upper()} and {five.lower()} are one. "
        f"{six}: “We left.” Our correspondent {seven} reports; photo: {eight}. The device has "
        f"IMEI {flock.device('english text')}, WhatsApp {flock.mobile('english text')}, lat "
        f"{flock.position('english text').partition(',')[0]}; see "
        f"https://site.example/u/{flock.account('english text')}.\n"
    )


def _french(flock: Flock) -> str:
    one, two, three = (flock.name("french speaker") for _ in range(3))
    return (
        "titre: Des familles fuient\npublished: 2018-01-08\nlanguage: fr\n\n"
        f"Par {flock.name('french byline')}\n\n"
        f"Plus de 62 000 personnes ont fui leurs foyers à Idlib entre le 15 décembre et le 6 "
        f"janvier, a déclaré {one}, porte-parole des volontaires. M. {one.split()[1]} a ajouté que "
        f"les tentes manquent. Selon {two}, maire de Saraqab, 310 familles sont arrivées lundi. "
        f"« Nous sommes partis », raconte {three}. Téléphone : {flock.phone('french text')}.\n"
    )


def _arabic(flock: Flock) -> str:
    one, two, three = (flock.arabic_name("arabic speaker") for _ in range(3))
    return (
        "published: 2018-01-08\nlanguage: ar\n\n"
        f"إعداد: {flock.arabic_name('arabic byline')}\n\n"
        f"قال {one}، المتحدث باسم المتطوعين، إن أكثر من 63 ألف شخص نزحوا من إدلب "
        f"بين 15 كانون الأول و6 كانون الثاني. وأضاف {one.split()[1]} أن الخيام لا تكفي. "
        f"وبحسب {two}، وهو مزارع من حماة، وصلت 320 عائلة إلى سراقب. "
        f"وقالت السيدة {three} إنها فقدت منزلها. "
        f"قال {flock.rare_arabic_name('arabic speaker')} إن 300 شخص نزحوا. "
        f"سجلت المتطوعة {flock.rare_arabic_name('arabic volunteer')} 310 عائلة. "
        f"بحسب أبو {flock.rare_arabic_name('arabic speaker')} نزح 320 شخصا. "
        f"الهاتف: {flock.arabic_phone('arabic text')}. واتساب {flock.mobile('arabic text')}\n"
    )


def _page(flock: Flock) -> str:
    more = (
        "They came by road, with blankets and little else, and the tents along the border were "
        "full long before the first of them arrived. Nobody could say how long they would stay."
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><title>Families flee</title>'
        f'<meta name="author" content="{flock.name("page author")}">'
        f'<meta name="twitter:creator" content="@{flock.account("page creator")}">'
        f'<meta name="twitter:site" content="@{flock.account("page site")}">'
        '<meta property="article:published_time" content="2018-01-08T06:00:00Z">'
        f'<meta property="article:author" content="{flock.name("page article author")}">'
        f'<link rel="canonical" href="https://x.example/flee?user={flock.account("page address")}">'
        f"<!-- {flock.words('page remark')} --></head><body><article><h1>Families flee</h1>"
        f'<p class="byline">By {flock.name("page byline")}</p>'
        f"<p>{FLED.format(people='64,000')}, {flock.name('page speaker')}, a nurse, told us.</p>"
        f"<p>{more}</p></article><div id='comments' class='comments'>"
        f"<p>{flock.words('page reply')} wrote {flock.name('page reply')}</p></div></body></html>"
    )


def _mail(flock: Flock) -> str:
    return (
        f"From: {flock.name('mail sender')} <{flock.mail('mail sender')}>\n"
        f"To: {flock.name('mail recipient')} <{flock.mail('mail recipient')}>\n"
        f"Cc: {flock.mail('mail copy')}\nSubject: Report of {flock.name('mail subject')}\n"
        f"Received: from {flock.account('mail path')} by mx.example\n"
        f"X-Mailer: {flock.device('mail program')}\nDate: Mon, 08 Jan 2018 09:00:00 +0000\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\n\nDear {flock.name('mail address')},\n\n"
        f"{FLED.format(people='65,000')}, UNHCR said.\n\nRegards,\n{flock.name('mail signature')}\n"
        f"{flock.phone('mail signature')}\n\n"
        f"--B\nContent-Type: text/plain\nContent-Disposition: attachment; "
        f"filename={flock.account('mail attachment')}.txt\n\n"
        f"{flock.words('mail attachment')}\n--B--\n"
    )
