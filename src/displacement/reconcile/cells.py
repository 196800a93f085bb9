"""What are the cells that the voices of many episodes cut, and who sums which of them?

For all episodes at once whose voices count the same events; `labelled` cuts the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.columns import (
    Numbers,
    Objects,
    changes,
    firsts,
    joined,
    rows_of,
    spread,
)
from displacement.reconcile.scopes import Voices

Marks = NDArray[np.uint64]

MOST_BITS = 63


@dataclass(frozen=True)
class Cut:
    """The cells of some episodes, and the kinds that voices sum."""

    episode: Numbers
    """Of each cell."""
    leaf_set: Numbers
    start: Numbers
    stop: Numbers
    event: Objects
    kind: Numbers
    """Number of each cell's kind within its episode."""
    voice: Numbers
    """Of each pair of a voice and a kind that it sums: the row of the voice."""
    sums: Numbers
    """And the number of the kind within its episode."""


def uncut(voices: Voices, episode: Numbers, rows: Numbers) -> Cut:
    """The scopes of voices that meet no other."""
    return Cut(
        episode=episode[rows],
        leaf_set=voices.leaf_set[rows],
        start=voices.start[rows],
        stop=voices.stop[rows],
        event=voices.event[rows],
        kind=np.zeros(len(rows), dtype=np.int64),
        voice=rows,
        sums=np.zeros(len(rows), dtype=np.int64),
    )


def cut(voices: Voices, episode: Numbers, rows: Numbers) -> Cut:
    """The coarsest partition of the scopes of several episodes, each with one label.

    `rows` are their voices, episode by episode. Pieces that the same voices cover are of one
    kind: each voice has a mark, and the sum of the marks says who covers a piece.
    """
    marks = _marks(episode[rows])
    atoms = _atoms(voices, episode, rows, marks)
    pieces = _pieces(voices, atoms, marks, rows)
    of_piece = atoms.episode[pieces.atom]
    kind, first = _kinds(of_piece, pieces.mark)
    here = pieces.atom[first]
    owner, number = spread(atoms.voices[here])
    member = atoms.member[firsts(atoms.voices)[here][owner] + number]
    day = pieces.start[first][owner]
    covers = (voices.start[rows[member]] <= day) & (day < voices.stop[rows[member]])
    whose = np.searchsorted(episode[rows], of_piece)
    return Cut(
        episode=of_piece,
        leaf_set=atoms.leaf_set[pieces.atom],
        start=pieces.start,
        stop=pieces.stop,
        event=voices.event[rows[whose]],
        kind=kind,
        voice=rows[member[covers]],
        sums=kind[first][owner[covers]],
    )


@dataclass(frozen=True)
class _Atoms:
    """Leaves of an episode that the same voices cover, in order of their first leaf."""

    episode: Numbers
    leaf_set: Numbers
    voices: Numbers
    """How many voices cover each."""
    member: Numbers
    """Which, atom by atom."""

    @staticmethod
    def joined(one: "_Atoms", other: "_Atoms") -> "_Atoms":
        """The atoms of other episodes behind them."""
        return _Atoms(**joined([one, other], vars(one)))


def _atoms(voices: Voices, episode: Numbers, rows: Numbers, marks: Marks) -> _Atoms:
    begins = np.flatnonzero(changes(episode[rows]))
    sizes = np.diff(begins, append=len(rows))
    leaf_set = voices.leaf_set[rows]
    lowest, highest = (ends.reduceat(leaf_set, begins) for ends in (np.minimum, np.maximum))
    alike = lowest == highest
    whole = _Atoms(
        episode=episode[rows[begins]][alike],
        leaf_set=lowest[alike],
        voices=sizes[alike],
        member=np.flatnonzero(np.repeat(alike, sizes)),
    )
    if alike.all():
        return whole
    members = np.flatnonzero(~np.repeat(alike, sizes))
    return _Atoms.joined(whole, _parts(voices, episode[rows], rows, marks, members))


