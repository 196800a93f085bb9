"""Which sources, counters and corrections are declared? Reads the TOML reference files."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from displacement.normalise.corrections import Action, Correction
from displacement.normalise.counters import Counters, counters_from
from displacement.sources.source import Declaration
from displacement.store.reference import ReferenceTableError

FILE = "sources.toml"
CORRECTIONS = "corrections.toml"


@dataclass(frozen=True)
class Declarations:
    """All declared sources, by source_id, and all declared counters."""

    sources: dict[str, Declaration]
    counters: Counters


def load_declarations(folder: Path) -> Declarations:
    """Read the declarations. Raises ReferenceTableError with the file and what is wrong in it."""
    path = folder / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Declarations(
            sources={
                source_id: Declaration(source_id=source_id, **entry)
                for source_id, entry in content["sources"].items()
            },
            counters=counters_from(content["counters"], content["errors"], content["kinds"]),
        )
    except KeyError as missing:
        raise ReferenceTableError(f"{path}: the entry {missing} is missing") from missing
    except (TypeError, ValueError) as wrong:
        raise ReferenceTableError(f"{path}: {wrong}") from wrong


def load_corrections(folder: Path) -> list[Correction]:
    """Read the analysts' corrections. Raises ReferenceTableError with the file and the entry."""
    path = folder / CORRECTIONS
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("corrections", [])
    except ValueError as wrong:
        raise ReferenceTableError(f"{path}: {wrong}") from wrong
    corrections = []
    for number, entry in enumerate(entries, start=1):
        try:
            corrections.append(Correction(**entry | {"action": Action(entry.get("action"))}))
        except (TypeError, ValueError) as wrong:
            raise ReferenceTableError(f"{path}, entry {number}: {wrong}") from wrong
    return corrections
