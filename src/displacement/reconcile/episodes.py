"""Which voices meet, and what are the cells they cut?

From voices to episodes (DESIGN 2 and 5.2): independent pieces of work, each with its cells
and its evidence.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.balance import Evidence
from displacement.reconcile.scopes import Label, Voice

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cell:
    """The largest piece of area, time and event that no voice's edge cuts."""

    leaves: tuple[int, ...]
    start: int
    stop: int
    event: str | None
    exposure: float
    kind: int
    """Cells of one kind are summed by the same voices: see `Episode.evidence`."""


@dataclass(frozen=True)
class Episode:
    """Voices linked by overlapping scopes, and what they say about which kinds of cell."""

    episode_id: str
    voices: list[Voice]
    cells: list[Cell]
    evidence: Evidence
    """Its columns are kinds of cell, its rows the voices."""


def episodes_of(voices: list[Voice], tree: AreaTree) -> list[Episode]:
    """Link voices of one measure and view into episodes, in order of their first day."""
    groups = _linked(voices)
    groups.sort(key=lambda group: (min(v.start for v in group), group[0].figure_ids))
    return [_episode(group, tree) for group in groups]


def _linked(voices: list[Voice]) -> list[list[Voice]]:
    """Connected components: two voices are linked where they overlap in leaf, day and event.

    On every leaf and event, voices in order of start overlap an earlier one exactly where
    they start before the latest stop so far.
    """
    leader = list(range(len(voices)))

    def root(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for meeting in _on_one_leaf_and_event(voices):
        reach, holder = -(2**62), -1
        for number in meeting:
            if voices[number].start < reach:
                leader[root(number)] = root(holder)
            if voices[number].stop > reach:
                reach, holder = voices[number].stop, number
    groups: dict[int, list[Voice]] = {}
    for number, voice in enumerate(voices):
        groups.setdefault(root(number), []).append(voice)
    return list(groups.values())


def _on_one_leaf_and_event(voices: list[Voice]) -> Iterator[list[int]]:
    """Numbers of the voices that cover a leaf and an event, in order of their start."""
    on_leaf: dict[int, list[int]] = {}
    for number, voice in enumerate(voices):
        for leaf in voice.leaves:
            on_leaf.setdefault(leaf, []).append(number)
    for numbers in {tuple(numbers) for numbers in on_leaf.values()}:
        for label in {_label(voices[number]) for number in numbers}:
            meeting = [n for n in numbers if voices[n].covers(label)]
            yield sorted(meeting, key=lambda n: voices[n].start)


def _episode(voices: list[Voice], tree: AreaTree) -> Episode:
    cells, kinds = _cells(voices, tree) if len(voices) > 1 else _only_cell(voices[0], tree)
    exposure = np.zeros(len(kinds))
    for cell in cells:
        exposure[cell.kind] += cell.exposure
    evidence = Evidence(
        incidence=kinds.T.copy(),
        exposure=exposure,
        stated=np.array([voice.stated for voice in voices]),
        low=np.array([voice.low for voice in voices]),
        high=np.array([voice.high for voice in voices]),
        error=np.array([voice.error for voice in voices]),
    )
    return Episode(_episode_id(voices), voices, cells, evidence)


def _episode_id(voices: list[Voice]) -> str:
    """The same figures give the same id on every machine."""
    names = sorted(figure for voice in voices for figure in voice.figure_ids)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _cells(voices: list[Voice], tree: AreaTree) -> tuple[list[Cell], Flags]:
    """The coarsest partition, and for each kind of cell which voices sum it."""
    days = np.unique([edge for voice in voices for edge in (voice.start, voice.stop)])
    when = np.array([[v.start <= day < v.stop for day in days[:-1]] for v in voices])
    labels = _labels(voices)
    which = np.array([[v.covers(label) for label in labels] for v in voices])
    kinds: dict[bytes, int] = {}
    cells: list[Cell] = []
    for leaves, where in _atoms(voices):
        residents = float(tree.weight[list(leaves)].sum())
        member = where[:, None, None] & when[:, :, None] & which[:, None, :]
        member &= _counted_parts(voices, member, labels)
        for signature, event, first, last in _runs(member, [event for event, _ in labels]):
            start, stop = int(days[first]), int(days[last])
            kind = kinds.setdefault(signature, len(kinds))
            cells.append(Cell(leaves, start, stop, event, residents * (stop - start), kind))
    rows = [np.frombuffer(signature, dtype=np.bool_) for signature in kinds]
    return cells, np.array(rows)


def _only_cell(voice: Voice, tree: AreaTree) -> tuple[list[Cell], Flags]:
    """The scope of a voice that meets no other."""
    exposure = float(tree.weight[[*voice.leaves]].sum()) * (voice.stop - voice.start)
    cell = Cell(voice.leaves, voice.start, voice.stop, voice.event, exposure, 0)
    return [cell], np.ones((1, 1), dtype=bool)


def _label(voice: Voice) -> Label:
    return voice.event, voice.part


def _labels(voices: list[Voice]) -> list[Label]:
    """The events that voices name, in their parts where they have any, and whatever else is."""
    parts = sorted({(v.event, v.part) for v in voices if v.event is not None})
    numbered = {event for event, part in parts if part}
    labels: list[Label] = [(event, part) for event, part in parts if part or event not in numbered]
    if not labels or any(v.event is None for v in voices):
        labels.append((None, 0))
    return labels


def _counted_parts(voices: list[Voice], member: Flags, labels: list[Label]) -> Flags:
    """On each segment the parts of an event that somebody counts there; the first if nobody.

    The parts are the whole of their event: beside them nobody is left to be counted.
    """
    counted = np.ones(member.shape[1:], dtype=bool)
    for event in {event for event, part in labels if part}:
        own = [n for n, label in enumerate(labels) if label[0] == event]
        for n in own:
            of_part = [_label(voice) == labels[n] for voice in voices]
            counted[:, n] = member[of_part, :, n].any(axis=0)
        counted[:, own[0]] |= ~counted[:, own].any(axis=1)
    return counted


def _atoms(voices: list[Voice]) -> list[tuple[tuple[int, ...], Flags]]:
    """Leaves grouped by the voices that cover them, in order of their first leaf."""
    if len({voice.leaves for voice in voices}) == 1:
        return [(voices[0].leaves, np.ones(len(voices), dtype=bool))]
    covered = np.unique([leaf for voice in voices for leaf in voice.leaves])
    where = np.array([np.isin(covered, voice.leaves, assume_unique=True) for voice in voices])
    atoms: dict[bytes, list[int]] = {}
    for column, leaf in enumerate(covered):
        atoms.setdefault(where[:, column].tobytes(), []).append(int(leaf))
    return [
        (tuple(leaves), np.frombuffer(signature, dtype=np.bool_))
        for signature, leaves in atoms.items()
    ]


def _runs(member: Flags, events: list[str | None]) -> list[tuple[bytes, str | None, int, int]]:
    """Runs of segments that the same voices cover: (who, event, first segment, last + 1).

    Events that the same voices cover on a segment are one piece, named only if it is one.
    """
    runs: dict[tuple[bytes, str | None], list[list[int]]] = {}
    for segment in range(member.shape[1]):
        together: dict[bytes, list[str | None]] = {}
        for position, event in enumerate(events):
            if member[:, segment, position].any():
                signature = member[:, segment, position].tobytes()
                together.setdefault(signature, []).append(event)
        for signature, names in together.items():
            spans = runs.setdefault((signature, names[0] if len(names) == 1 else None), [])
            if spans and spans[-1][1] == segment:
                spans[-1][1] = segment + 1
            else:
                spans.append([segment, segment + 1])
    return [
        (signature, event, first, last)
        for (signature, event), spans in runs.items()
        for first, last in spans
    ]
