"""Which pieces do the published stocks sum?

An episode that lives on unchanged is the same people: its pieces are shared by all of its days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from displacement.disclosure.evidence import add_cell, add_voices, parts_of, speaks_small
from displacement.disclosure.lines import (
    FINE_LEVEL,
    Block,
    Cut,
    Key,
    Small,
    all_of,
    cost_of,
    holders,
)
from displacement.reconcile.area_tree import AreaKey, AreaTree
from displacement.reconcile.rollup import named_places
from displacement.reconcile.solved import Solved
from displacement.reconcile.stocks import Standing

ONE_DAY = np.array([[0, 1]], dtype=np.int64)
"""Stocks are solved as one day."""


@dataclass(frozen=True)
class Stands:
    """The published stocks of one measure and view."""

    measure: str
    view: str
    tree: AreaTree

    def row(self, code: str, piece: Standing) -> Key:
        """The rows of a place on the days of a piece: they are alike."""
        return ("stocks", self.measure, self.view, code, piece.first, piece.last)


def stock_block(group: Sequence[Standing], stands: Stands, small: Small) -> Block:
    """Everything that is published of some stocks of one measure and view."""
    block = Block()
    tree = stands.tree
    known = {s.episode.episode_id: s for piece in group for s in piece.solved}
    numbers = {name: number for number, name in enumerate(known)}
    everywhere = named_places(known.values(), tree)
    holding = holders({code: tree.leaves[system, code] for system, code in everywhere})
    by_place: dict[int, dict[str, list[int]]] = {}
    for name, solved in known.items():
        by_place[numbers[name]] = _add_episode(block, numbers[name], solved, tree, holding, small)
    for piece in group:
        here = named_places(piece.solved, tree)
        own = [(numbers[s.episode.episode_id], s) for s in piece.solved]
        for key in here:
            _add_row(block, stands, piece, key, own, by_place, small)
    return block


def _add_episode(
    block: Block,
    number: int,
    solved: Solved,
    tree: AreaTree,
    holding: Mapping[int, tuple[str, ...]],
    small: Small,
) -> dict[str, list[int]]:
    """The pieces of an episode by place."""
    by_place: dict[str, list[int]] = defaultdict(list)
    of_kind: dict[int, list[int]] = defaultdict(list)
    cells = zip(solved.episode.cells, solved.cell_values, strict=True)
    for position, (cell, persons) in enumerate(cells):
        pieces = []
        for codes, leaf, share in parts_of(cell, tree, holding):
            pieces.append(block.add_piece(float(persons) * share, leaf, number))
            for code in codes:
                by_place[code].append(pieces[-1])
        of_kind[cell.kind] += pieces
        # No table holds the cells of stocks: to move one costs nothing.
        key = ("cells", solved.episode.episode_id, position)
        add_cell(
            block,
            number,
            key,
            0.0,
            pieces,
            is_fine=False,
            is_sensitive=speaks_small(solved, cell.kind, small),
            small=small,
        )
    add_voices(block, number, solved, of_kind, tree, small)
    return by_place


def _add_row(
    block: Block,
    stands: Stands,
    piece: Standing,
    place: AreaKey,
    own: Sequence[tuple[int, Solved]],
    by_place: Mapping[int, Mapping[str, list[int]]],
    small: Small,
) -> None:
    code, level = place[1], stands.tree.level[place]
    pieces = [one for number, _ in own for one in by_place[number].get(code, ())]
    if not pieces:
        return
    value = block.value(pieces)
    line = block.line(stands.row(code, piece), cost_of(level, value))
    line.sums.append(all_of(pieces))
    if level >= FINE_LEVEL and small.number(value):
        line.room = small.threshold
    for number, solved in own:
        if by_place[number].get(code):
            cut = solved.cut(stands.tree, stands.tree.leaves[place], ONE_DAY)
            people, count = float(solved.cell_values.sum()), len(solved.episode.voices)
            ends = (float(cut.value[0]), float(cut.low[0]), float(cut.high[0]))
            block.add_bounds(line.key, Cut(number, people, count, *ends))
