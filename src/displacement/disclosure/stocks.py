"""Which pieces do the published stocks sum?

An episode that lives on unchanged is the same people: its pieces are shared by all of its days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from displacement.disclosure.evidence import (
    Member,
    add_cell,
    add_cuts,
    add_voices,
    parts_of,
    room_for_small_voices,
)
from displacement.disclosure.lines import Block, Key, Scene, holders
from displacement.reconcile.rollup import named_places
from displacement.reconcile.stocks import Standing

ONE_DAY = np.array([[0, 1]], dtype=np.int64)
"""Stocks are solved as one day."""


@dataclass(frozen=True)
class Stands(Scene):
    """The published stocks of one measure and view."""

    def row(self, code: str, piece: Standing) -> Key:
        """The rows of a place on the days of a piece: they are alike."""
        return ("stocks", self.measure, self.view, code, piece.first, piece.last)


def stock_block(group: Sequence[Standing], stands: Stands) -> Block:
    """Everything that is published of some stocks of one measure and view."""
    block, tree = Block(), stands.tree
    solved = {one.episode.episode_id: one for piece in group for one in piece.solved}
    members = {name: Member(number, one) for number, (name, one) in enumerate(solved.items())}
    places = named_places(solved.values(), tree)
    holding = holders({code: tree.leaves[system, code] for system, code in places})
    pieces_of = {
        name: _add_episode(block, member, stands, holding) for name, member in members.items()
    }
    for piece in group:
        names = [one.episode.episode_id for one in piece.solved]
        for place in named_places(piece.solved, tree):
            code = place[1]
            here = [name for name in names if code in pieces_of[name]]
            pieces = [one for name in here for one in pieces_of[name][code]]
            key = stands.row(code, piece)
            block.add_row(key, stands, tree.level[place], [pieces])
            for name in here:
                add_cuts(block, members[name], [key], stands, (tree.leaves[place], ONE_DAY))
    return block


def _add_episode(
    block: Block, member: Member, stands: Stands, holding: Mapping[int, tuple[str, ...]]
) -> dict[str, list[int]]:
    """The pieces of an episode by place."""
    solved = member.solved
    by_place: dict[str, list[int]] = defaultdict(list)
    of_kind: dict[int, list[int]] = defaultdict(list)
    for position, cell in enumerate(solved.episode.cells):
        pieces = []
        for codes, leaf, share in parts_of(cell, stands.tree, holding):
            people = float(solved.cell_values[position]) * share
            pieces.append(block.add_piece(people, leaf, member.number))
            for code in codes:
                by_place[code].append(pieces[-1])
        of_kind[cell.kind] += pieces
        # No table holds the cells of stocks: to move one costs nothing.
        line = block.line(("cells", solved.episode.episode_id, position), 0.0)
        room = room_for_small_voices(solved, cell.kind, stands.small)
        add_cell(block, member, line, pieces, room)
    add_voices(block, member, of_kind, stands)
    return dict(by_place)
