"""What do HAPI's rows of displaced people say, and which rounds of IOM's DTM do they copy?"""

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from displacement.sources.iom_dtm.rounds import (
    Ints,
    Labels,
    Preferences,
    Rounds,
    again,
    code,
    dated,
    days_of,
    labels,
    numbered,
    plain,
    ranks,
)
from displacement.sources.source import COUNTED, Declaration, Landed, Parsed, SourceError
from displacement.sources.wire import read_rows
from displacement_schemas import Statements
from displacement_schemas.hdx_hapi_idps_rows import HdxHapiIdpsRows
from displacement_schemas.vocabulary import (
    Measure,
    Term,
    Tier,
)

PAGE: Final = "https://data.humdata.org/hapi"
PUBLISHER: Final = "OCHA (HDX HAPI)"


def displaced_people(
    landed: Landed, declaration: Declaration, country: str, declared: Preferences
) -> Parsed:
    """Read one page of the table of displaced people.

    A row whose area HAPI could not match has no code: it waits for a reviewer, since nobody
    could see which of DTM's counts it copies.
    """
    rows = read_rows(HdxHapiIdpsRows, landed, declaration, at="data")
    if rows.held:
        return Parsed(1, Statements.empty(), rows.rejections, rows.signals, held=rows.held)
    frame: pd.DataFrame = rows.frame[rows.frame["admin_level"] == declared.admin_level].reset_index(
        drop=True
    )
    others = sorted(set(frame["location_code"].unique()) - {country})
    if others:
        raise SourceError(
            f"{landed.name}: it has rows of {others[0]}: the server did not understand which "
            "country it was asked for"
        )
    accepted = len(rows.frame)
    frame, undated = dated(frame, "reference_period_start", HdxHapiIdpsRows, landed)
    if frame.empty:
        rejections = [*rows.rejections, *undated]
        left = accepted - len(undated)
        return Parsed(rows.rows_in, Statements.empty(), rejections, rows.signals, left)
    rounds = Rounds(
        country=country,
        level=declared.admin_level,
        operation=labels(frame["operation"], plain),
        assessment=labels(frame["assessment_type"]),
        round_number=frame["reporting_round"].to_numpy(dtype=np.int64),
        day=labels(frame["reference_period_start"], lambda word: str(word)[:10]),
        admin1=labels(frame["admin1_code"], code),
        admin2=labels(frame["admin2_code"], code),
        people=frame["population"].to_numpy(dtype=np.int64),
    )
    rank, undeclared = ranks(rounds, declared, landed.name, newest_first=False)
    return Parsed(
        rows_in=rows.rows_in,
        statements=Statements.build(_columns(frame, rounds, rank, landed)),
        rejections=[*rows.rejections, *undated],
        signals=[*rows.signals, *undeclared, *_unplaced(frame, rounds, landed)],
        accepted=accepted - len(undated),
    )


def _columns(frame: pd.DataFrame, rounds: Rounds, rank: Ints, landed: Landed) -> dict[str, object]:
    names = _names(frame, rounds)
    day = pa.array(days_of(rounds.day.words), pa.date32()).take(pa.array(rounds.day.codes))
    own = rounds.ids(rounds.finest)
    copied = pc.binary_join_element_wise(
        own, rounds.ids(rounds.region()), rounds.ids(rounds.whole()), "|"
    )
    record = pc.binary_join_element_wise("hdx_hapi:", own, "/", names.spread(), "")
    tiers = np.where(rounds.unplaced, Tier.REVIEW.value, Tier.ACCEPTED.value)
    return {
        **COUNTED,
        "source_record_id": numbered(
            record, again(rounds.people, rounds.count, rounds.finest.codes, names.codes)
        ),
        "file": landed.name,
        "row": frame["row"],
        "counter": "IOM",
        "publisher": PUBLISHER,
        "derived_from_record": copied,
        "alternatives_id": f"iom_dtm:{rounds.country}",
        "preference": rank,
        "measure": Measure.IDPS,
        "term": Term.DISPLACED,
        "stated": rounds.people.astype(np.float64),
        "start_date": day,
        "end_date": day,
        "area_codes": rounds.finest.spread(),
        "area_text": names.spread(),
        "published_on": day,
        "tier": pa.array(tiers.tolist()),
        "url": PAGE,
        "landing_sha256": landed.sha256,
        "rule_id": "hdx_hapi.idps",
    }


def _names(frame: pd.DataFrame, rounds: Rounds) -> Labels:
    """The names as DTM has them, from the country inwards."""
    names = frame["location_name"].fillna(rounds.country)
    for level in range(1, rounds.level + 1):
        given = frame[f"provider_admin{level}_name"].fillna(frame[f"admin{level}_name"])
        names = names + (" > " + given.str.strip()).fillna("")
    return labels(names)


def _unplaced(frame: pd.DataFrame, rounds: Rounds, landed: Landed) -> list[str]:
    lost = rounds.unplaced
    if not lost.any():
        return []
    people = int(frame.loc[lost, "population"].sum())
    signal = (
        f"{landed.name}: {int(lost.sum())} rows ({people} people) are in areas that HAPI could not "
        f"match to a P-code of level {rounds.level}: they wait for a reviewer"
    )
    return [signal]
