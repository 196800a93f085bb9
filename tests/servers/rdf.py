"""Stand-in of UNHCR's Refugee Data Finder: pair rows a year, three kinds of number, no errors.

Whatever is not understood is ignored, a lone year bound too, and codes are UNHCR's own unless
asked otherwise.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Request, html_answer, json_answer

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

COLUMNS = (
    "refugees", "asylum_seekers", "returned_refugees", "idps", "returned_idps", "stateless",
    "ooc", "oip", "hst",
)  # fmt: skip
SOLUTIONS = ("returned_refugees", "resettlement", "naturalisation", "returned_idps")
STOCKS = tuple(name for name in COLUMNS if not name.startswith("returned"))
NOT_COLLECTED = -1  # written "-"
NEWEST = 2025
PAIRS_A_YEAR = 6300
OLDEST = 1951
# The pairs that every number of rows has first.
CRISES = (
    ("SYR", "SYR"), ("SYR", "LBN"), ("SYR", "TUR"), ("SDN", "SDN"), ("SDN", "TCD"), ("HTI", "HTI"),
    ("SYR", "DEU"), ("SYR", "EGY"), ("HTI", "DOM"), ("SSD", "SDN"), ("IRQ", "UNK"), ("SYR", "AUT"),
)  # fmt: skip


class Country(tuple[str, str, str]):
    """UNHCR code, ISO code and name of a country, as UNHCR writes them."""

    __slots__ = ()


@cache
def countries() -> tuple[Country, ...]:
    """All countries by UNHCR code."""
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Country(row) for row in list(csv.reader(file))[1:])


@dataclass
class _Table:
    """Pair rows in columns; `origin` and `asylum` index `countries()`, -1 where summed over."""

    year: Ints
    origin: Ints
    asylum: Ints
    counts: dict[str, Ints]

    def __len__(self) -> int:
        return len(self.year)

    def keep(self, mask: Mask | Ints) -> "_Table":
        counts = {name: column[mask] for name, column in self.counts.items()}
        return _Table(self.year[mask], self.origin[mask], self.asylum[mask], counts)


class RdfServer(StandIn):
    """api.unhcr.org/population/v1: population, solutions, idmc, countries and years.

    `rows` is the number of pair rows of the population table. The newest year is that of a
    mid-year vintage until `finish_year`; `revise` changes cells of earlier years and `delete`
    drops pair rows, both without a mark, as the interface does. `default_limit` is the size of
    a page where none is asked for.
    """

    name: ClassVar[str] = "rdf"
    source_id: ClassVar[str] = "unhcr_rdf"
    base_path: ClassVar[str] = "/population/v1"

    def __init__(
        self, *, rows: int = 1000, seed: int = 1, default_limit: int = 100, port: int = 0
    ) -> None:
        super().__init__(key="", port=port)
        self.default_limit = default_limit
        self._rng = np.random.default_rng(seed)
        self._population = _population(rows, self._rng)
        self._solutions = _solutions(self._population, self._rng)

    @property
    def rows(self) -> list[dict[str, Json]]:
        """All pair rows of the population table."""
        return _items(self._population, COLUMNS)

    def finish_year(self) -> None:
        """Replace the newest year's mid-year numbers by those of its end, under the same key."""
        newest = self._population.year == NEWEST
        for name in COLUMNS:
            column = self._population.counts[name]
            factor = 0.9 if name in STOCKS else 2.4
            column[newest & (column > 0)] = (column[newest & (column > 0)] * factor).astype(int) + 1

    def revise(self, cells: int = 1) -> list[tuple[int, str, str, str]]:
        """Change cells of earlier years; returns (year, origin, asylum, column), codes ISO."""
        table = self._population
        old = np.flatnonzero((table.year < NEWEST) & (table.counts["refugees"] > 0))[-cells:]
        table.counts["refugees"][old] += 1000
        return [(*self._key(row), "refugees") for row in old.tolist()]

    def delete(self, rows: int = 1) -> list[tuple[int, str, str]]:
        """Drop pair rows of the newest year; returns (year, origin, asylum), codes ISO."""
        gone = np.arange(len(self._population))[-rows:]
        keys = [self._key(row) for row in gone.tolist()]
        self._population = self._population.keep(np.arange(len(self._population) - rows))
        return keys

    def _key(self, row: int) -> tuple[int, str, str]:
        table = self._population
        origin, asylum = countries()[table.origin[row]], countries()[table.asylum[row]]
        return int(table.year[row]), origin[1], asylum[1]

    def settings(self) -> dict[str, str]:
        """No key is needed."""
        return {"url": self.base_url}

    def refuse(self, request: Request) -> Answer:
        """There is no key; a refusal is an HTML page."""
        return html_answer("403 Forbidden", "<h1>Forbidden</h1>", 403)

    def respond(self, request: Request) -> Answer:
        """A page of rows, or an HTML page for a path that does not exist."""
        path = request.path.rstrip("/").removeprefix(self.base_path)
        tables = {
            "/population": (self._population, COLUMNS),
            "/solutions": (self._solutions, SOLUTIONS),
            "/idmc": (_totals_of_idps(self._population), ("total",)),
        }
        if path in tables:
            return self._page(request, *tables[path], sums=path == "/solutions")
        if path == "/countries":
            return self._envelope(request, [_country(*pair) for pair in enumerate(countries())])
        if path == "/years":
            return self._envelope(request, [{"year": year} for year in range(1951, NEWEST + 3)])
        return html_answer("404 Not Found", "<h1>Not Found</h1>", 404)

    def _page(
        self, request: Request, table: _Table, columns: Sequence[str], *, sums: bool
    ) -> Answer:
        if request.share < 1:
            table = table.keep(np.arange(len(table)) < int(len(table) * request.share))
        table = table.keep(_years(table, request))
        found = _grouped(table, _dimension(request, "coo"), _dimension(request, "coa"))
        limit, page = self._limit(request), max(1, request.whole("page", 1))
        pages = -(-len(found) // limit)
        part = found.keep(np.arange(len(found))[limit * (page - 1) : limit * page])
        total = {name: int(found.counts[name].clip(0).sum()) for name in columns}
        return _sent(page, pages, total if sums else [], _items(part, columns))

    def _envelope(self, request: Request, rows: Sequence[Json]) -> Answer:
        limit, page = self._limit(request), max(1, request.whole("page", 1))
        part = list(rows[limit * (page - 1) : limit * page])
        return _sent(page, -(-len(rows) // limit), [], part)

    def _limit(self, request: Request) -> int:
        asked = request.whole("limit", self.default_limit)
        return asked if asked > 0 else self.default_limit


def _sent(page: int, pages: int, total: Json, items: list[Json]) -> Answer:
    document = {
        "page": page, "short-url": "", "maxPages": pages, "total": total, "items": items,
    }  # fmt: skip
    return json_answer(document, cache_control="no-cache, private", x_cache="MISS")


def _population(rows: int, rng: np.random.Generator) -> _Table:
    pairs = max(4, min(PAIRS_A_YEAR, rows // 10), -(-rows // (NEWEST - OLDEST + 1)))
    back = np.arange(rows) // pairs
    order = np.lexsort((np.arange(rows), -back))  # year ascending, pairs in their order
    year = (NEWEST - back)[order]
    origin, asylum = _pairs(pairs, rng)
    pair = (np.arange(rows) % pairs)[order]
    # A level of the pair that drifts with the years: neighbours in time resemble each other.
    level = np.exp(rng.normal(5, 2.5, pairs))[pair] * rng.uniform(0.8, 1.2, rows)
    home = origin[pair] == asylum[pair]
    few = rng.random(rows)
    counts = {
        "refugees": np.where(home, 0, level),
        "asylum_seekers": np.where(home | (few < 0.3), 0, level * 0.2),
        "returned_refugees": np.where(few < 0.9, 0, level * 0.05),
        "idps": np.where(home, level * 500, 0),
        "returned_idps": np.where(home & (few < 0.7), level * 20, 0),
        "stateless": np.zeros(rows),
        "ooc": np.where(few > 0.6, level * 0.02, 0),
        "oip": np.full(rows, NOT_COLLECTED),
        "hst": np.where(home, level * 800, 0),
    }
    counts["oip"][few > 0.999] = 350
    whole = {name: _rounded(column) for name, column in counts.items()}
    return _Table(year, origin[pair], asylum[pair], whole)


def _rounded(column: npt.NDArray[np.float64]) -> Ints:
    """Small counts are published as multiples of five."""
    whole = np.rint(column).astype(np.int64)
    return np.where((whole > 0) & (whole < 100), 5 * np.maximum(1, whole // 5), whole)


def _pairs(pairs: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    iso = {country[1]: number for number, country in enumerate(countries())}
    size = len(countries())
    first = [iso[origin] * size + iso[asylum] for origin, asylum in CRISES][:pairs]
    others = np.setdiff1d(np.arange(size * size), first)
    chosen = np.concatenate([first, rng.permutation(others)[: pairs - len(first)]])
    return chosen // size, chosen % size


def _solutions(population: _Table, rng: np.random.Generator) -> _Table:
    flows = population.counts["returned_refugees"] + population.counts["returned_idps"] > 0
    table = population.keep(flows)
    counts = {
        "returned_refugees": table.counts["returned_refugees"],
        "resettlement": rng.integers(0, 40, len(table)) * 5,
        "naturalisation": rng.integers(0, 10, len(table)) * 5,
        "returned_idps": table.counts["returned_idps"],
    }
    return _Table(table.year, table.origin, table.asylum, counts)


def _totals_of_idps(population: _Table) -> _Table:
    """IDMC's totals are higher than UNHCR's own."""
    table = population.keep(population.counts["idps"] > 0)
    table.counts = {"total": (table.counts["idps"] * 1.07).astype(np.int64)}
    return table


def _years(table: _Table, request: Request) -> Mask:
    mask = np.ones(len(table), dtype=bool)
    single = [text.split(",")[0] for text in request.query.get("year", [])[:1]]
    listed = single + request.query.get("year[]", [])
    if listed:
        mask &= np.isin(table.year, [int(text) for text in listed if text.isdecimal()])
    first, last = request.whole("yearFrom", 0), request.whole("yearTo", 0)
    if first and last:
        mask &= (table.year >= first) & (table.year <= last)
    return mask


def _dimension(request: Request, name: str) -> Mask | bool:
    """Which countries of a dimension get rows of their own: all (True), none (False), a mask."""
    if (request.value(f"{name}_all") or "").casefold() == "true":
        return True
    listed = (request.value(name) or "").split(",") + request.query.get(f"{name}[]", [])
    codes = {code.strip() for code in listed if code.strip()}
    if not codes:
        return False
    column = 1 if (request.value("cf_type") or "").casefold() == "iso" else 0
    return np.array([country[column] in codes for country in countries()])


def _grouped(table: _Table, origins: Mask | bool, asylums: Mask | bool) -> _Table:
    for wanted, column in ((origins, "origin"), (asylums, "asylum")):
        if not isinstance(wanted, bool):
            table = table.keep(wanted[getattr(table, column)])
    if origins is not False and asylums is not False:
        return table
    none = np.full(len(table), -1)
    origin = none if origins is False else table.origin
    asylum = none if asylums is False else table.asylum
    keys, group = np.unique(np.stack([table.year, origin, asylum]), axis=1, return_inverse=True)
    counts = {name: _summed(column, group, keys.shape[1]) for name, column in table.counts.items()}
    return _Table(keys[0], keys[1], keys[2], counts)


def _summed(column: Ints, group: Ints, size: int) -> Ints:
    sums = np.bincount(group, column.clip(0), size).astype(np.int64)
    collected = np.bincount(group, column != NOT_COLLECTED, size) > 0
    return np.where(collected, sums, NOT_COLLECTED)


def _items(table: _Table, columns: Sequence[str]) -> list[dict[str, Json]]:
    counts = {name: table.counts[name].tolist() for name in columns}
    pairs = zip(table.year.tolist(), table.origin.tolist(), table.asylum.tolist(), strict=True)
    return [
        {"year": year}
        | _side("coo", origin)
        | _side("coa", asylum)
        | {name: _written(counts[name][row]) for name in columns}
        for row, (year, origin, asylum) in enumerate(pairs)
    ]


def _side(name: str, number: int) -> dict[str, Json]:
    if number < 0:
        return dict.fromkeys((f"{name}_id", f"{name}_name", name, f"{name}_iso"), "-")
    code, iso, title = countries()[number]
    return {f"{name}_id": number + 1, f"{name}_name": title, name: code, f"{name}_iso": iso}


def _written(count: int) -> int | str:
    return "-" if count == NOT_COLLECTED else count or "0"


def _country(number: int, country: Country) -> dict[str, Json]:
    code, iso, name = country
    return {"0": 1, "id": number + 1, "code": code, "iso": iso, "name": name, "nameShort": name}
