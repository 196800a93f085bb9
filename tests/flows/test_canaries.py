"""Personal data that is planted in every source's input stands nowhere in what a run leaves."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.canaries.answers import (
    Servers,
    change_answers,
    planted_servers,
    refuse_with,
    spoil_rows,
    spoil_values,
)
from tests.canaries.files import plant_files
from tests.canaries.flock import Flock
from tests.canaries.search import Canary, contents_below, finds
from tests.flows.command import displacement

pytestmark = pytest.mark.slow

NOW = "2026-10-{day}T06:00:00+00:00"
SHEET_ROWS = 6
"""Rows of one area and its days in the planted sheet, each counted by another person."""
KEY = "a-key-of-enumerators-that-nobody-sees"
CHATTY = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_SERVER_LEVEL": "DEBUG",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "urllib3,displacement,openpyxl,trafilatura",
}
COUNTRIES = 'countries = ["SYR", "HTI"]'
FORM = """
name = "arrivals"
counter = "Local volunteers"
measure = "new_displacement"
[sources.{source}.options.forms.fields]
"""
OPTIONS = {
    "iom_dtm": 'countries = ["HTI"]',
    "unhcr_rdf": COUNTRIES,
    "unhcr_odp": """
[[sources.unhcr_odp.options.series]]
name = "Refugees by origin"
endpoint = "origin"
measure = "refugees"
kind = "stock"
country = "UGA"
geo_id = 220
population_collection = 4
""",
    "hdx_hapi": COUNTRIES,
    "idmc_idu": "",
    "reliefweb": COUNTRIES,
    "kobotoolbox": """
[[sources.kobotoolbox.options.forms]]
uid = "{asset}"
"""
    + FORM.format(source="kobotoolbox")
    + """
"group_place/subdistrict" = "area_code"
"group_count/date_from" = "start_date"
"group_count/date_to" = "end_date"
"group_count/households" = "families"
"group_count/persons" = "people"
""",
    "odk_central": """
[[sources.odk_central.options.forms]]
project = 1
form = "displacement_count"
"""
    + FORM.format(source="odk_central")
    + """
"place/subdistrict" = "area_code"
"count/date_from" = "start_date"
"count/date_to" = "end_date"
"count/households" = "families"
"count/persons" = "people"
""",
}
SHEET = 'layout = "sheet"\nmeasure = "new_displacement"\ncolumns = {{ {columns} }}'
MOVEMENTS = 'name = "movements"\nlayout = "ocha_idp_movements"\nmonth = "2026-02"'
COLUMNS = {
    "area_code": "PCODE",
    "sub_district": "Sub-district",
    "people": "People",
    "start_date": "From",
    "end_date": "To",
}


@pytest.fixture(scope="module")
def flock() -> Flock:
    return Flock()


@pytest.fixture(scope="module")
def servers(flock: Flock) -> Iterator[Servers]:
    with planted_servers(flock) as running:
        yield running


@pytest.fixture(scope="module")
def crisis(tmp_path_factory: pytest.TempPathFactory, flock: Flock, servers: Servers) -> Path:
    """A folder with a planted inbox, and every source switched on."""
    folder = tmp_path_factory.mktemp("crisis")
    (folder / "tmp").mkdir()
    plant_files(folder / "in" / "inbox", folder / "in" / "counts", flock)
    (folder / "sources.toml").write_text(declared(servers), encoding="utf-8")
    return folder


def declared(servers: Servers) -> str:
    """The user's own file of sources: all stand-ins, asked quickly."""
    quick = "requests_per_second = 100\nattempts = 2\nfirst_wait_seconds = 0.01"
    parts = [
        f"[sources.{source}]\nenabled = true\n"
        + (
            options.format(asset=servers["kobotoolbox"].asset)
            if source == "kobotoolbox"
            else options
        )
        for source, options in OPTIONS.items()
    ]
    parts += [
        f'[sources.{source}.http]\nurl = "{servers[source].base_url}"\n{quick}'
        for source in OPTIONS
    ]
    columns = ", ".join(f'{name} = "{header}"' for name, header in COLUMNS.items())
    sheet = SHEET.format(columns=columns)
    arabic = SHEET.format(columns='area_code = "PCODE", people = "نسمة", day = "إلى تاريخ"')
    url = servers["workbooks"].url
    files = [
        f'name = "by folder"\nfolder = "in/counts"\n{sheet}',
        f'name = "by address"\nurl = "{url}/volunteers/counts.xlsx"\n{arabic}',
        f'name = "by address csv"\nurl = "{url}/volunteers/counts.csv"\n{arabic}',
        f'url = "{url}/ocha/idp-movements-2026-02.xlsx"\n{MOVEMENTS}',
    ]
    parts.append(f"[sources.workbooks]\nenabled = true\n[sources.workbooks.http]\n{quick}")
    parts += [f"[[sources.workbooks.options.files]]\n{entry}" for entry in files]
    return "\n".join(parts)


