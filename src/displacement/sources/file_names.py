"""What are files called in the store? By those words of their names that cannot be a person's.

Volunteers send sheets named after themselves, and the name of a file stands in every record of it.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from displacement.extraction.nations import countries
from displacement.extraction.rules import languages
from displacement.normalise.dates import month_number
from displacement.normalise.privacy import REMOVED, redact_contacts

SHORTEST_WORD: Final = 3
"""Shorter ones are initials at most."""
DIGITS: Final = 4
"""So few digits of a digest part files, and fit too many names to give one away."""
FOLDERS: Final = ("figures", "volunteers", "reports")
"""The parts of an inbox."""
NAMELESS: Final = "file"

_WORD: Final = re.compile(r"[^\W\d_]+")


def files_of(folder: Path) -> list[tuple[Path, str]]:
    """What a folder holds, in order, each with the name that it has in the store."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    names = public_names([path.name for path in paths])
    return list(zip(paths, names, strict=True))


def names_in_store(inbox: Path) -> list[tuple[str, str]]:
    """The files of an inbox, each with its name in the store, for those who look for a file."""
    return [
        (f"{part}/{name}", f"{part}/{path.name}")
        for part in FOLDERS
        for path, name in files_of(inbox / part)
        if path.is_file() and not path.name.startswith(".")
    ]


def public_names(names: Iterable[str]) -> list[str]:
    """The names without words that could be a person's; a few digits part what is then the same."""
    found: list[str] = []
    for name in names:
        digits = DIGITS
        while (public := _public_name(name, digits)) in found and public != name:
            digits += 1
        found.append(public)
    return found


def _public_name(name: str, digits: int) -> str:
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    kept = redact_contacts(stem).replace(REMOVED, "")
    kept = _WORD.sub(lambda word: word[0] if _is_public(word[0]) else "", kept)
    if kept == stem:
        return name
    kept = re.sub(r"([\W_])[\W_]+", r"\1", kept).strip(" -_.,()") or NAMELESS
    return f"{kept}-{hashlib.sha256(stem.encode()).hexdigest()[:digits]}{ending}"


def _is_public(word: str) -> bool:
    if len(word) < SHORTEST_WORD:
        return True
    return _folded(word) in _words() or month_number(word) is not None


@cache
def _words() -> frozenset[str]:
    table = tomllib.loads(Path(__file__).with_name("file_names.toml").read_text("utf-8"))
    listed = {word for part in table.values() for word in part["words"]}
    named = {part for lang in languages() for name in countries(lang) for part in name.split()}
    return frozenset(map(_folded, listed | named))


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
