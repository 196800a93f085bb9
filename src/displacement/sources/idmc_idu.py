"""What do IDMC's Internal Displacement Updates say? Figures of the last 180 days, event by event.

One dump holds the whole feed and no marks of change: what changed shows only when the whole dump
is compared with what is known. Its texts may name people and are cut before anything lands.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import msgspec
import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.source import (
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
    Client,
    Query,
    allowed_by,
    ask_all,
    only_allowed,
    read_json,
    read_rows,
)
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.idmc_idu_rows import IdmcIduRows
from displacement_schemas.vocabulary import (
    AreaRole,
    Cause,
    DatePrecision,
    Measure,
    Modality,
    Quantifier,
    Role,
    Term,
    Tier,
    Unit,
)

PUBLISHER: Final = "IDMC"
FILE: Final = "idmc_idu/updates"
"""One name for both feeds, so that a reader may change between them."""
RECENT: Final = "last-180-days"
ALL: Final = "all"
RECENT_DAYS: Final = 180
FREE_TEXTS: Final = ("standard_popup_text", "standard_info_text")
JOINT: Final = "; "
SOMEWHERE: Final = "?"
"""The last step of a path whose place may be finer than any area that is known."""

QUANTIFIERS: Final = {
    "total": Quantifier.EXACT.value,
    "approximately": Quantifier.APPROXIMATELY.value,
    "more than or equal to": Quantifier.AT_LEAST.value,
    "more than": Quantifier.MORE_THAN.value,
    "less than or equal to": Quantifier.AT_MOST.value,
    "less than": Quantifier.LESS_THAN.value,
}
CAUSES: Final = {
    "Conflict": Cause.CONFLICT.value,
    "Disaster": Cause.DISASTER.value,
    "Other": Cause.OTHER.value,
}
ROLES: Final = {
    "Recommended figure": Role.RECOMMENDED.value,
    "Triangulation": Role.TRIANGULATION.value,
}
EVACUATED: Final = "Displacement reporting preventive evacuations"
STARTS: Final = frozenset({"Origin", "Origin and destination"})
COUNTRIES_IN_ADDRESSES: Final = {
    "AB9": "Sudan", "COD": "Democratic Republic of the Congo",
    "COG": "Congo-Brazzaville", "CPV": "Cape Verde", "HKG": "China", "KOR": "South Korea",
    "MAC": "China", "PSE": "Palestinian Territories", "REU": "France", "TUR": "Turkey",
    "TWN": "Taiwan", "VNM": "Vietnam",
}  # fmt: skip
"""What the geocoder calls a country where IDMC calls it otherwise."""


class IdmcIdu:
    """The feed `idus/last-180-days/` or, with the option `feed = "all"`, `idus/all/`."""

    source_id = "idmc_idu"
    lists_files = False

    def fetch(self, request: Request) -> Iterator[Answer | Rejection | Failure]:
        """The whole dump, without its texts; an empty one is a fault of IDMC's, not data."""
        feed = request.declaration.options.get("feed", RECENT)
        if feed not in {RECENT, ALL}:
            raise SourceError(f"its option feed is “{feed}”; write “{RECENT}” or “{ALL}”")
        client = Client(request, parameters={"client_id": request.secret("client_id")})
        today = request.now.date()
        recent = Window(today - timedelta(days=RECENT_DAYS - 1), today)

        def ask(query: Query) -> Iterator[Answer]:
            reply = client.get(f"idus/{feed}/")
            yield reply.answer(query, _without_texts(reply.body, request.declaration))

        query = Query(FILE, covers=recent if feed == RECENT else None)
        yield from ask_all(client, [query], ask)

    def parse(self, landed: Landed, declaration: Declaration) -> Parsed:
        """Read a dump. Rows of countries that were not asked for are taken, and say nothing.

        The feed does not publish whether a figure is a flow: all are taken as new displacement.
        """
        rows = read_rows(IdmcIduRows, landed, declaration)
        frame, rejections = _dated(rows.frame, landed)
        frame, repeats = _once(frame, landed.name)
        if declaration.countries:
            asked = frame["iso3"].isin(list(declaration.countries))
            elsewhere = int((~asked).sum())
            frame = frame[asked].reset_index(drop=True)
        else:
            elsewhere = 0
        return Parsed(
            rows_in=rows.rows_in,
            statements=_statements(frame, landed, declaration),
            rejections=rows.rejections + rejections + repeats,
            signals=rows.signals,
            accepted=len(frame) + elsewhere,
            held=rows.held,
        )