def refresh(crisis: Path, home: Path, servers: Servers, day: int) -> str:
    """Run everything; what it printed is kept beside the store, to be searched like it."""
    keys = {
        "DTMAPI_SUBSCRIPTION_KEY": servers["iom_dtm"].key,
        "HAPI_APP_IDENTIFIER": servers["hdx_hapi"].key,
        "IDMC_CLIENT_ID": servers["idmc_idu"].key,
        "RELIEFWEB_APPNAME": servers["reliefweb"].key,
        "KOBO_TOKEN": servers["kobotoolbox"].key,
        "ODK_CENTRAL_EMAIL": servers["odk_central"].mail,
        "ODK_CENTRAL_PASSWORD": servers["odk_central"].key,
        "DISPLACEMENT_ENUMERATOR_KEY": KEY,
        "DISPLACEMENT_NOW": NOW.format(day=day),
        "TMPDIR": str(crisis / "tmp"),
    }
    done = displacement("refresh", "--inbox", "in/inbox", home=home, cwd=crisis, **keys, **CHATTY)
    (crisis / "data" / f"printed-{day}").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.stdout + done.stderr


def leaks(canaries: list[Canary], crisis: Path, home: Path) -> list[str]:
    found = []
    for folder in (crisis / "data", crisis / "tmp", home):
        found += finds(canaries, contents_below(folder))
    return found


FORMS = ("kobotoolbox", "odk_central")
TABLES = ("iom_dtm", "unhcr_rdf", "unhcr_odp", "hdx_hapi", "idmc_idu")


def test_no_canary_of_any_source_is_left_anywhere(
    crisis: Path, home: Path, servers: Servers, flock: Flock
) -> None:
    printed = refresh(crisis, home, servers, 10)
    assert "Files in" in printed
    assert len(flock.all) > 200
    assert leaks(flock.all, crisis, home) == []
    for source in (*OPTIONS, "figures_file", "sheets", "documents", "workbooks"):
        assert finds([Canary("", source)], contents_below(crisis / "data"), marks=None)
    assert finds([Canary("", "Khan Shaykun")], contents_below(crisis / "data"), marks=None)


def test_enumerators_are_counted_and_never_published(crisis: Path, home: Path) -> None:
    key = Canary("key", KEY)
    for folder in (crisis / "data", crisis / "tmp", home):
        assert finds([key], contents_below(folder), marks=None) == []
    records = pd.concat(map(pd.read_parquet, crisis.glob("data/store/tables/*/*/records.parquet")))
    counted = records[records["enumerator"].notna()]
    assert set(counted["source_id"]) == {"kobotoolbox", "odk_central", "sheets"}
    published = contents_below(crisis / "data/store/published")
    tokens = [Canary("token", token) for token in counted["enumerator"].unique()]
    assert finds(tokens, published, marks=None) == []
    figures = pd.read_parquet(crisis / "data/store/published/latest/figures.parquet")
    told = figures.groupby("source_id")["enumerators"].max().dropna()
    assert told["sheets"] == SHEET_ROWS


def test_rows_that_are_wrong_and_errors_leave_no_canary(
    crisis: Path, home: Path, servers: Servers, flock: Flock
) -> None:
    for source in TABLES:
        change_answers(servers[source], spoil_rows(flock, source))
    for source in FORMS:
        change_answers(servers[source], spoil_values(flock, source))
    printed = refresh(crisis, home, servers, 11)
    assert "incomplete: kobotoolbox" in printed
    assert leaks(flock.all, crisis, home) == []

    for source in (*OPTIONS, "workbooks"):
        who = flock.mail(source) if source not in (*FORMS, "workbooks") else flock.name(source)
        said = f"{who} may not see this; call {flock.phone(source)}"
        refuse_with(servers[source], 403, {"detail": said, "message": said, "error": said})
    printed = refresh(crisis, home, servers, 12)
    assert printed.count("refuses us with status 403") >= len(OPTIONS)
    assert leaks(flock.all, crisis, home) == []
