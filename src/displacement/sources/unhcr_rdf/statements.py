"""What do the rows of the Refugee Data Finder state? One figure for every cell above zero."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.source import COUNTED
from displacement.sources.unhcr_rdf.options import (
    INTERNAL,
    SOURCE_ID,
    Asked,
    Dates,
    Endpoint,
    Population,
    Side,
)
from displacement_schemas import Statements
from displacement_schemas.vocabulary import (
    STOCKS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Term,
)

PAGE: Final = "https://www.unhcr.org/refugee-statistics/"


class _Meaning(NamedTuple):
    measure: Measure
    term: Term
    cause: Cause
    role: Mapping[Side, AreaRole]
    """Where the country that was asked for stands in the movement."""


_ABROAD: Final = {Side.ORIGIN: AreaRole.ORIGIN, Side.ASYLUM: AreaRole.DESTINATION}
_HOMEWARD: Final = {Side.ORIGIN: AreaRole.DESTINATION, Side.ASYLUM: AreaRole.ORIGIN}
_WITHIN: Final = dict.fromkeys(Side, AreaRole.LOCATION)
_REFUGEES: Final = _Meaning(Measure.REFUGEES, Term.REFUGEES, Cause.UNKNOWN, _ABROAD)

MEANINGS: Final[Mapping[Population, _Meaning]] = {
    Population.REFUGEES: _REFUGEES,
    Population.ASYLUM_SEEKERS: _REFUGEES,
    Population.OIP: _REFUGEES,
    Population.IDPS: _Meaning(Measure.IDPS, Term.DISPLACED, Cause.CONFLICT, _WITHIN),
    Population.RETURNED_REFUGEES: _Meaning(
        Measure.CROSS_BORDER_RETURN, Term.RETURNS, Cause.UNKNOWN, _HOMEWARD
    ),
    Population.RETURNED_IDPS: _Meaning(Measure.RETURN, Term.RETURNS, Cause.CONFLICT, _WITHIN),
}


class Reading(NamedTuple):
    """Which answer is read, and which of its columns."""

    asked: Asked
    wanted: list[Population]
    sha256: str


def statements_of(
    rows: pd.DataFrame, dates: Mapping[int, Dates], reading: Reading
) -> DataFrame[Statements]:
    """One statement for every cell above zero."""
    name = reading.asked.name
    dated = rows.assign(
        as_of=rows["year"].map({year: one.as_of for year, one in dates.items()}),
        published_on=rows["year"].map({year: one.published_on for year, one in dates.items()}),
        file=rows["year"].map(
            {year: f"{name}/mid-{year}" if one.mid_year else name for year, one in dates.items()}
        ),
    )
    parts = [_of_population(dated, one, reading) for one in reading.wanted]
    filled = [part for part in parts if len(part)]
    if not filled:
        return Statements.empty()
    return Statements.joined(filled)


def _of_population(
    rows: pd.DataFrame, population: Population, reading: Reading
) -> DataFrame[Statements]:
    asked = reading.asked
    meaning = MEANINGS[population]
    counted = rows[population.value].gt(0).fillna(value=False).astype(bool)
    if population in INTERNAL:
        counted &= rows["coo_iso"] == rows["coa_iso"]
    cells = rows[counted].reset_index(drop=True)
    if cells.empty:
        return Statements.empty()
    stock = meaning.measure in STOCKS
    own, other = ("coo", "coa") if asked.side == Side.ORIGIN else ("coa", "coo")
    days = cells["as_of"].astype("string")
    numbers = cells[population.value]
    same = {
        **COUNTED,
        "counter": "UNHCR",
        "publisher": "UNHCR",
        "measure": meaning.measure.value,
        "term": meaning.term.value,
        "cause": meaning.cause.value,
        "date_precision": (DatePrecision.DAY if stock else DatePrecision.YEAR).value,
        "area_codes": asked.country,
        "area_role": meaning.role[asked.side].value,
        "url": PAGE,
        "landing_sha256": reading.sha256,
        "rule_id": f"{SOURCE_ID}.{population}",
    }
    begins = pd.Series([date(year, 1, 1) for year in cells["year"].to_list()], dtype=object)
    return Statements.build(
        {
            "source_record_id": (
                _partition(asked, asked.endpoint, days, meaning.measure)
                + f"/{population}/"
                + cells[f"{other}_iso"].astype("string")
            ),
            "partition_id": _partition(asked, asked.endpoint, days, meaning.measure),
            "derived_from_record": (
                _partition(asked, Endpoint.POPULATION, days, meaning.measure)
                if asked.endpoint == Endpoint.SOLUTIONS
                else [None] * len(cells)
            ),
            "stated": numbers.astype("float64"),
            "start_date": cells["as_of"] if stock else begins,
            "end_date": cells["as_of"],
            "published_on": cells["published_on"],
            "area_text": cells[f"{own}_name"].str.strip().fillna(asked.country),
            "quote": (
                cells["year"].astype("string")
                + " "
                + cells["coo_iso"].astype("string")
                + " → "
                + cells["coa_iso"].astype("string")
                + f" {population} "
                + numbers.astype("string")
            ),
            "file": cells["file"],
            "row": cells["row"],
            **{name: [value] * len(cells) for name, value in same.items()},
        }
    )


def _partition(
    asked: Asked, endpoint: Endpoint, days: "pd.Series[str]", measure: Measure
) -> "pd.Series[str]":
    """Countries on the other side, and populations of one measure, are parts of one total."""
    before = f"{SOURCE_ID}:{endpoint}/{asked.side}/{asked.country}/"
    return before + days + f"/{measure}"
