"""The seeded reports of the ReliefWeb stand-in: invented situation reports and news."""

import datetime as dt
import random

from tests.servers.exchange import Json
from tests.servers.places import COUNTRIES, places

Row = dict[str, Json]

NOW = dt.datetime(2026, 10, 1, 6, 0, tzinfo=dt.UTC)
SOURCES = {
    "OCHA": "UN Office for the Coordination of Humanitarian Affairs",
    "UNHCR": "UN High Commissioner for Refugees",
    "IOM": "International Organization for Migration",
}
FORMATS = ("Situation Report", "Situation Report", "News and Press Release")
FIRST_ID = 4_100_000
TEXTS = {
    "en": "Between {first} and {last}, {people:,} people were newly displaced in {place}, "
    "according to {source}. Of these, {part} per cent are children. Partners served {meals:,} "
    "hot meals.",
    "fr": "Entre le {first} et le {last}, {people} personnes ont été déplacées à {place}, selon "
    "{source}.",
}


def report(seed: int, number: int, total: int) -> Row:
    """Report `number` of `total`: the higher, the newer; the newest has no body but its PDF."""
    draw = random.Random(f"{seed}-{number}")
    iso3 = draw.choice(list(COUNTRIES))
    place = draw.choice(places(iso3))
    source = draw.choice(list(SOURCES))
    created = NOW - dt.timedelta(hours=7) * (total - number)
    original = (created - dt.timedelta(days=draw.randrange(4))).replace(hour=0)
    language = "fr" if iso3 in {"HTI", "TCD"} and draw.random() < 0.5 else "en"
    last = original.date() - dt.timedelta(days=2)
    text = TEXTS[language].format(
        first=_day(last - dt.timedelta(days=6)),
        last=_day(last),
        people=draw.randrange(60, 9000),
        place=f"{place.admin2_name}, {place.admin1_name}",
        source=source,
        part=draw.randrange(40, 60),
        meals=draw.randrange(1000, 90_000),
    )
    return {
        "id": FIRST_ID + number,
        "title": f"{COUNTRIES[iso3]}: Displacement update {number + 1} ({_day(original.date())})",
        "body": "" if number == total - 1 else text,
        "text": text,
        "iso3": iso3,
        "source": source,
        "format": draw.choice(FORMATS),
        "language": language,
        "original": original,
        "created": created,
        "changed": created,
        "has_file": number == total - 1 or draw.random() < 0.4,
    }


def fields_of(row: Row, url: str) -> Row:
    """The fields of a report as the interface writes them; `url` is the server's root."""
    country = {
        "id": 200 + list(COUNTRIES).index(row["iso3"]),
        "name": COUNTRIES[row["iso3"]],
        "shortname": COUNTRIES[row["iso3"]].split(" ")[0],
        "iso3": row["iso3"].lower(),
    }
    number = row["id"]
    fields: Row = {
        "id": number,
        "title": row["title"],
        "status": "published",
        "body": row["body"],
        "body-html": f"<p>{row['body']}</p>\n" if row["body"] else "",
        "url": f"{url}/node/{number}",
        "url_alias": f"{url}/report/stand-in/{number}",
        "origin": "https://publisher.example.invalid/",
        "date": {name: written(row[name]) for name in ("original", "created", "changed")},
        "country": [country | {"primary": True}],
        "primary_country": country,
        "source": [
            {
                "id": 1500 + list(SOURCES).index(row["source"]),
                "name": SOURCES[row["source"]],
                "shortname": row["source"],
                "longname": SOURCES[row["source"]],
                "homepage": "https://publisher.example.invalid/",
                "type": {"id": 272, "name": "International Organization"},
            }
        ],
        "format": [{"id": 10, "name": row["format"]}],
        "theme": [{"id": 12458, "name": "Protection and Human Rights"}],
        "disaster": [],
        "language": [{"id": 267, "name": row["language"], "code": row["language"]}],
        "headline": {"title": row["title"], "summary": row["text"][:80]},
    }
    if row["has_file"]:
        fields["file"] = [
            {
                "id": str(number * 10),
                "url": f"{url}/attachments/{number}/update.pdf",
                "filename": "update.pdf",
                "mimetype": "application/pdf",
                "filesize": "2048",
                "description": "",
            }
        ]
    return {name: value for name, value in fields.items() if value != ""}


def written(moment: dt.datetime) -> str:
    """A moment as ReliefWeb writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
