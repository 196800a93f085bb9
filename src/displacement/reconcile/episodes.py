"""Which voices meet, and what are the cells they cut?

From voices to episodes (DESIGN 2 and 5.2): independent pieces of work, each with its cells
and its evidence.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from displacement.reconcile.area_tree import AreaTree
from displacement.reconcile.cells import Cut, cut, uncut
from displacement.reconcile.columns import (
    Columns,
    Numbers,
    Objects,
    Vector,
    changes,
    firsts,
    joined,
    numbered,
    objects,
    of_texts,
    rows_of,
    taken,
)
from displacement.reconcile.evidence import Evidence, Evidences
from displacement.reconcile.labelled import cut_by_events
from displacement.reconcile.leaf_sets import LeafSets
from displacement.reconcile.meetings import linked
from displacement.reconcile.scopes import Voice, Voices


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


@dataclass(frozen=True, eq=False)
class Cells(Columns[Cell]):
    """Cells as columns (see `Cell`)."""

    sets: LeafSets
    leaf_set: Numbers
    start: Numbers
    stop: Numbers
    event: Objects
    exposure: Vector
    kind: Numbers

    def __len__(self) -> int:
        return len(self.start)

    def one(self, row: int) -> Cell:
        """The cell of a row."""
        return Cell(
            leaves=self.sets[self.leaf_set[row]],
            start=int(self.start[row]),
            stop=int(self.stop[row]),
            event=self.event[row],
            exposure=float(self.exposure[row]),
            kind=int(self.kind[row]),
        )

    def take(self, rows: Numbers) -> Self:
        """Some of the cells, in the order of the rows."""
        return replace(self, **taken(self, _COLUMNS, rows))

    @staticmethod
    def joined(several: Sequence["Cells"], sets: LeafSets) -> "Cells":
        """The cells of several columns."""
        columns = joined(several, _COLUMNS)
        columns["leaf_set"] = np.concatenate(
            [sets.numbers(one.sets)[one.leaf_set] for one in several]
        )
        return Cells(sets, **columns)

    @staticmethod
    def of(cells: Sequence[Cell], sets: LeafSets) -> "Cells":
        """The columns of some cells."""
        return Cells(
            sets=sets,
            leaf_set=sets.numbers(cell.leaves for cell in cells),
            start=np.array([cell.start for cell in cells], dtype=np.int64),
            stop=np.array([cell.stop for cell in cells], dtype=np.int64),
            event=objects([cell.event for cell in cells]),
            exposure=np.array([cell.exposure for cell in cells], dtype=np.float64),
            kind=np.array([cell.kind for cell in cells], dtype=np.int64),
        )


_COLUMNS = ("leaf_set", "start", "stop", "event", "exposure", "kind")


@dataclass(frozen=True, eq=False)
class Episodes(Columns[Episode]):
    """Episodes as columns: voices, cells and kinds of cell stand episode by episode."""

    ids: list[str]
    voices: Voices
    voices_of: Numbers
    """How many voices each episode has."""
    cells: Cells
    """Their `kind` is the number within the episode."""
    cells_of: Numbers
    kinds_of: Numbers
    exposure: Vector
    """Of each kind."""
    pair_voice: Numbers
    """Pairs of a voice and a kind that it sums, episode by episode: the row of the voice."""
    pair_kind: Numbers
    """The row of the kind."""
    pairs_of: Numbers

    def __len__(self) -> int:
        return len(self.ids)

    def one(self, row: int) -> Episode:
        """The episode of a row."""
        voices, cells = int(self.first_voice[row]), int(self.first_cell[row])
        return Episode(
            self.ids[row],
            self.voices[voices : voices + int(self.voices_of[row])],
            self.cells[cells : cells + int(self.cells_of[row])],
            self.evidence(np.array([row])).one(0),
        )

    @staticmethod
    def of(episodes: Sequence[Episode]) -> "Episodes":
        """The columns of some episodes."""
        if isinstance(episodes, Episodes):
            return episodes
        sets = LeafSets()
        voices = Voices.of([voice for one in episodes for voice in one.voices], sets)
        cells = [cell for one in episodes for cell in one.cells]
        shapes = np.array([one.evidence.incidence.shape for one in episodes]).reshape(-1, 2)
        before = np.cumsum(shapes, axis=0) - shapes
        pairs = [
            np.argwhere(one.evidence.incidence) + first
            for one, first in zip(episodes, before, strict=True)
        ]
        pair_voice, pair_kind = np.concatenate([np.zeros((0, 2), np.int64), *pairs]).T
        return Episodes(
            ids=[one.episode_id for one in episodes],
            voices=voices,
            voices_of=shapes[:, 0],
            cells=Cells.of(cells, sets),
            cells_of=np.array([len(one.cells) for one in episodes], dtype=np.int64),
            kinds_of=shapes[:, 1],
            exposure=np.concatenate([np.zeros(0), *(e.evidence.exposure for e in episodes)]),
            pair_voice=pair_voice,
            pair_kind=pair_kind,
            pairs_of=np.array([len(pair) for pair in pairs], dtype=np.int64),
        )

    @staticmethod
    def joined(several: Sequence["Episodes"]) -> "Episodes":
        """The episodes of several columns, in order of their first day."""
        sets = LeafSets()
        voices = Voices.joined([one.voices.onto(sets) for one in several])
        cells = Cells.joined([one.cells for one in several], sets)
        heard = np.array([len(one.voices) for one in several], dtype=np.int64)
        kinds = np.array([len(one.exposure) for one in several], dtype=np.int64)
        columns = joined(several, ("voices_of", "cells_of", "kinds_of", "exposure", "pairs_of"))
        return Episodes(
            ids=[name for one in several for name in one.ids],
            voices=voices,
            cells=cells,
            pair_voice=np.concatenate(
                [one.pair_voice + n for one, n in zip(several, firsts(heard), strict=True)]
            ),
            pair_kind=np.concatenate(
                [one.pair_kind + n for one, n in zip(several, firsts(kinds), strict=True)]
            ),
            **columns,
        )

    @property
    def in_time(self) -> Numbers:
        """The rows in order of the episodes' first days, and of their first figures."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        earliest = np.minimum.reduceat(self.voices.start, self.first_voice)
        return np.lexsort((of_texts(self.voices.name[self.first_voice]), earliest))

    def take(self, rows: Numbers) -> "Episodes":
        """Some of the episodes, in the order of the rows."""
        voices = rows_of(self.first_voice[rows], self.voices_of[rows])
        kinds = rows_of(self.first_kind[rows], self.kinds_of[rows])
        pairs = rows_of(self.first_pair[rows], self.pairs_of[rows])
        return Episodes(
            ids=[self.ids[row] for row in rows.tolist()],
            voices=self.voices.take(voices),
            voices_of=self.voices_of[rows],
            cells=self.cells.take(rows_of(self.first_cell[rows], self.cells_of[rows])),
            cells_of=self.cells_of[rows],
            kinds_of=self.kinds_of[rows],
            exposure=self.exposure[kinds],
            pair_voice=_places_of(voices, len(self.voices))[self.pair_voice[pairs]],
            pair_kind=_places_of(kinds, len(self.exposure))[self.pair_kind[pairs]],
            pairs_of=self.pairs_of[rows],
        )

    @cached_property
    def first_voice(self) -> Numbers:
        """Where the voices of each episode begin."""
        return firsts(self.voices_of)

    @cached_property
    def first_cell(self) -> Numbers:
        """Where the cells of each episode begin."""
        return firsts(self.cells_of)

    @cached_property
    def first_kind(self) -> Numbers:
        """Where the kinds of cell of each episode begin."""
        return firsts(self.kinds_of)

    @cached_property
    def first_pair(self) -> Numbers:
        """Where the pairs of each episode begin."""
        return firsts(self.pairs_of)

    @cached_property
    def kind_of_cells(self) -> Numbers:
        """The row of each cell's kind."""
        return np.asarray(np.repeat(self.first_kind, self.cells_of) + self.cells.kind)

    @cached_property
    def episode_of_cells(self) -> Numbers:
        """The row of each cell's episode."""
        return np.repeat(np.arange(len(self)), self.cells_of)

    def evidence(self, rows: Numbers) -> Evidences:
        """What the voices of some episodes say, all of them of one shape."""
        voices, kinds = int(self.voices_of[rows[0]]), int(self.kinds_of[rows[0]])
        pairs = rows_of(self.first_pair[rows], self.pairs_of[rows])
        owner = np.repeat(np.arange(len(rows)), self.pairs_of[rows])
        voice = self.first_voice[rows][:, None] + np.arange(voices)
        kind = self.first_kind[rows][:, None] + np.arange(kinds)
        incidence = np.zeros((len(rows), voices, kinds), dtype=bool)
        row, column = (
            self.pair_voice[pairs] - voice[owner, 0],
            self.pair_kind[pairs] - kind[owner, 0],
        )
        incidence[owner, row, column] = True
        heard = self.voices
        return Evidences(
            incidence=incidence,
            exposure=self.exposure[kind],
            stated=heard.stated[voice],
            low=heard.low[voice],
            high=heard.high[voice],
            error=heard.error[voice],
        )