def _parts(
    voices: Voices, episode: Numbers, rows: Numbers, marks: Marks, members: Numbers
) -> _Atoms:
    """The atoms of episodes whose voices cover different leaves."""
    owner, leaf = voices.sets.on_leaves(voices.leaf_set[rows[members]])
    member = members[owner]
    order = np.lexsort((member, leaf, episode[member]))
    member, leaf = member[order], leaf[order]
    begins = np.flatnonzero(changes(episode[member], leaf))
    covering = np.diff(begins, append=len(member))
    mark = np.add.reduceat(marks[member], begins)
    of_leaf, own = episode[member[begins]], leaf[begins]
    by_mark = np.lexsort((own, mark, of_leaf))
    first = np.flatnonzero(changes(of_leaf[by_mark], mark[by_mark]))
    leaves = np.split(own[by_mark], first[1:])
    leaf_set = voices.sets.numbers(tuple(one.tolist()) for one in leaves)
    atom = by_mark[first]
    order = np.lexsort((own[atom], of_leaf[atom]))
    atom = atom[order]
    return _Atoms(
        episode=of_leaf[atom],
        leaf_set=leaf_set[order],
        voices=covering[atom],
        member=member[rows_of(begins[atom], covering[atom])],
    )


@dataclass(frozen=True)
class _Pieces:
    """Runs of days of an atom that the same voices cover, each atom's kind by kind."""

    atom: Numbers
    start: Numbers
    stop: Numbers
    mark: Marks


def _pieces(voices: Voices, atoms: _Atoms, marks: Marks, rows: Numbers) -> _Pieces:
    """What the first and last days of their voices cut the atoms into."""
    atom = np.repeat(np.arange(len(atoms.voices)), atoms.voices)
    voice, mark = rows[atoms.member], marks[atoms.member]
    atom, day = np.tile(atom, 2), np.concatenate([voices.start[voice], voices.stop[voice]])
    order = np.lexsort((day, atom))
    atom, day = atom[order], day[order]
    edges = np.flatnonzero(changes(atom, day))
    # Sums of marks run over, and come back to nothing where an atom ends.
    covering = np.cumsum(np.add.reduceat(np.concatenate([mark, 0 - mark])[order], edges))
    begun = np.repeat([1, -1], len(voice))[order]
    voices_there = np.cumsum(np.add.reduceat(begun, edges))
    atom, day = atom[edges], day[edges]
    here = np.flatnonzero(voices_there > 0)
    atom, start, stop, mark = atom[here], day[here], day[here + 1], covering[here]
    by_mark = np.lexsort((start, mark, atom))
    new = changes(atom[by_mark], mark[by_mark])
    earliest = np.empty(len(start), dtype=np.int64)
    earliest[by_mark] = start[by_mark][np.flatnonzero(new)][np.cumsum(new) - 1]
    order = np.lexsort((start, earliest, atom))
    return _Pieces(atom[order], start[order], stop[order], mark[order])


def _kinds(episode: Numbers, mark: Marks) -> tuple[Numbers, Numbers]:
    """The kind of each piece, numbered within its episode as they come, and each kind's first."""
    order = np.lexsort((mark, episode))
    new = changes(episode[order], mark[order])
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(new) - 1
    first = order[np.flatnonzero(new)]
    rank = np.lexsort((first, episode[first]))
    begins = np.flatnonzero(changes(episode[first[rank]]))
    number = np.empty(len(rank), dtype=np.int64)
    number[rank] = spread(np.diff(begins, append=len(rank)))[1]
    return number[group], first


def _marks(episode: Numbers) -> Marks:
    """A mark for each voice of an episode: no two sets of voices add up to the same.

    A bit each for up to 63 voices, and for more what SplitMix64 makes of their numbers (Steele,
    Lea and Flood, Fast splittable pseudorandom number generators, 2014).
    """
    sizes = np.diff(np.flatnonzero(changes(episode)), append=len(episode))
    owner, number = spread(sizes)
    mixed = (number.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    bits = np.uint64(1) << np.minimum(number, MOST_BITS).astype(np.uint64)
    return np.where(sizes[owner] <= MOST_BITS, bits, mixed)
