"""How does one say what changed between two snapshots? In sentences, for people and Prefect."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from displacement.changes import AreaChange, Changes, FigureChange, Kind, Moved
from displacement_flows.terminal import out

MOST: Final = 5
"""Lines of one kind; the rest is counted. JSON has them all."""

HEADINGS: Final = {
    Kind.NEW: "Figures that are new",
    Kind.REVISED: "Figures that their sources revised",
    Kind.WITHDRAWN: "Figures that their sources withdrew",
    Kind.RETURNED: "Figures that were withdrawn and are back",
    Kind.GONE: "Figures that are not known any more",
    Kind.CORRECTED: "Figures that a decision changed",
    Kind.HOUSEHOLD_SIZE: "Figures whose households have another size",
    Kind.PLACED: "Figures that are placed in other areas",
    Kind.READ: "Figures that are read or weighed differently",
}
SETTINGS: Final = {
    "as_of": "As of",
    "code_version": "Version of the program",
    "small_cell_threshold": "Persons below which numbers are withheld",
}
WITHHELD: Final = "withheld, because few people are concerned"


def told(changes: Changes) -> dict[str, list[str]]:
    """Headings, and under each what changed; the first heading has the totals.

    What is under a heading is never more than a screen can show.
    """
    sections = {
        "Totals": [_moved(one, changes) for one in changes.totals],
        "Months that moved most": [_moved(one, changes) for one in changes.months],
        "Areas that moved most": [_moved(one, changes) for one in _places(changes.places)],
    }
    for kind, heading in HEADINGS.items():
        sections[heading] = [_figure(one) for one in changes.figures if one.kind is kind]
    sections["Areas that are described differently"] = [_area(one) for one in changes.areas]
    sections["Between the snapshots"] = [
        f"{SETTINGS[one.name]}: {_or_nothing(one.before)} → {_or_nothing(one.after)}"
        for one in changes.settings
    ]
    return {
        f"{heading} ({len(lines)})": _shortened(lines)
        for heading, lines in sections.items()
        if lines
    }


def title(changes: Changes) -> str:
    """Which snapshots are compared."""
    if changes.before is None:
        return f"{changes.after} is the first snapshot: all of it is new."
    return f"From {changes.before} to {changes.after}"


def show(changes: Changes) -> None:
    """On the terminal: what two snapshots say differently."""
    out.print(title(changes), markup=False, style="bold")
    said = told(changes)
    for heading, lines in said.items():
        out.print(f"\n{heading}", markup=False, style="bold")
        for line in lines:
            out.print(f"  {line}", markup=False)
    if not said:
        out.print("They say the same.")


def as_markdown(changes: Changes) -> str:
    """All of it as a page of a flow run."""
    lines = [title(changes)]
    for heading, said in told(changes).items():
        lines += ["", f"### {heading}", "", *(f"- {_plain(one)}" for one in said)]
    return "\n".join(lines)


def as_json(changes: Changes) -> dict[str, Any]:
    """All of it for a program: nothing is shortened."""
    plain = asdict(changes)
    del plain["area_names"]
    return plain


def _plain(text: str) -> str:
    """Text of others as Markdown that says just that."""
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|" else sign for sign in text)


def _shortened(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST
    return [*lines[:MOST], *([f"… and {more:,} more"] if more > 0 else [])]


def _places(places: Iterable[Moved]) -> list[Moved]:
    """Areas of one level, which do not repeat each other: below the country, if there are any."""
    places = list(places)
    inner = [one for one in places if one.admin_level]
    level = min((one.admin_level or 0 for one in inner), default=0)
    return [one for one in places if one.admin_level == level]


def _moved(one: Moved, changes: Changes) -> str:
    name = changes.area_names.get(one.area_code, one.area_code) if one.area_code else None
    where = f"{name} ({one.area_code}), " if name else ""
    when = f"{one.month:%B %Y}, " if one.month else ""
    return f"{where}{when}{_words(one.measure)} by {one.view}: {_from_to(one)}"


def _figure(one: FigureChange) -> str:
    days = f"{one.start_date or 'open'} to {one.end_date}"
    if one.start_date == one.end_date:
        days = f"{one.end_date}"
    line = f"{one.counter}, {_words(one.measure)}, {one.area_text}, {days}: {_from_to(one)}"
    if one.columns and one.kind in {Kind.REVISED, Kind.READ}:
        line += f" (differs in {', '.join(_words(name) for name in one.columns)})"
    return line + (f" – {one.why}" if one.why else "")


def _area(one: AreaChange) -> str:
    return f"{one.name} ({one.area_code}): {', '.join(_words(name) for name in one.columns)}"


def _from_to(one: FigureChange | Moved) -> str:
    if one.withheld:
        return WITHHELD
    match one.before, one.after:
        case None, None:
            return "no number"
        case None, float(after):
            return f"{after:,.0f}" if isinstance(one, FigureChange) else f"not known → {after:,.0f}"
        case float(before), None:
            gone = isinstance(one, FigureChange)
            return f"{before:,.0f}" if gone else f"{before:,.0f} → not known any more"
        case float(before), float(after) if before == after:
            return f"{after:,.0f}"
        case before, after:
            return f"{before:,.0f} → {after:,.0f} ({(after or 0) - (before or 0):+,.0f})"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _or_nothing(value: object) -> str:
    return "none" if value is None else f"{value}"