SOURCE = IdmcIdu()


def _without_texts(body: bytes, declaration: Declaration) -> bytes:
    """The dump without free texts and unknown columns; SourceError where it holds no rows."""
    try:
        rows = msgspec.convert(read_json(body), list[dict[str, Any]])
    except msgspec.ValidationError as wrong:
        raise SourceError(f"the dump has another shape than usual ({wrong})") from None
    if not rows:
        raise SourceError(
            "the dump is empty: it is being made anew, or making it failed; ask again later"
        )
    for row in rows:
        for name in FREE_TEXTS:
            row.pop(name, None)
    return msgspec.json.encode(only_allowed(rows, allowed_by([IdmcIduRows], declaration)))


def _dated(rows: DataFrame[IdmcIduRows], landed: Landed) -> tuple["pd.DataFrame", list[Rejection]]:
    """The rows whose period can be; the first and last day in columns `start` and `end`."""
    first, last = (_days(rows[name]) for name in ("displacement_start_date", "displacement_date"))
    created = _days(rows["created_at"])
    frame = rows.assign(start=first, end=last.fillna(first), created=created)
    unreadable = (
        (first.isna() & rows["displacement_start_date"].notna())
        | (last.isna() & rows["displacement_date"].notna())
        | created.isna()
    )
    reasons = pd.Series(None, index=frame.index, dtype="object")
    reasons[frame["start"] > frame["end"]] = "the last day comes before the first"
    if landed.retrieved_at is not None:
        today = pd.Timestamp(landed.retrieved_at.date())
        reasons[frame["end"] > today] = "the figure ends in the future"
    reasons[frame["end"].isna()] = "it says no day"
    reasons[unreadable.to_numpy(dtype=bool)] = "one of its dates is no day of the calendar"
    bad = reasons.notna()
    rejections = [
        _rejection(landed.name, "impossible_period", row, reason, day)
        for row, reason, day in zip(
            frame.loc[bad, "row"], reasons[bad], rows.loc[bad, "displacement_date"], strict=True
        )
    ]
    return frame[~bad].reset_index(drop=True), rejections


def _days(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(texts.astype("object").str[:10], format="%Y-%m-%d", errors="coerce")


_SAME: Final = ["event_id", "locations_name", "start", "end", "figure", "role"]


def _once(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Rejection]]:
    """Of rows that differ in nothing but their number the one that was entered first."""
    in_order = frame.sort_values("id", kind="stable")
    numbers = in_order.groupby(_SAME, dropna=False)["id"].transform("first").reindex(frame.index)
    again = (numbers != frame["id"]).astype(bool) & frame["event_id"].notna()
    rejections = [
        _rejection(
            file,
            "repeated_figure",
            row,
            f"figure {here} has the event, places, days and number of figure {first}; it was "
            "counted once",
            here,
        )
        for row, here, first in zip(
            frame.loc[again, "row"], frame.loc[again, "id"], numbers[again], strict=True
        )
    ]
    return frame[~again].reset_index(drop=True), rejections


def _rejection(file: str, check: str, row: int, reason: str, value: object) -> Rejection:
    shown = None if pd.isna(value) else str(value)  # type: ignore[call-overload]
    where = f"{file}, row {row}"
    return Rejection(
        IdmcIduRows.table_name(), file, check, f"{where}: {reason}", int(row), value=shown
    )