def episodes_of(voices: Sequence[Voice], tree: AreaTree) -> Episodes:
    """Link voices of one measure and view into episodes, in order of their first day."""
    heard = Voices.of(voices)
    leader = linked(heard)
    earliest = np.full(len(heard), np.iinfo(np.int64).max)
    np.minimum.at(earliest, leader, heard.start)
    order = np.lexsort((leader, earliest[leader]))
    heard, leader = heard.take(order), leader[order]
    episode = np.cumsum(changes(leader)) - 1
    voices_of = np.bincount(episode, minlength=0)
    return _together(heard, voices_of, _cuts(heard, episode, voices_of), tree)


def _cuts(voices: Voices, episode: Numbers, voices_of: Numbers) -> list[Cut]:
    rows, first = np.arange(len(voices)), firsts(voices_of)
    alone = voices_of == 1
    found = [uncut(voices, episode, rows[alone[episode]])]
    if alone.all():
        return found
    label = numbered(of_texts(voices.event), voices.part)
    one_label = np.minimum.reduceat(label, first) == np.maximum.reduceat(label, first)
    plain = ~alone & one_label
    if plain.any():
        found.append(cut(voices, episode, rows[plain[episode]]))
    for number in np.flatnonzero(~alone & ~one_label).tolist():
        own = rows[first[number] : first[number] + voices_of[number]]
        found.append(cut_by_events(voices, episode, own))
    return found


