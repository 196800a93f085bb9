"""What do HAPI's rows of refugees and returnees say, and which of UNHCR's cells do they copy?"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from displacement.sources.hdx_hapi.displaced import PAGE, PUBLISHER
from displacement.sources.source import Declaration, Landed, Parsed, SourceError
from displacement.sources.wire import read_rows
from displacement_schemas import Statements
from displacement_schemas.hdx_hapi_people_rows import HdxHapiPeopleRows
from displacement_schemas.vocabulary import (
    STOCKS,
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Term,
    Tier,
    Unit,
)

END_OF_YEAR_DATA: Final = (6, 10)
MID_YEAR_DATA: Final = (10, 1)
"""Days on which UNHCR's figures of the end of the last year, and of its middle, are out."""


class Meaning(NamedTuple):
    """What a population group counts."""

    table: str
    population: str
    """The column of UNHCR's table that it copies."""
    measure: Measure
    term: Term
    cause: Cause
    role: Mapping[str, AreaRole]
    """Where the country that was asked for stands in the movement."""


_REFUGEES: Final = "refugees-persons-of-concern"
_RETURNEES: Final = "returnees"
_ABROAD: Final = {"origin": AreaRole.ORIGIN, "asylum": AreaRole.DESTINATION}
_HOMEWARD: Final = {"origin": AreaRole.DESTINATION, "asylum": AreaRole.ORIGIN}
_WITHIN: Final = dict.fromkeys(_ABROAD, AreaRole.LOCATION)


def _refugees(population: str) -> Meaning:
    return Meaning(_REFUGEES, population, Measure.REFUGEES, Term.REFUGEES, Cause.UNKNOWN, _ABROAD)


MEANINGS: Final[Mapping[str, Meaning]] = {
    "REF": _refugees("refugees"),
    "ASY": _refugees("asylum_seekers"),
    "OIP": _refugees("oip"),
    "IOC": Meaning(_REFUGEES, "idps", Measure.IDPS, Term.DISPLACED, Cause.CONFLICT, _WITHIN),
    "RET": Meaning(
        _RETURNEES,
        "returned_refugees",
        Measure.CROSS_BORDER_RETURN,
        Term.RETURNS,
        Cause.UNKNOWN,
        _HOMEWARD,
    ),
    "RDP": Meaning(
        _RETURNEES, "returned_idps", Measure.RETURN, Term.RETURNS, Cause.CONFLICT, _WITHIN
    ),
}
INTERNAL: Final = ("IOC", "RDP")
"""Groups within their country."""


def people_abroad(
    landed: Landed, declaration: Declaration, country: str, group: str, role: str
) -> Parsed:
    """Read one page of refugees or returnees, of one group and one side.

    Rows by gender or age count the same people again, and zero is written where nothing was
    reported: neither makes a figure.
    """
    rows = read_rows(HdxHapiPeopleRows, landed, declaration, at="data")
    if rows.held:
        return Parsed(1, Statements.empty(), rows.rejections, rows.signals, held=rows.held)
    frame = rows.frame
    others = sorted(set(frame[f"{role}_location_code"].unique()) - {country})
    if others:
        raise SourceError(
            f"{landed.name}: it has rows of {others[0]}: the server did not understand which "
            "country it was asked for"
        )
    whole = (frame["gender"] == "all") & (frame["age_range"] == "all") & (frame["population"] > 0)
    whole &= frame["population_group"] == group
    if group in INTERNAL:
        whole &= frame["origin_location_code"] == frame["asylum_location_code"]
    taken = frame[whole.astype(bool)].reset_index(drop=True)
    years = taken["reference_period_end"].str.slice(0, 4).astype("int64")
    dates = {year: _dates(int(year), landed) for year in years.unique()}
    known = years.map({year: found is not None for year, found in dates.items()}).astype(bool)
    taken, years = taken[known].reset_index(drop=True), years[known].reset_index(drop=True)
    early = sorted({int(year) for year, found in dates.items() if found is None})
    signals = [f"{landed.name}: {year} has not come to its middle: not read" for year in early]
    found = {year: one for year, one in dates.items() if one is not None}
    return Parsed(
        rows_in=rows.rows_in,
        statements=_statements(taken, years, found, (country, group, role), landed),
        rejections=rows.rejections,
        signals=[*rows.signals, *signals],
        accepted=len(frame),
    )


class _Dates(NamedTuple):
    as_of: date
    published_on: date


def _dates(year: int, landed: Landed) -> _Dates | None:
    """Of which day a year's stocks are, and since when they are known.

    HAPI always says the end of the year; UNHCR means its middle until the June after it.
    """
    if landed.retrieved_at is None:
        raise SourceError(f"{landed.name}: nothing says when it was retrieved")
    retrieved = landed.retrieved_at.date()
    switch = date(year + 1, *END_OF_YEAR_DATA)
    if retrieved >= switch:
        return _Dates(date(year, 12, 31), switch)
    if retrieved <= date(year, 6, 30):
        return None
    return _Dates(date(year, 6, 30), min(retrieved, date(year, *MID_YEAR_DATA)))


def _statements(
    rows: pd.DataFrame,
    years: "pd.Series[int]",
    dates: Mapping[int, _Dates],
    asked: tuple[str, str, str],
    landed: Landed,
) -> Any:
    if rows.empty:
        return Statements.empty()
    country, group, role = asked
    meaning, other = MEANINGS[group], "asylum" if role == "origin" else "origin"
    stock = meaning.measure in STOCKS
    as_of = years.map({year: one.as_of for year, one in dates.items()})
    end = as_of.astype("string[pyarrow]")
    text = years.astype("string[pyarrow]")
    key = f"/{meaning.population}/" + rows[f"{other}_location_code"]
    before, after = f"{role}/{country}/", f"/{meaning.measure}"
    ends = [end, text + "-06-30", text + "-12-31"]
    # UNHCR has returns in two tables, and a year's figures under its middle or its end.
    copies = [
        f"unhcr_rdf:{table}/{before}" + day + after + key
        for table in ("population", "solutions")
        for day in ends[1:]
    ]
    return Statements.build(
        {
            "source_record_id": f"hdx_hapi:{group}/{before}" + end + after + key,
            "file": landed.name,
            "row": rows["row"],
            "counter": "UNHCR",
            "publisher": PUBLISHER,
            "derived_from_record": copies[0] + "|" + copies[1] + "|" + copies[2] + "|" + copies[3],
            "partition_id": f"hdx_hapi:{before}" + end + after,
            "measure": meaning.measure,
            "term": meaning.term,
            "cause": meaning.cause,
            "modality": Modality.ASSERTED,
            "unit": Unit.PERSON,
            "quantifier": Quantifier.EXACT,
            "stated": rows["population"].astype(np.float64).to_numpy(),
            "in_words": False,
            "start_date": as_of if stock else [date(int(year), 1, 1) for year in years],
            "end_date": as_of,
            "date_precision": DatePrecision.DAY if stock else DatePrecision.YEAR,
            "area_codes": country,
            "area_text": rows[f"{role}_location_name"].fillna(country),
            "area_role": meaning.role[role],
            "published_on": years.map({year: one.published_on for year, one in dates.items()}),
            "tier": Tier.ACCEPTED,
            "url": PAGE,
            "landing_sha256": landed.sha256,
            "rule_id": f"hdx_hapi.{group.lower()}",
        }
    )
