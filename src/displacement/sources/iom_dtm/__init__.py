"""How many displaced people did IOM's Displacement Tracking Matrix find, and where?

A source over the wire: one answer per country, whose rows are the parts of every round's count.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandera.typing import DataFrame

from displacement.normalise.privacy import redact_contacts
from displacement.sources.iom_dtm.rounds import (
    UNKNOWN,
    Ints,
    Labels,
    Preferences,
    Rounds,
    again,
    code,
    dated,
    days_of,
    joint,
    labels,
    numbered,
    plain,
    preferences,
    ranks,
)
from displacement.sources.source import (
    COUNTED,
    EVER,
    Answer,
    Declaration,
    Failure,
    Landed,
    Parsed,
    Rejection,
    Request,
    SourceError,
)
from displacement.sources.wire import (
    Allowed,
    Client,
    Query,
    Rows,
    allowed_by,
    ask_all,
    clear_file,
    only_allowed,
    read_json,
    read_rows,
)
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.iom_dtm_rows import IomDtmRows
from displacement_schemas.vocabulary import (
    Cause,
    Measure,
    Term,
)

SOURCE_ID: Final = "iom_dtm"
PAGE: Final = "https://dtm.iom.int/"
BLOCK: Final = 100_000
"""Rows whose statements are built at once."""
BESIDE: Final = ("isSuccess", "statusCode", "totalRecordsCount")
"""What an answer says beside its rows."""
SMALL: Final = 1_000_000
"""Bytes; an answer that says why it failed is never larger."""
NEAR: Final = timedelta(days=1)
"""Nothing says whether the server's bounds belong to the window: it is asked for a day more."""

CAUSES: Final = {
    "conflict": Cause.CONFLICT,
    "armed conflict": Cause.CONFLICT,
    "insecurity": Cause.CONFLICT,
    "communal clashes": Cause.CONFLICT,
    "violence": Cause.CONFLICT,
    "natural disaster": Cause.DISASTER,
    "disaster": Cause.DISASTER,
    "other reason": Cause.OTHER,
    "other": Cause.OTHER,
    "no reason for displacement reported": Cause.UNKNOWN,
} | dict.fromkeys(UNKNOWN, Cause.UNKNOWN)
"""Reasons as DTM words them, without case; several of one row are joined by a semicolon."""


class _Envelope(msgspec.Struct):
    """What an answer says beside its rows."""

    isSuccess: bool = True  # noqa: N815 - the source's own name
    errorMessages: list[str] | None = None  # noqa: N815 - the source's own name


class IomDtm:
    """DTM API v3: stocks on the day of a round, in parts by reason and by origin."""

    source_id = SOURCE_ID
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """Ask for every configured country."""
        declared = preferences(SOURCE_ID, request.declaration.options)
        client = Client(request, headers={"Ocp-Apim-Subscription-Key": request.secret("key")})
        queries = [
            Query(_name(country), (country, days), days)
            for country in request.declaration.countries
            for days in [_days(request, declared, country)]
        ]
        allowed = allowed_by([IomDtmRows], request.declaration, rows=["result"], beside=BESIDE)
        yield from ask_all(client, queries, partial(_ask, client, declared.admin_level, allowed))

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read one country's answer."""
        declared = preferences(SOURCE_ID, declaration.options)
        country = landed.name.rpartition("/")[2]
        rows = read_rows(IomDtmRows, landed, declaration, at="result")
        _refuse_envelope(rows, landed)
        held = rows.held or _without_areas(rows.frame, declared.admin_level, landed)
        if held:
            gone = Rejection(IomDtmRows.table_name(), landed.name, "missing_column", held)
            rejections = rows.rejections if rows.held else [gone]
            return Parsed(1, Statements.empty(), rejections, [held], held=held)
        frame, undated = dated(rows.frame, "reportingDate", IomDtmRows, landed)
        _refuse_strangers(frame, country)
        if frame.empty:
            rejections = [*rows.rejections, *undated]
            return Parsed(rows.rows_in, Statements.empty(), rejections, rows.signals)
        counts = _counts(frame, _rounds(frame, country, declared.admin_level))
        rank, undeclared = ranks(counts.rounds, declared, landed.name)
        signals = [*rows.signals, *undeclared, *_strange(counts.reasons, landed)]
        rejections = [*rows.rejections, *undated]
        rows_in = rows.rows_in
        # The texts of a million rows are not held beside those of their statements.
        del rows, frame
        return Parsed(
            rows_in=rows_in,
            statements=_statements(counts, rank, landed),
            rejections=rejections,
            signals=[*signals, *_lifted(counts.rounds, landed)],
        )


