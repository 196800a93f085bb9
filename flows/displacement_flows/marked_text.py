"""How does a reading look in a terminal? The text with its numbers marked, reasons in the margin.

The marks are signs as well as colours, so that a file or a printer shows them too.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from rich.table import Table
from rich.text import Text

from displacement_flows.terminal import out
from displacement_schemas.vocabulary import Tier

REJECTED = "rejected"
SIGNS = {Tier.ACCEPTED.value: "+", Tier.REVIEW.value: "?", REJECTED: "-"}
STYLES = {
    Tier.ACCEPTED.value: "bold black on green",
    Tier.REVIEW.value: "bold black on yellow",
    REJECTED: "dim",
}
MARGIN = 58
"""Columns of the margin."""


class Mark(NamedTuple):
    """A number of the text: where it stands, what became of it, and why."""

    start: int
    end: int
    fate: str
    why: str


def show_reading(text: str, reading: dict[str, Any]) -> None:
    """The text with accepted, review and rejected numbers marked, and why beside each line."""
    marks = sorted((*map(_taken, reading["figures"]), *map(_refused, reading["rejected"])))
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0), expand=True)
    table.add_column(ratio=1)
    table.add_column(width=min(MARGIN, max(24, out.width // 2 - 4)))
    for start, end in _lines(text):
        inside = [mark for mark in marks if start <= mark.start < end]
        table.add_row(_marked(text, start, end, inside), _margin(text, inside))
    out.print(table)
    legend = Text("marked: ")
    for number, (name, style) in enumerate(STYLES.items()):
        legend.append("  " if number else "").append(name, style)
    legend.append(f"  ({', '.join(f'{sign} {name}' for name, sign in SIGNS.items())})", "dim")
    out.print(legend)
    if not reading["figures"]:
        out.print("No displacement figure: every number is rejected, for the reason beside it.")


def _taken(figure: dict[str, Any]) -> Mark:
    persons = figure["persons"]
    days = f"{figure['start_date'] or 'open start'} to {figure['end_date']}"
    says = [
        f"{figure['quantifier'].replace('_', ' ')}, {figure['unit']}s",
        figure["measure"].replace("_", " "),
        "" if persons is None else f"about {persons:,.0f} persons",
        "" if figure["modality"] == "asserted" else figure["modality"],
        days if figure["start_date"] != figure["end_date"] else figure["end_date"],
        figure["area_text"] or "no place",
        f"counted by {figure['counter']}",
        f"instead of {figure['supersedes']:,.0f}" if figure["supersedes"] else "",
        f"[{figure['rule_id']}]",
    ]
    why = "; ".join(part for part in says if part)
    return Mark(figure["number_start"], figure["number_end"], figure["tier"], why)


def _refused(number: dict[str, Any]) -> Mark:
    why = f"{number['reason'].replace('_', ' ')} [{number['rule_id']}]"
    return Mark(number["number_start"], number["number_end"], REJECTED, why)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text that hold anything begin and end."""
    breaks = [-1, *(place for place, sign in enumerate(text) if sign == "\n"), len(text)]
    for before, after in pairwise(breaks):
        if text[before + 1 : after].strip():
            yield before + 1, after


def _marked(text: str, start: int, end: int, marks: list[Mark]) -> Text:
    shown, position = Text(), start
    for mark in marks:
        shown.append(text[position : mark.start])
        shown.append(f"{SIGNS[mark.fate]}[", STYLES[mark.fate])
        shown.append(text[mark.start : mark.end], STYLES[mark.fate])
        shown.append("]", STYLES[mark.fate])
        position = mark.end
    return shown.append(text[position:end])


def _margin(text: str, marks: list[Mark]) -> Text:
    lines = []
    for mark in marks:
        line = Text(f"{SIGNS[mark.fate]} ", STYLES[mark.fate])
        line.append(" ".join(text[mark.start : mark.end].split()), STYLES[mark.fate])
        lines.append(line.append(f"  {mark.why}"))
    return Text("\n").join(lines)
