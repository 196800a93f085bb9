"""What would simpler ways of adding up have said, and which figures speak of which cell?

Two baselines stand beside the naive sum: the most trusted figure wins each cell, or the latest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from displacement.report.evidence import Evidence
from displacement.report.places import Places
from displacement.report.publication import Publication, records
from displacement_schemas import Contributions, Estimates

_MOST_PAIRS: Final = 400_000


@dataclass(frozen=True)
class Cell:
    """One cell of the estimates and the figures that speak of it."""

    measure: str
    view: str
    codes: tuple[str, ...]
    start: date
    end: date
    value: float | None
    """None where it is withheld, as are low and high."""
    low: float | None
    high: float | None
    method: str
    figures: tuple[Evidence, ...]

    @property
    def days(self) -> int:
        """Days that the cell holds."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True)
class Baselines:
    """What taking one figure per cell would have given."""

    most_trusted: float
    latest: float


def cells(publication: Publication, items: Sequence[Evidence], places: Places) -> list[Cell]:
    """The cells of all estimates, each with the figures of its episode that cover it."""
    of_episode = _figures_by_episode(publication, items)
    rows = records(publication.table(Estimates))
    pairs = sum(len(of_episode.get(row["episode_id"], ())) for row in rows)
    if pairs > _MOST_PAIRS:
        of_episode = {}
    return [_cell(row, of_episode.get(row["episode_id"], ()), places) for row in rows]


def shown_in_full(found: Sequence[Cell]) -> Sequence[Cell]:
    """The cells where none is withheld, else none: a chart of the others would say too little."""
    return found if all(cell.high is not None for cell in found) else ()


def baselines(found: Sequence[Cell], places: Places) -> Baselines | None:
    """The two totals of one measure and view that take one figure per cell."""
    if not found or not all(cell.figures for cell in found):
        return None
    if any(item.withheld for cell in found for item in cell.figures):
        return None
    return Baselines(
        most_trusted=_winner_takes_all(found, places, lambda voice: (-voice.error, voice.told)),
        latest=_winner_takes_all(found, places, lambda voice: (voice.told, -voice.error)),
    )


def _figures_by_episode(
    publication: Publication, items: Sequence[Evidence]
) -> dict[str, list[Evidence]]:
    by_id = {item.figure_id: item for item in items}
    frame = publication.table(Contributions)
    found: dict[str, list[Evidence]] = {}
    for episode_id, figure_id in zip(frame["episode_id"], frame["figure_id"], strict=True):
        if figure_id in by_id:
            found.setdefault(episode_id, []).append(by_id[figure_id])
    return found


def _cell(row: dict[str, Any], episode: Sequence[Evidence], places: Places) -> Cell:
    codes = tuple(row["area_codes"].split("|"))
    return Cell(
        measure=row["measure"],
        view=row["view"],
        codes=codes,
        start=row["start_date"],
        end=row["end_date"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        method=row["method"],
        figures=tuple(item for item in episode if _covers(item, row, codes, places)),
    )


def _covers(item: Evidence, row: dict[str, Any], codes: tuple[str, ...], places: Places) -> bool:
    """No figure's edge cuts a cell, so a figure that meets a cell covers it."""
    return (
        item.measure == row["measure"]
        and (item.start is None or item.start <= row["start_date"])
        and item.end >= row["end_date"]
        and item.event_id in {None, row["event_id"]}
        and places.meet(item.codes, codes)
    )


@dataclass(frozen=True)
class _Voice:
    """What one counter says of one scope; parts of one scope are summed."""

    counter: str
    codes: tuple[str, ...]
    start: date | None
    end: date
    told: date
    error: float
    event_id: str | None


def _winner_takes_all(
    found: Sequence[Cell], places: Places, rank: Callable[[_Voice], tuple[Any, ...]]
) -> float:
    weights = _exposures(found, places)
    persons: dict[_Voice, dict[str, float]] = {}
    exposure: dict[_Voice, float] = {}
    choices: list[tuple[float, list[_Voice]]] = []
    for cell, weight in zip(found, weights, strict=True):
        voices = sorted({_voice(item) for item in cell.figures}, key=lambda voice: voice.counter)
        for item in cell.figures:
            persons.setdefault(_voice(item), {})[item.figure_id] = item.persons or 0.0
        for voice in voices:
            exposure[voice] = exposure.get(voice, 0.0) + weight
        choices.append((weight, voices))
    total = 0.0
    for weight, voices in choices:
        winner = max(voices, key=rank)
        total += sum(persons[winner].values()) * weight / exposure[winner]
    return total


def _voice(item: Evidence) -> _Voice:
    return _Voice(
        counter=item.counter,
        codes=item.codes,
        start=item.start,
        end=item.end,
        told=item.published_on,
        error=item.error,
        event_id=item.event_id,
    )


def _exposures(found: Sequence[Cell], places: Places) -> list[float]:
    populations = [places.population(cell.codes) for cell in found]
    if any(not population for population in populations):
        populations = [1.0] * len(found)
    return [
        cell.days * float(population or 1.0)
        for cell, population in zip(found, populations, strict=True)
    ]