SOURCE = IomDtm()


def cause_of(reason: str) -> Cause:
    """The cause behind a reason: that of its parts, `other` where they differ.

    What is no known reason drives nobody out for a known cause.
    """
    parts = {CAUSES.get(part.strip(), Cause.UNKNOWN) for part in reason.split(";")}
    named = parts - {Cause.UNKNOWN}
    if not named:
        return Cause.UNKNOWN
    return named.pop() if len(named) == 1 else Cause.OTHER


def _name(country: str) -> str:
    return f"{SOURCE_ID}/{country}"


def _days(request: Request, declared: Preferences, country: str) -> Window:
    """The days of the run; all history where only that says which operation comes first."""
    if country in declared.operations:
        return request.days(_name(country))
    today = request.now.date()
    return Window(min(request.declaration.since or EVER, today), today)


def _ask(client: Client, level: int, allowed: Allowed, query: Query) -> Iterator[Answer]:
    country, days = query.what
    reply = client.download(
        f"admin{level}",
        {
            "Admin0Pcode": country,
            "FromReportingDate": (days.first - NEAR).isoformat(),
            "ToReportingDate": (days.last + NEAR).isoformat(),
        },
    )
    _refuse_failure(reply.content)
    yield reply.answer(query, _cleared(reply.content, allowed))


def _cleared(content: bytes | Path, allowed: Allowed) -> bytes | Path:
    """The answer without columns that nobody knows; one of another shape is told by parse."""
    if isinstance(content, bytes):
        return msgspec.json.encode(only_allowed(read_json(content), allowed))
    return clear_file(content, "result", allowed)


def _refuse_failure(content: bytes | Path) -> None:
    """Raises SourceError where the answer says that it is none; its status is good even then."""
    if isinstance(content, Path):
        if content.stat().st_size > SMALL:
            return
        content = content.read_bytes()
    try:
        said = msgspec.convert(read_json(content), _Envelope)
    except msgspec.ValidationError as wrong:
        raise SourceError(f"the answer has another shape than usual ({wrong})") from None
    if not said.isSuccess:
        reasons = redact_contacts("; ".join(said.errorMessages or [])) or "it does not say why"
        raise SourceError(f"the server could not answer: {reasons}")


def _refuse_envelope(rows: Rows[IomDtmRows], landed: Landed) -> None:
    beside = rows.beside
    if beside.get("isSuccess") is False:
        raise SourceError(f"{landed.name}: the server could not answer")
    said = beside.get("totalRecordsCount")
    if said is not None and said != rows.delivered:
        raise SourceError(
            f"{landed.name}: the answer has {rows.delivered} rows where it says that there are "
            f"{said}"
        )


def _without_areas(frame: pd.DataFrame, level: int, landed: Landed) -> str | None:
    """Why no row can be placed: the level's own column is gone, not only unknown here and there."""
    column = f"admin{level}Pcode"
    if level == 0 or frame.empty or frame[column].notna().any():
        return None
    return f"{landed.name}: the column {column} is missing from every row"


def _refuse_strangers(frame: pd.DataFrame, country: str) -> None:
    others = sorted({str(one).upper() for one in frame["admin0Pcode"].unique()} - {country})
    if others:
        raise SourceError(
            f"{SOURCE_ID}/{country}: it has rows of {', '.join(others[:3])}: the server did not "
            "understand which country it was asked for"
        )


def _rounds(frame: pd.DataFrame, country: str, level: int) -> Rounds:
    return Rounds(
        country=country,
        level=level,
        operation=labels(frame["operation"], plain),
        assessment=labels(frame["assessmentType"]),
        round_number=frame["roundNumber"].to_numpy(dtype=np.int64),
        day=labels(frame["reportingDate"], lambda word: str(word)[:10]),
        admin1=labels(frame["admin1Pcode"], code),
        admin2=labels(frame["admin2Pcode"], code),
        people=frame["numPresentIdpInd"].to_numpy(dtype=np.int64),
    )