def _statements(
    frame: pd.DataFrame, landed: Landed, declaration: Declaration
) -> DataFrame[Statements]:
    if frame.empty:
        return Statements.empty()
    numbers = frame["id"].astype("string")
    events = frame["event_id"].astype("string")
    recommended = frame["role"] == "Recommended figure"
    of_event = "idmc_idu:event:" + events
    preference = recommended.map({True: 1, False: 2}).astype("Int64")
    columns = {
        "source_record_id": "idmc_idu:" + numbers,
        "row": frame["row"],
        "counter": _filled(frame["sources"]).fillna(declaration.counter or PUBLISHER),
        "partition_id": of_event.where(recommended),
        "alternatives_id": of_event,
        "preference": preference.where(events.notna()),
        "term": (frame["displacement_occurred"] == EVACUATED)
        .fillna(value=False)
        .map({True: Term.EVACUATED.value, False: Term.DISPLACED.value}),
        "cause": frame["displacement_type"].map(CAUSES),
        "role": frame["role"].map(ROLES),
        "quantifier": frame["qualifier"].map(QUANTIFIERS),
        "stated": frame["figure"].astype("float64"),
        "start_date": frame["start"].dt.date,
        "end_date": frame["end"].dt.date,
        "event_id": "idmc:" + events,
        **_places(frame),
        "published_on": frame["created"].dt.date,
        "url": _filled(frame["source_url"]),
    }
    same = {
        "file": landed.name,
        "publisher": declaration.publisher or PUBLISHER,
        "measure": Measure.NEW_DISPLACEMENT.value,
        "modality": Modality.ASSERTED.value,
        "unit": Unit.PERSON.value,
        "in_words": False,
        "date_precision": DatePrecision.DAY.value,
        "tier": Tier.ACCEPTED.value,
        "landing_sha256": landed.sha256,
        "rule_id": "idmc_idu.row",
    }
    return Statements.build(
        {name: _plain(values) for name, values in columns.items()}
        | {"quote": _quotes(frame)}
        | {name: [value] * len(frame) for name, value in same.items()}
    )


def _plain(values: "pd.Series[Any]") -> Any:
    """A column as Arrow reads it, whatever pandas made of it on the way."""
    return values.astype("object").where(values.notna(), None).to_list()


def _filled(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    return texts.astype("object").where(texts.notna() & (texts != ""), None)


def _quotes(frame: pd.DataFrame) -> list[str]:
    """The row in words, from its coded columns alone: its texts may name people."""
    return [
        f"{role}: {qualifier} {figure} people, until {day:%Y-%m-%d}"
        for role, qualifier, figure, day in zip(
            frame["role"], frame["qualifier"], frame["figure"], frame["end"], strict=True
        )
    ]


def _places(frame: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    """Where each figure stands: paths from the country inwards, and their role.

    Several places share one figure. Where some are origins, only these count: destinations
    are where the same people went.
    """
    places = [
        _placed(iso3, country, names, kinds)
        for iso3, country, names, kinds in zip(
            frame["iso3"],
            frame["country"].fillna(""),
            frame["locations_name"].fillna(""),
            frame["locations_type"].fillna(""),
            strict=True,
        )
    ]
    names, texts, roles = zip(*places, strict=True)
    return {
        "area_names": pd.Series(names, index=frame.index),
        "area_text": pd.Series(texts, index=frame.index),
        "area_role": pd.Series(roles, index=frame.index),
    }


def _placed(iso3: str, country: str, names: str, kinds: str) -> tuple[str, str, str]:
    """The places of one figure in alphabetical order: IDMC's own order changes without reason."""
    addresses = [address for address in names.split(JOINT) if address.strip()]
    types = kinds.split(JOINT)
    role = AreaRole.LOCATION
    if len(types) == len(addresses):
        starts = [one for one, kind in zip(addresses, types, strict=True) if kind in STARTS]
        if starts:
            addresses, role = starts, AreaRole.ORIGIN
        elif set(types) == {"Destination"}:
            role = AreaRole.DESTINATION
    places = sorted(set(addresses))
    paths = sorted({_path(iso3, country, address) for address in places}) or [iso3]
    return "|".join(paths), JOINT.join(places) or country or iso3, role.value


def _path(iso3: str, country: str, address: str) -> str:
    """An address as a path inwards that is content with the innermost area known on it."""
    plain = address.replace("|", "/").replace(">", "/")
    steps = [step.strip() for step in reversed(plain.split(",")) if step.strip()]
    if steps and steps[0].casefold() in {
        country.casefold(), COUNTRIES_IN_ADDRESSES.get(iso3, country).casefold()
    }:  # fmt: skip
        steps = steps[1:]
    return " > ".join([iso3, *steps, SOMEWHERE] if steps else [iso3])
