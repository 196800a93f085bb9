"""What does a header of a volunteers' sheet mean? The allow-list of columns, in two languages.

Used by `workbook` to find tables; the words themselves are data, in `columns.toml`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

AREA_COLUMNS: Final = ("governorate", "district", "sub_district")
CODE_COLUMNS: Final = ("area_code", "sub_district_code", "district_code", "governorate_code")
COUNT_COLUMNS: Final = ("families", "people")
DATE_COLUMNS: Final = ("start_date", "end_date", "date")
ENUMERATOR: Final = "enumerator"

_TAG: Final = re.compile(r"\s*#[A-Za-z]\w*(\s*\+[A-Za-z]\w*)*\s*")
_PARTED: Final = re.compile(r"[/\n\r|()\[\]]|\s[-–—]\s")
_ARABIC: Final = str.maketrans(
    "أإآٱىةؤئ", "اااايهوي", "ءـ" + "".join(map(chr, range(0x064B, 0x0653)))
)


Declared = Mapping[str, str]
"""Headers as a source declares them, and which column each names."""


def roles_of(row: list[Any], declared: Declared | None = None) -> dict[int, str]:
    """The columns that a row of headers names, by position: as declared, else by the list."""
    own = {_header_text(header): role for header, role in (declared or {}).items()}

    def role_of(cell: str) -> str | None:
        return _role(cell) if declared is None else own.get(_header_text(cell))

    return {
        column: role
        for column, cell in enumerate(row)
        if isinstance(cell, str) and (role := role_of(cell))
    }


def known_part(header: object, role: str, declared: Declared | None) -> str:
    """What may be told of a header: the part that is on the list, or as it was declared."""
    if declared is not None:
        return next((own for own, known in declared.items() if known == role), role)
    parts = re.split(_PARTED, str(header or ""))
    known = (" ".join(part.split()) for part in parts if _header_text(part) in _rules().roles)
    return next(known, role)


def roles_of_tags(row: list[Any]) -> dict[int, str]:
    """The columns that a row of HXL tags names; each once."""
    columns: dict[int, str] = {}
    for column, cell in enumerate(row):
        if isinstance(cell, str) and _TAG.fullmatch(cell):
            name, attributes = _tag(cell)
            role = _role_of_tag(name, attributes)
            if role and role not in columns.values():
                columns[column] = role
    return columns


def is_tag_row(row: list[Any]) -> bool:
    """Whether a row holds HXL tags rather than data."""
    filled = [cell for cell in row if cell is not None and str(cell).strip()]
    tags = [cell for cell in filled if isinstance(cell, str) and _TAG.fullmatch(cell)]
    return bool(filled) and len(tags) > len(filled) / 2


def is_ignored(header: object) -> bool:
    """Whether a header is declared as left out on purpose."""
    return header is None or any(part in _rules().ignored for part in (_parts(header) or [""]))


@lru_cache(maxsize=4096)
def is_total(cell: object) -> bool:
    """Whether an area cell makes its row a sum of other rows."""
    words = _header_text(str(cell or "")).split()
    return any(" ".join(words[:length]) in _rules().totals for length in (1, 2, 3) if words)


@lru_cache(maxsize=4096)
def _role(header: object) -> str | None:
    roles = _rules().roles
    found = [roles[part] for part in _parts(header) if part in roles]
    if _header_text(str(header or "")) in roles:
        return found[0]
    return found[0] if len(set(found)) == 1 else None


def _parts(header: object) -> list[str]:
    """A header as a whole and, where it is in two languages, each of them."""
    text = str(header or "")
    scripts = [re.sub("[\u0600-\u06ff]+", " ", text), re.sub("[A-Za-z]+", " ", text)]
    split = re.split(_PARTED, text)
    return [folded for part in (text, *split, *scripts) if (folded := _header_text(part))]


def _header_text(text: str) -> str:
    """A header for comparing: lower case, one form of each Arabic letter, no punctuation."""
    lower = unicodedata.normalize("NFKC", text).casefold().translate(_ARABIC)
    plain = unicodedata.normalize("NFKD", lower)
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", letters.replace("_", " ")))


def _tag(text: str) -> tuple[str, frozenset[str]]:
    name, *attributes = (part.strip().lower() for part in text.split("+"))
    return name, frozenset(attributes)


def _role_of_tag(name: str, attributes: frozenset[str]) -> str | None:
    if attributes & _rules().breakdowns:
        return None
    fitting = (role for tag, needed, role in _rules().tags if tag == name and needed <= attributes)
    return next(fitting, None)


class _Rules(NamedTuple):
    roles: dict[str, str]
    tags: list[tuple[str, frozenset[str], str]]
    ignored: frozenset[str]
    totals: frozenset[str]
    breakdowns: frozenset[str]


@cache
def _rules() -> _Rules:
    table = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
    columns: dict[str, dict[str, list[str]]] = table["columns"]
    tags = [(*_tag(tag), role) for role, spec in columns.items() for tag in spec["hxl"]]
    return _Rules(
        roles={
            _header_text(header): role
            for role, spec in columns.items()
            for header in spec["headers"]
        },
        tags=sorted(tags, key=lambda item: -len(item[1])),
        ignored=frozenset(map(_header_text, table["ignored"]["headers"])) | {""},
        totals=frozenset(map(_header_text, table["totals"]["words"])),
        breakdowns=frozenset(table["hxl"]["breakdowns"]),
    )
