"""Sheets for tests: written into an inbox, read, and what lands of them."""

import hashlib
from functools import cache

from displacement.normalise.places import Gazetteer
from displacement.sources.sheets import SOURCE
from displacement.sources.source import Answer, Declaration, Landed, Request
from displacement.store.area_files import read_area_names
from tests.runs import NOW, REFERENCE
from tests.sources.workbooks.books import sheet_book

DECLARATION = Declaration("sheets", "Sheets", "none", "daily")
HEADER = ["Governorate", "District", "Sub-district", "Families", "People", "From", "To"]
HEISH = ["Idlib", "Al Ma'ra", "Heish", 100, 560, "15/12/2017", "24/12/2017"]
SURAN = ["Hama", "Hama", "Suran", 200, 1150, "15/12/2017", "24/12/2017"]
ARIHA = ["Idleb", "Ariha", "Ehsem", 100, 560, "15/12/2017", "24/12/2017"]


def write_book(inbox, rows, name="count.xlsx", title="Count", change=None):
    (inbox / "volunteers" / name).write_bytes(sheet_book(rows, title, change))


def write_csv(inbox, rows, name="count.csv", delimiter=",", encoding="utf-8"):
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    (inbox / "volunteers" / name).write_bytes("\n".join(lines).encode(encoding))


def fetch(inbox, declaration=DECLARATION, areas=None):
    return list(SOURCE.fetch(Request(declaration, inbox, NOW, areas=areas)))


def parse(inbox, declaration=DECLARATION):
    [answer] = fetch(inbox, declaration)
    assert isinstance(answer, Answer), answer
    sha256 = hashlib.sha256(answer.content).hexdigest()
    parsed = SOURCE.parse(Landed(answer.name, sha256, answer.content), declaration)
    assert parsed.rows_in == len(parsed.statements) + len(parsed.rejections)
    return parsed


@cache
def known_areas():
    names = read_area_names(REFERENCE, REFERENCE)
    return Gazetteer(names.home, names.described)


def landed_text(inbox):
    [answer] = fetch(inbox)
    return answer.content.decode("utf-8")
