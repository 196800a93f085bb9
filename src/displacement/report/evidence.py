"""What was said, by whom, and what became of it: every figure as a reader meets it.

The charts draw these, the evidence table lists them, and every estimate links to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import pandas as pd

from displacement.reconcile.voices import side
from displacement.report import words
from displacement.report.places import Places
from displacement.report.publication import Publication, records
from displacement_schemas import Contributions, Estimates, FigureAreas, Figures, Stocks
from displacement_schemas.vocabulary import STOCKS, Modality, Role, Tier

_CROSS_CHECK: Final = "kept as a cross-check"
_NOT_ASSERTED: Final[dict[str, str]] = {
    Modality.PLANNED: "planned, so not counted",
    Modality.FORECAST: "a forecast, so not counted",
    Modality.ORDERED: "an order, so not counted",
}


@dataclass(frozen=True)
class Evidence:
    """One figure in words, with what reconciliation made of it."""

    figure_id: str
    file: str
    measure: str
    view: str
    counter: str
    publisher: str | None
    said: str
    start: date | None
    end: date
    published_on: date
    event_id: str | None
    persons: float | None
    low: float | None
    high: float | None
    error: float
    codes: tuple[str, ...]
    area_text: str
    areas: str
    echoes: tuple[str, ...]
    share: float | None
    status: str
    accepted: bool
    withheld: bool
    quote: str | None
    url: str | None
    correction: str | None

    @property
    def period(self) -> str:
        """The figure's period in few letters."""
        return words.period(self.start, self.end)

    @property
    def is_stock(self) -> bool:
        """True where the figure tells how many are displaced on a day."""
        return self.measure in STOCKS

    @property
    def hollow(self) -> bool:
        """True where the figure is shown but not counted again."""
        return bool(self.echoes) or self.status == _CROSS_CHECK

    @property
    def link(self) -> str | None:
        """The source's address, where it is one that a browser may follow."""
        return self.url if self.url and urlsplit(self.url).scheme in {"http", "https"} else None


def evidence(publication: Publication, places: Places) -> list[Evidence]:
    """Every figure of the publication: those that count first, then by period."""
    codes = _codes(publication)
    shares = _shares(publication)
    views = _views(publication)
    rows = records(publication.table(Figures))
    latest = _latest_revisions(rows, publication.as_of)
    found = [
        _described(
            row,
            view=views.get(_side(row), row["area_role"]),
            codes=codes.get(row["figure_id"], ()),
            share=shares.get(row["figure_id"]),
            set_aside=_set_aside(
                row, latest.get((row["source_id"], row["source_record_id"]), 0), publication.as_of
            ),
            places=places,
        )
        for row in rows
    ]
    return sorted(
        found,
        key=lambda item: (
            not item.accepted,
            item.is_stock,
            item.measure,
            item.start or item.end,
            item.end,
            bool(item.echoes),
            item.figure_id,
        ),
    )


def in_play(items: Sequence[Evidence]) -> list[Evidence]:
    """The figures that a chart of flows may draw: accepted, current, with number and period."""
    return [item for item in items if item.accepted and not item.is_stock and item.persons]


def waiting(items: Sequence[Evidence]) -> list[Evidence]:
    """The figures that are listed but take no part."""
    return [item for item in items if not item.accepted]


def _codes(publication: Publication) -> dict[str, tuple[str, ...]]:
    frame = publication.table(FigureAreas)
    codes: dict[str, list[str]] = {}
    for figure_id, code in zip(frame["figure_id"], frame["area_code"], strict=True):
        codes.setdefault(figure_id, []).append(code)
    return {figure_id: tuple(sorted(found)) for figure_id, found in codes.items()}


def _views(publication: Publication) -> dict[tuple[str, str], str]:
    """The published name of each side of each measure (see `reconcile.voices.side`)."""
    pairs = {
        (measure, view)
        for model in (Estimates, Stocks)
        for measure, view in publication.table(model)[["measure", "view"]]
        .drop_duplicates()
        .itertuples(index=False)
    }
    return {(measure, side(measure, view)): view for measure, view in sorted(pairs)}


def _side(row: dict[str, Any]) -> tuple[str, str]:
    return row["measure"], side(row["measure"], row["area_role"])


def _shares(publication: Publication) -> dict[str, float]:
    """People that each figure speaks for; a stock at its most, for it is one and the same."""
    frame = publication.table(Contributions)
    figures = publication.table(Figures)[["figure_id", "measure"]]
    by = frame.merge(figures, on="figure_id").groupby(["figure_id", "measure"])["value"]
    return {
        str(figure_id): float(most if measure in STOCKS else total)
        for (figure_id, measure), most, total in zip(
            by.max().index, by.max(), by.sum(), strict=True
        )
        if not pd.isna(most)
    }


def _latest_revisions(rows: Sequence[dict[str, Any]], as_of: date) -> dict[tuple[str, str], int]:
    latest: dict[tuple[str, str], int] = {}
    for row in rows:
        record = (row["source_id"], row["source_record_id"])
        if row["published_on"] <= as_of:
            latest[record] = max(row["revision"], latest.get(record, 0))
    return latest


def _described(
    row: dict[str, Any],
    *,
    view: str,
    codes: tuple[str, ...],
    share: float | None,
    set_aside: str | None,
    places: Places,
) -> Evidence:
    return Evidence(
        figure_id=row["figure_id"],
        file=row["source_record_id"].partition("#")[0],
        measure=row["measure"],
        view=view,
        counter=row["counter"],
        publisher=row["publisher"],
        said="a number that is withheld"
        if row["suppressed"]
        else words.said(row["quantifier"], row["stated"], row["stated_high"], row["unit"]),
        start=row["start_date"],
        end=row["end_date"],
        published_on=row["published_on"],
        event_id=row["event_id"],
        persons=row["persons"],
        low=row["persons_low"],
        high=row["persons_high"],
        error=row["error"],
        codes=codes,
        area_text=row["area_text"],
        areas=places.described(codes),
        echoes=tuple(row["derived_from"].split("|")) if row["derived_from"] else (),
        share=share,
        status=set_aside or _use(row, share),
        accepted=set_aside is None,
        withheld=bool(row["suppressed"]),
        quote=row["quote"],
        url=row["url"],
        correction=row["correction"],
    )


def _set_aside(row: dict[str, Any], latest_revision: int, as_of: date) -> str | None:
    """Why the figure takes no part at all: the first reason that holds; None where it does."""
    reasons = (
        (row["published_on"] > as_of, f"published after {words.short_day(as_of)}"),
        (row["revision"] < latest_revision, "replaced by a later revision"),
        (row["withdrawn"], "withdrawn by its source"),
        (row["modality"] in _NOT_ASSERTED, _NOT_ASSERTED.get(row["modality"])),
        (row["tier"] == Tier.REVIEW, "waits for a reviewer"),
        (row["persons"] is None and not row["suppressed"], "too vague to count"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _use(row: dict[str, Any], share: float | None) -> str:
    if row["derived_from"]:
        return "repeats another figure"
    if row["suppressed"]:
        return "counted; its number would help to point at few people"
    if share is not None:
        return f"speaks for {words.rounded(share)} people of the estimate"
    if row["role"] == Role.TRIANGULATION:
        return _CROSS_CHECK
    return "accepted"
