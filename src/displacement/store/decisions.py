"""What did analysts and reviewers decide? Reads and writes `corrections.toml`.

The file of the reference tables holds what everybody shall have; the store's copy, in its folder
`reference`, holds what its reviewers decided. Both have the same form and both apply.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import tomli_w

from displacement.normalise.aliases import Alias
from displacement.normalise.decided import Action, Correction
from displacement.store.files import write_whole
from displacement.store.slips import ReferenceTableError

FILE: Final = "corrections.toml"
OWN_HEAD: Final = """\
# What reviewers of this store decided, written by `displacement review`. It may be edited: an
# entry that is taken out is asked about again. Every entry names a role, never a person.
"""

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class SignalDecision:
    """What a reviewer said of data that was held back; it holds for the very same sentence."""

    source_id: str
    text: str
    action: str
    """accept: it is right, record it; reject: it stays held back."""
    reason: str
    provider: str
    status: str


@dataclass(frozen=True)
class Decisions:
    """All decisions, those of the reference tables before those of the store."""

    corrections: list[Correction]
    aliases: list[Alias]
    signals: list[SignalDecision]

    def believed(self, source_id: str) -> frozenset[str]:
        """The sentences with which data of a source was held back, and shall not be again."""
        return frozenset(
            one.text
            for one in self.signals
            if one.source_id == source_id and one.action == Action.ACCEPT
        )


def own_decisions(store: Path) -> Path:
    """The file in which a store keeps what its reviewers decided."""
    return store / "reference" / FILE


def load_decisions(folder: Path, store: Path | None = None) -> Decisions:
    """Read all decisions. Raises ReferenceTableError with the file and the entry."""
    found = Decisions([], [], [])
    for path, content in _contents(folder, store):
        found.corrections.extend(_entries(path, content, "corrections", _correction))
        found.aliases.extend(_entries(path, content, "aliases", _alias))
        found.signals.extend(
            _entries(path, content, "signals", lambda entry: SignalDecision(**entry))
        )
    return found


def load_aliases(folder: Path, store: Path | None = None) -> list[Alias]:
    """Read the decisions about names alone. Raises ReferenceTableError like `load_decisions`."""
    return [
        alias
        for path, content in _contents(folder, store)
        for alias in _entries(path, content, "aliases", _alias)
    ]


def add_decision(store: Path, kind: str, entry: Mapping[str, Any]) -> Path:
    """Write one more entry of `kind` (corrections, aliases, signals) into the store's file.

    The caller holds the store's lock.
    """
    path = own_decisions(store)
    before = path.read_text(encoding="utf-8") if path.is_file() else OWN_HEAD
    added = tomli_w.dumps({kind: [dict(entry)]})
    write_whole(path, f"{before.rstrip()}\n\n{added}".encode())
    return path


def _contents(folder: Path, store: Path | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in (folder / FILE, *([own_decisions(store)] if store else [])):
        if path.is_file():
            yield path, _content(path)


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise ReferenceTableError(f"{path}: {wrong}") from wrong


def _entries(
    path: Path, content: Mapping[str, Any], kind: str, read: Callable[[dict[str, Any]], Entry]
) -> list[Entry]:
    entries = []
    for number, entry in enumerate(content.get(kind, []), start=1):
        try:
            entries.append(read(entry))
        except (TypeError, ValueError) as wrong:
            raise ReferenceTableError(f"{path}, {kind}, entry {number}: {wrong}") from wrong
    return entries


def _alias(entry: dict[str, Any]) -> Alias:
    return Alias(**entry)


def _correction(entry: dict[str, Any]) -> Correction:
    return Correction(**entry | {"action": Action(entry.get("action", ""))})
