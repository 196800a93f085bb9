"""What does a column of a table of areas hold? By its header, or by its HXL tag.

COD-AB has ADM1_PCODE, admin1Pcode or adm1_pcode; HDX's global list has “P-Code” and “Admin Level”.
"""

import re
from typing import Final, NamedTuple

COUNTRY: Final = 0

_LEVELS: Final = {
    "country": 0,
    "governorate": 1,
    "mohafaza": 1,
    "province": 1,
    "district": 2,
    "mantika": 2,
    "subdistrict": 3,
    "nahya": 3,
    "nahia": 3,
}
_LEVEL: Final = r"(?:adm(?:in)?(?:istrative)?(?:level)?(?P<level>[0-5])|(?P<word>[a-z]+?))"
_CODE: Final = re.compile(_LEVEL + r"p?cod(?:e|es)?")
_NAME: Final = re.compile(
    _LEVEL + r"(?:ref)?(?P<alt>alt(?:ernative)?)?(?:name)?s?(?P<number>[1-9])?(?:name)?"
    r"(?P<language>en|ar|fr|es|pt|english|arabic|french|spanish|local|ref)?"
)
_ALONE: Final = {
    "iso3": "country",
    "iso3code": "country",
    "countryiso3": "country",
    "countrycode": "country",
    "location": "country",
    "locationcode": "country",
    "adminlevel": "level",
    "admlevel": "level",
    "level": "level",
    "pcode": "code",
    "code": "code",
    "areacode": "code",
    "name": "name",
    "nameen": "name",
    "nameenglish": "name",
    "namear": "name",
    "namearabic": "name",
    "parentpcode": "parent",
    "parentcode": "parent",
    "parent": "parent",
    "oldpcode": "replaces",
    "oldcode": "replaces",
    "formerpcode": "replaces",
    "previouspcode": "replaces",
    "validon": "valid_on",
    "validfrom": "valid_on",
    "validfromdate": "valid_on",
    "date": "made_on",
    "validto": "valid_to",
    "validuntil": "valid_to",
    "population": "total",
    "totalpopulation": "total",
    "poptotal": "total",
    "ttl": "total",
    "ftl": "women",
    "mtl": "men",
    "gender": "gender",
    "sex": "gender",
    "agerange": "age",
    "populationgroup": "group",
    "year": "year",
    "referenceyear": "year",
}
_TAGS: Final = {
    "country+code": "country",
    "geo+adminlevel": "level",
    "adm+code": "code",
    "adm+name": "name",
    "adm+code+parent": "parent",
    "date+start": "valid_on",
    "population": "total",
    "date+year": "year",
}
_TAG: Final = re.compile(r"#adm(?P<level>[1-5])\+(?P<what>code|name)(?P<rest>[+\w]*)")


class Column(NamedTuple):
    """What a column holds; of which level and in which language, where it says so."""

    kind: str
    level: int | None = None
    language: str = ""
    rank: int = 0
    """Among the names of one level: the lower, the more it is the area's own."""


def column_of(header: object, tag: object = None) -> Column | None:
    """What a column holds by its header, else by its tag; None where it is none of ours."""
    return _of_header(_compact(header)) or _of_tag(_compact(tag, keep="#+"))


def _compact(text: object, keep: str = "") -> str:
    lower = str(text).casefold() if isinstance(text, str) else ""
    return "".join(sign for sign in lower if sign.isalnum() or sign in keep)


def _of_header(header: str) -> Column | None:
    if header in _ALONE:
        return Column(_ALONE[header], language="ar" if header.startswith("namear") else "")
    if (found := _CODE.fullmatch(header)) and (level := _level(found)) is not None:
        return Column("codes", level)
    if (found := _NAME.fullmatch(header)) and (level := _level(found)) is not None:
        language = (found["language"] or "")[:2]
        other = bool(found["alt"] or found["number"])
        rank = 3 if other else {"en": 0, "": 1}.get(language, 2)
        return Column("names", level, language, rank)
    return None


def _level(found: re.Match[str]) -> int | None:
    return int(found["level"]) if found["level"] else _LEVELS.get(found["word"])


def _of_tag(tag: str) -> Column | None:
    plain = tag.removeprefix("#")
    if tag and plain in _TAGS:
        return Column(_TAGS[plain])
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    if found["what"] == "code":
        return Column("codes", int(found["level"]))
    arabic = any(part in {"ar", "iar"} for part in found["rest"].split("+"))
    return Column("names", int(found["level"]), "ar" if arabic else "", 1)
