"""What is published together or not at all, and over which people is it a sum?

The ground that the rest stands on: a block of pieces of people, and lines that sum them.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from displacement.reconcile.area_tree import AreaTree

Vector = NDArray[np.float64]
Key = tuple[Any, ...]

FINE_LEVEL: Final = 3
"""Small numbers are withheld at this admin level and below."""
DECIMALS: Final = 6
"""Published numbers have no more."""

COST_BY_LEVEL: Final = (8_000.0, 400.0, 20.0, 1.0)
"""What is lost with a row of a country, a governorate, a district, a sub-district or less."""
COST_OF_TOTAL: Final = 40_000.0
COST_OF_NAIVE_SUM: Final = 100.0
SHARE_OF_BOUNDS: Final = 0.25
"""What is lost where a row keeps its value but not its bounds."""
WHOLE: Final = 1 - 1e-9


@dataclass(frozen=True)
class Small:
    """What is small: numbers below a threshold, and the figures that state one."""

    threshold: float
    figures: frozenset[str]

    def number(self, value: float) -> bool:
        """Whether a number of people could point at some of them; zero points at nobody."""
        return 0 < round(value, DECIMALS) < self.threshold


@dataclass(frozen=True)
class Scene:
    """One measure and view: its areas, and what is small there."""

    measure: str
    view: str
    tree: AreaTree
    small: Small

    def cost(self, level: int, value: float) -> float:
        """What a reader loses with a row: the more, the wider its area and the more its people."""
        return float(COST_BY_LEVEL[min(level, FINE_LEVEL)] * (1 + np.log10(1 + value) / 10))

    def room(self, level: int, value: float) -> float:
        """The room that a row needs (see `Line`)."""
        is_sensitive = level >= FINE_LEVEL and self.small.number(value)
        return self.small.threshold if is_sensitive else 0.0


@dataclass
class Line:
    """Published numbers that share their fate: each is a sum over pieces or over episodes."""

    key: Key
    cost: float
    sums: list[dict[int, float]] = field(default_factory=list)
    """Weights by piece."""
    rates: list[dict[int, float]] = field(default_factory=list)
    """Weights by episode: of the people of all its pieces."""
    room: float = 0.0
    """How far above its value a reader must at least believe the first sum to reach; a line
    with room is withheld, and a reader must believe it down to zero too."""
    hidden: bool = False
    """Withheld whatever the others are."""


@dataclass
class Block:
    """Pieces of people that no line cuts, and the lines that sum them."""

    people: list[float] = field(default_factory=list)
    leaf: list[int] = field(default_factory=list)
    """One leaf of the area of each piece."""
    episode: list[int] = field(default_factory=list)
    lines: dict[Key, Line] = field(default_factory=dict)
    partly: dict[Key, set[int]] = field(default_factory=dict)
    """By line: the episodes of several voices that it cuts, whose bounds hang together."""
    evidence: dict[int, set[Key]] = field(default_factory=dict)
    """By episode: the lines of its cells and figures."""

    def add_piece(self, people: float, leaf: int, episode: int) -> int:
        """A further piece; its number."""
        self.people.append(people)
        self.leaf.append(leaf)
        self.episode.append(episode)
        return len(self.people) - 1

    def line(self, key: Key, cost: float) -> Line:
        """The line of a key, made where it is new."""
        return self.lines.setdefault(key, Line(key, cost))

    def add_row(self, key: Key, scene: Scene, level: int, sums: Sequence[Iterable[int]]) -> None:
        """The line of a row of an area: the first sum is its number, the others are like it."""
        value = self.value(sums[0])
        line = self.line(key, scene.cost(level, value))
        line.sums += [all_of(pieces) for pieces in sums]
        line.room = scene.room(level, value)

    def value(self, pieces: Iterable[int]) -> float:
        """The people of some pieces together."""
        return float(sum(self.people[piece] for piece in pieces))

    def add_bounds(self, key: Key, cut: "Cut") -> None:
        """Say what the bounds of a line take from an episode: so much of all of its people.

        The bounds of a lone voice are shares of its number. Those of several voices are as
        long as the line holds all of their episode, and hang on every figure where it cuts it.
        """
        if cut.people <= 0:
            return
        if cut.voices > 1 and cut.value < cut.people * WHOLE:
            self.partly.setdefault(key, set()).add(cut.episode)
            return
        bounds = self.line(("bounds", *key), self.lines[key].cost * SHARE_OF_BOUNDS)
        if not bounds.rates:
            bounds.rates = [{}, {}]
        for rates, end in zip(bounds.rates, (cut.low, cut.high), strict=True):
            rates[cut.episode] = rates.get(cut.episode, 0.0) + end / cut.people


@dataclass(frozen=True)
class Cut:
    """What an episode of some people and voices says of one line."""

    episode: int
    people: float
    voices: int
    value: float
    low: float
    high: float


def all_of(pieces: Iterable[int]) -> dict[int, float]:
    """Weights of a plain sum; a piece that is named twice counts twice."""
    weights: dict[int, float] = {}
    for piece in pieces:
        weights[piece] = weights.get(piece, 0.0) + 1.0
    return weights


def linked(keys: Sequence[Iterable[Hashable]]) -> list[int]:
    """Number the groups of things that share a key, directly or through others."""
    leader: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    firsts = []
    for own in keys:
        first, *others = own
        for other in others:
            leader[root(other)] = root(first)
        firsts.append(first)
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(root(first), len(numbers)) for first in firsts]


def holders(places: Mapping[str, NDArray[np.int64]]) -> dict[int, tuple[str, ...]]:
    """By leaf: the places that hold it."""
    holding: dict[int, list[str]] = {}
    for code, leaves in places.items():
        for leaf in leaves.tolist():
            holding.setdefault(leaf, []).append(code)
    return {leaf: tuple(codes) for leaf, codes in holding.items()}