def _together(voices: Voices, voices_of: Numbers, cuts: list[Cut], tree: AreaTree) -> Episodes:
    """The cells of all cuts, and who sums which kinds of them, episode by episode."""
    count = len(voices_of)
    whole = joined(cuts, vars(cuts[0]))
    order = np.argsort(whole["episode"], kind="stable")
    episode, kind = whole["episode"][order], whole["kind"][order]
    start, stop = whole["start"][order], whole["stop"][order]
    leaf_set = whole["leaf_set"][order]
    kinds_of = np.zeros(count, dtype=np.int64)
    np.maximum.at(kinds_of, episode, kind + 1)
    first_kind = firsts(kinds_of)
    exposure = voices.sets.weights(leaf_set, tree.weight) * (stop - start)
    of_kinds = np.bincount(first_kind[episode] + kind, exposure, minlength=int(kinds_of.sum()))
    summing = np.repeat(np.arange(count), voices_of)[whole["voice"]]
    by_episode = np.argsort(summing, kind="stable")
    return Episodes(
        ids=_ids(voices, voices_of),
        voices=voices,
        voices_of=voices_of,
        cells=Cells(voices.sets, leaf_set, start, stop, whole["event"][order], exposure, kind),
        cells_of=np.bincount(episode, minlength=count),
        kinds_of=kinds_of,
        exposure=np.asarray(of_kinds, dtype=np.float64),
        pair_voice=whole["voice"][by_episode],
        pair_kind=(first_kind[summing] + whole["sums"])[by_episode],
        pairs_of=np.bincount(summing, minlength=count),
    )


def _places_of(rows: Numbers, count: int) -> Numbers:
    """Where each of so many rows stands among some of them."""
    places = np.full(count, -1)
    places[rows] = np.arange(len(rows))
    return places


def _ids(voices: Voices, voices_of: Numbers) -> list[str]:
    """The same figures give the same id on every machine."""
    figures = np.add.reduceat(voices.figures, firsts(voices_of)) if len(voices) else voices_of
    names = voices.figure_ids.tolist()
    edges = np.cumsum(figures).tolist()
    return [
        hashlib.sha256("\n".join(sorted(names[first:last])).encode()).hexdigest()[:16]
        for first, last in zip([0, *edges], edges, strict=False)
    ]
