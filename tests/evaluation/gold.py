"""What does a careful analyst find in each passage of the development set?

Reads the passages with their annotations; README.md beside this file tells how they are written.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from displacement_schemas.vocabulary import STOCKS, Measure, Modality, NumberReason, Quantifier

PASSAGES = Path(__file__).parent / "passages"
DIFFICULTIES = ("plain", "hard")

Period = tuple[date | None, date]


@dataclass(frozen=True)
class GoldFigure:
    """One figure that a reader finds.

    `measures`, `periods` and `counters` hold all that is right, the best first.
    """

    start: int
    end: int
    text: str
    value: float | None
    high: float | None
    unit: str
    quantifier: str
    measures: tuple[str, ...]
    modality: str
    periods: tuple[Period, ...]
    counters: tuple[str, ...]
    review: bool
    optional: bool
    difficulty: str


@dataclass(frozen=True)
class Trap:
    """One number that is no figure, with the reasons that may be given for it."""

    start: int
    end: int
    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """One text with all that is annotated in it."""

    id: str
    text: str
    published: date
    publisher: str | None
    lang: str
    style: str
    country: str
    difficulty: str
    figures: tuple[GoldFigure, ...]
    traps: tuple[Trap, ...]

    @property
    def is_trap(self) -> bool:
        """Whether the passage holds no figure at all, or more traps than figures."""
        return len(self.traps) > len(self.figures) or not self.figures


def load_passages(folder: Path = PASSAGES) -> list[Passage]:
    """All passages of a folder, in the order of its files.

    Raises:
        ValueError: An annotation does not fit its passage; the message says which.
    """
    return list(_read(sorted(folder.glob("*.toml"))))


def _read(files: Iterable[Path]) -> Iterator[Passage]:
    for file in files:
        for entry in tomllib.loads(file.read_text("utf-8"))["passage"]:
            try:
                yield _passage(entry)
            except (KeyError, ValueError) as error:
                name = entry.get("id", "a passage without id")
                raise ValueError(f"{file.name}: {name}: {error}") from error


def _passage(entry: dict[str, Any]) -> Passage:
    text, published = entry["text"], entry["published"]
    difficulty = entry.get("difficulty", "plain")
    if difficulty not in DIFFICULTIES:
        raise ValueError(f"difficulty '{difficulty}' is none of {', '.join(DIFFICULTIES)}")
    return Passage(
        id=entry["id"],
        text=text,
        published=published,
        publisher=entry.get("publisher"),
        lang=entry.get("lang", "en"),
        style=entry["style"],
        country=entry["country"],
        difficulty=difficulty,
        figures=tuple(
            _figure(figure, text, published, difficulty) for figure in entry.get("figures", [])
        ),
        traps=tuple(_trap(name, why, text) for name, why in entry.get("traps", {}).items()),
    )


def _figure(entry: dict[str, Any], text: str, published: date, difficulty: str) -> GoldFigure:
    unknown = set(entry) - _FIGURE_KEYS
    if unknown:
        raise ValueError(f"unknown key '{min(unknown)}' of a figure")
    start, end = find_text(text, entry["text"])
    measures = tuple(Measure(word) for word in entry["measure"].split("|"))
    modality = Modality(entry.get("modality", "asserted"))
    value = entry.get("value")
    last = entry.get("end", published)
    first = entry.get("start", last if measures[0] in STOCKS else None)
    quantifier = "range" if "high" in entry else "vague" if value is None else "exact"
    return GoldFigure(
        start=start,
        end=end,
        text=text[start:end],
        value=value,
        high=entry.get("high"),
        unit=entry.get("unit", "person"),
        quantifier=Quantifier(entry.get("quantifier", quantifier)),
        measures=measures,
        modality=modality,
        periods=((first, last), *(_period(words) for words in entry.get("or_periods", ()))),
        counters=tuple(entry.get("counter", "unknown").split("|")),
        review=entry.get("tier") == "review" or modality != "asserted" or value is None,
        optional=entry.get("optional", False),
        difficulty=entry.get("difficulty", difficulty),
    )


_FIGURE_KEYS = {
    *("text", "value", "high", "unit", "quantifier", "measure", "modality", "tier", "optional"),
    *("start", "end", "or_periods", "counter", "difficulty"),
}


def _period(words: str) -> Period:
    first, _, last = words.partition("/")
    return None if first == ".." else date.fromisoformat(first), date.fromisoformat(last)


def _trap(name: str, why: str, text: str) -> Trap:
    start, end = find_text(text, name)
    return Trap(start, end, text[start:end], tuple(NumberReason(one) for one in why.split("|")))


def find_text(text: str, name: str) -> tuple[int, int]:
    """Where a number stands; "300#2" is the second "300" that is no part of a longer number.

    Raises:
        ValueError: The text does not hold it so often.
    """
    words, _, count = name.partition("#")
    position = -1
    for _ in range(int(count or 1)):
        position = _next_whole(text, words, position + 1)
        if position < 0:
            raise ValueError(f"the text does not hold '{name}'")
    return position, position + len(words)


def _next_whole(text: str, words: str, start: int) -> int:
    while (position := text.find(words, start)) >= 0:
        before, after = text[max(0, position - 2) : position], text[position + len(words) :][:2]
        digits = words[0].isdigit() and words[-1].isdigit()
        inside = before[-1:].isdigit() or (before[-1:] in ",." and before[:1].isdigit())
        goes_on = after[:1].isdigit() or (after[:1] in ",." and after[1:].isdigit())
        if not digits or not (inside or goes_on):
            return position
        start = position + 1
    return -1