def _strange(reasons: Labels, landed: Landed) -> list[str]:
    parts = {part.strip() for word in reasons.words for part in word.split(";")} - CAUSES.keys()
    return [
        f"{landed.name}: the reason {part!r} is not known; its cause is taken as unknown"
        for part in sorted(parts)
    ]


def _lifted(rounds: Rounds, landed: Landed) -> list[str]:
    rows = int(rounds.lifted.sum())
    if not rows:
        return []
    signal = (
        f"{landed.name}: {rows} rows are summed for a larger area, since a row of the same round "
        f"is in no known area of level {rounds.level}"
    )
    return [signal]


class _Counts(NamedTuple):
    """The rows as numbers, each text once."""

    row: Ints
    rounds: Rounds
    reasons: Labels
    origins: Labels
    places: Labels


def _counts(frame: pd.DataFrame, rounds: Rounds) -> _Counts:
    return _Counts(
        row=frame["row"].to_numpy(dtype=np.int64),
        rounds=rounds,
        reasons=labels(frame["displacementReason"], plain),
        origins=labels(frame["idpOriginAdmin1Pcode"], lambda word: plain(code(word))),
        places=_area_texts(frame, rounds),
    )


def _statements(counts: _Counts, rank: Ints, landed: Landed) -> DataFrame[Statements]:
    rounds, reasons, origins = counts.rounds, counts.reasons, counts.origins
    # Nothing else parts rows of one key: the source's own ids change from day to day.
    number = again(rounds.people, rounds.count, rounds.finest.codes, reasons.codes, origins.codes)
    causes = Labels(reasons.codes, [cause_of(word).value for word in reasons.words])
    days = pa.array(days_of(rounds.day.words), pa.date32())
    same = _same(rounds.country, landed)
    blocks = []
    for first in range(0, len(rank), BLOCK):
        rows = slice(first, first + BLOCK)
        day = days.take(pa.array(rounds.day.codes[rows]))
        record = pc.binary_join_element_wise(
            rounds.ids(rounds.finest, rows),
            reasons.spread(rows),
            origins.spread(rows),
            "/",
        )
        blocks.append(
            Statements.build(
                same
                | {
                    "source_record_id": numbered(record, number[rows]),
                    "row": counts.row[rows],
                    "partition_id": rounds.ids(rounds.area, rows),
                    "preference": rank[rows],
                    "cause": causes.spread(rows),
                    "stated": rounds.people[rows].astype(np.float64),
                    "start_date": day,
                    "end_date": day,
                    "published_on": day,
                    "area_codes": rounds.area.spread(rows),
                    "area_text": counts.places.spread(rows),
                }
            )
        )
    # Each block keeps the contract, and the ids of all are numbered apart.
    return pd.concat(blocks, ignore_index=True)


def _same(country: str, landed: Landed) -> dict[str, Any]:
    """What all statements of an answer have in common."""
    return {
        **COUNTED,
        "file": landed.name,
        "counter": "IOM",
        "publisher": "IOM",
        "alternatives_id": f"{SOURCE_ID}:{country}",
        "measure": Measure.IDPS,
        "term": Term.DISPLACED,
        "url": PAGE,
        "landing_sha256": landed.sha256,
        "rule_id": f"{SOURCE_ID}.round",
    }


def _area_texts(frame: pd.DataFrame, rounds: Rounds) -> Labels:
    """The names from the country inwards, of every row."""
    names = [
        labels(frame[f"admin{level}Name"], lambda word: str(word or "").strip())
        for level in range(rounds.level + 1)
    ]
    key = joint(*(one.codes for one in names))
    first = np.unique(key, return_index=True)[1]
    paths = [[one.words[one.codes[row]] for one in names] for row in first.tolist()]
    known = [[name for name in path if plain(name) not in UNKNOWN] for path in paths]
    return Labels(key, [" > ".join(path) or rounds.country for path in known])
