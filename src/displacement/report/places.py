"""What are areas called, and does one lie in another?

Names for sentences, and the nesting that tells which figures speak of a cell.
"""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from displacement.report.publication import records
from displacement.report.words import listed

_MANY: Final = 4


class Places:
    """The areas of a publication by their code."""

    def __init__(self, areas: pd.DataFrame, figure_areas: pd.DataFrame) -> None:
        systems = set(figure_areas["code_system"])
        # A bare code means nothing: only the systems that the figures use may name it.
        self._rows: dict[str, dict[str, Any]] = {
            row["area_code"]: row
            for row in records(areas)
            if not systems or row["code_system"] in systems
        }
        self._meetings: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}
        self._chains: dict[str, tuple[str, ...]] = {}

    def name(self, code: str) -> str:
        """The area's English name, or its code where no table names it."""
        row = self._rows.get(code)
        return str(row["name"]) if row else code

    def names(self, codes: Iterable[str]) -> list[str]:
        """The names of areas, in alphabetical order."""
        return sorted({self.name(code) for code in codes})

    def chain(self, code: str) -> tuple[str, ...]:
        """The area and all that it lies in, from the inside out."""
        if code not in self._chains:
            chain = [code]
            while (row := self._rows.get(chain[-1])) and row["parent_code"] not in {None, *chain}:
                chain.append(str(row["parent_code"]))
            self._chains[code] = tuple(chain)
        return self._chains[code]

    def meet(self, codes: tuple[str, ...], others: tuple[str, ...]) -> bool:
        """True where some area of one side lies in, or is, an area of the other."""
        key = (codes, others)
        if key not in self._meetings:
            inside = any(set(codes).intersection(self.chain(other)) for other in others)
            around = any(set(others).intersection(self.chain(code)) for code in codes)
            self._meetings[key] = inside or around
        return self._meetings[key]

    def population(self, codes: Iterable[str]) -> float | None:
        """The people who live in these areas; None where any of it is unknown."""
        found = [self._rows.get(code, {}).get("population") for code in codes]
        known = [float(value) for value in found if value is not None]
        return sum(known) if known and len(known) == len(found) else None

    def described(self, codes: Iterable[str]) -> str:
        """Areas in a few words: their own names, or those of the areas they lie in."""
        kept = self._outermost(set(codes))
        rolled_up = False
        while len(kept) > _MANY:
            depth = max(len(self.chain(code)) for code in kept)
            if depth == 1:
                break
            deepest = {code for code in kept if len(self.chain(code)) == depth}
            parents = {self.chain(code)[1] for code in deepest}
            kept, rolled_up = self._outermost((kept - deepest) | parents), True
        names = self.names(kept)
        if len(names) > _MANY:
            return f"{len(names)} areas"
        return f"parts of {listed(names)}" if rolled_up else listed(names)

    def _outermost(self, codes: set[str]) -> set[str]:
        return {code for code in codes if not codes.intersection(self.chain(code)[1:])}
