"""What do the rows of one series of the portal state? Dated and placed as the series declares."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
from pandera.typing import DataFrame

from displacement.sources.source import COUNTED, Declaration, Landed, Rejection
from displacement.sources.unhcr_odp.series import Endpoint, Frequency, Kind, PortalSeries
from displacement.windows import Window
from displacement_schemas import Statements
from displacement_schemas.unhcr_odp_rows import UnhcrOdpRows
from displacement_schemas.vocabulary import DatePrecision

SOURCE_ID: Final = "unhcr_odp"
PAGE: Final = "https://data.unhcr.org/"


def place_of(row: Mapping[str, Any], series: PortalSeries) -> str:
    """What the figure is of: the series' own area, or the row's where areas are asked for."""
    if series.endpoint != Endpoint.SUBLOCATION:
        return series.place
    return _text(row.get("geomaster_name")) or "?"


def part_of(row: Mapping[str, Any], series: PortalSeries) -> str:
    """Which part of its place the row counts: an origin, a camp, or all of it."""
    if series.endpoint == Endpoint.ORIGIN:
        return _text(row.get("pop_origin_code")) or _text(row.get("pop_origin_name")) or "?"
    if series.endpoint == Endpoint.SUBLOCATION:
        return _text(row.get("name")) or "all"
    return "all"


def _text(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


class Reading:
    """Turns the rows of one answer into statements."""

    def __init__(self, series: PortalSeries, landed: Landed, declaration: Declaration) -> None:
        self._series, self._landed, self._declaration = series, landed, declaration
        self._today = landed.retrieved_at.date() if landed.retrieved_at else date.max

    def statements(
        self, rows: DataFrame[UnhcrOdpRows]
    ) -> tuple[DataFrame[Statements], list[Rejection]]:
        """The statements, and rejections of rows that cannot be dated.

        A period that is not over speaks once it is.
        """
        frame = pd.DataFrame({"row": rows["row"], "individuals": rows["individuals"]})
        plain = _plain(rows)
        frame["place"] = [place_of(one, self._series) for one in plain]
        frame["part"] = [part_of(one, self._series) for one in plain]
        frame["level"] = [_text(one["admin_level"]) for one in plain]
        frame["group"] = [_text(one["population_group_id"]) for one in plain]
        periods = [self._period(one) for one in plain]
        frame["first"] = [None if one is None else one.first for one in periods]
        frame["own"] = [None if one is None else one.last for one in periods]
        wrong = [self._undated(one, two) for one, two in zip(plain, periods, strict=True)]
        undated = [one for one in wrong if one is not None]
        said = [
            number
            for number, (days, fault) in enumerate(zip(periods, wrong, strict=True))
            if fault is None and days is not None and days.last <= self._today
        ]
        if not said:
            return Statements.empty(), undated
        return self._built(self._carried(frame.iloc[said].reset_index(drop=True))), undated

    def _period(self, row: Mapping[str, Any]) -> Window | None:
        """The days of a row, before a count since some day is drawn out to its beginning."""
        frequency = self._series.step
        said = row["data_date"] or row["date"]
        if said:
            try:
                day = date.fromisoformat(said[:10])
            except ValueError:
                return None
            whole = frequency if self._series.kind == Kind.FLOW else Frequency.DAY
        elif row["year"] and (frequency == Frequency.YEAR or 1 <= (row["month"] or 0) <= 12):  # noqa: PLR2004
            day = date(row["year"], row["month"] if frequency != Frequency.YEAR else 1, 1)
            whole = Frequency.YEAR if frequency == Frequency.YEAR else Frequency.MONTH
        else:
            return None
        return Window(whole.first_day(day), whole.last_day(day))

    def _undated(self, row: Mapping[str, Any], days: Window | None) -> Rejection | None:
        since = self._series.since
        where = f"{self._landed.name}, row {row['row']}"
        said = row["data_date"] or row["date"]
        if days is None:
            check, problem = "date", "it has no date that can be read"
        elif self._series.kind == Kind.CUMULATIVE and since and days.last < since:
            check, problem = "before_since", f"{days.last} is before its count begins ({since})"
        elif said and days.first > self._today:
            check, problem = "future", f"{days.first} is in the future"
        else:
            return None
        return Rejection(
            "unhcr_odp_rows",
            self._landed.name,
            check,
            f"{where}: {problem}",
            row["row"],
            value=said,
        )

    def _carried(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Date the parts of one place alike, so that they sum: the newest of their days.

        Portals report origins and camps on different days; what is older than a stock is
        carried keeps its own day. Flows have their own periods.
        """
        frame["last"] = frame["own"]
        if self._series.kind != Kind.FLOW and self._series.endpoint != Endpoint.TIMESERIES:
            newest = frame.groupby("place")["own"].transform("max")
            live = timedelta(days=self._declaration.stock_expiry_days)
            frame["last"] = [
                new if new - own <= live else own
                for new, own in zip(newest, frame["own"], strict=True)
            ]
        if self._series.kind == Kind.CUMULATIVE:
            frame["first"] = self._series.since
        elif self._series.kind == Kind.STOCK:
            frame["first"] = frame["last"]
        ordered = frame.sort_values(["place", "part", "group", "individuals"], kind="stable")
        ordinal = ordered.groupby(["place", "part", "last"]).cumcount().reindex(frame.index) + 1
        if self._series.endpoint != Endpoint.TIMESERIES:
            repeated = ordinal.gt(1)
            frame["part"] = frame["part"].where(
                ~repeated, frame["part"] + "/" + ordinal.astype("string")
            )
        return frame

    def _built(self, frame: pd.DataFrame) -> DataFrame[Statements]:
        series, size = self._series, len(frame)
        single = series.endpoint == Endpoint.TIMESERIES
        days = frame["last"].astype("string")
        name = self._landed.name
        same = {
            **COUNTED,
            "counter": series.counter or self._declaration.counter or "UNHCR",
            "publisher": self._declaration.publisher,
            "measure": series.measure.value,
            "term": series.term.value,
            "cause": series.cause.value,
            "area_role": series.role.value,
            "url": PAGE,
            "landing_sha256": self._landed.sha256,
            "rule_id": f"{SOURCE_ID}.{series.kind}",
        }
        codes, names = self._areas(frame)
        key = frame["place"] + "/" + frame["part"]
        whole = f"{SOURCE_ID}:{series.name}/"
        quoted = zip(frame["part"], frame["own"], frame["individuals"], strict=True)
        return Statements.build(
            {name: [value] * size for name, value in same.items()}
            | {
                "source_record_id": whole + key + "@" + days,
                "partition_id": [None] * size if single else whole + frame["place"] + "@" + days,
                "file": [name] * size if single else f"{name}/" + key + "@" + days,
                "row": frame["row"],
                "stated": frame["individuals"].astype("float64"),
                "start_date": frame["first"],
                "end_date": frame["last"],
                "date_precision": self._precision(frame),
                "published_on": frame["last"],
                "area_codes": codes,
                "area_names": names,
                "area_text": frame["place"],
                "quote": [f"{series.name}, {part}, {day}: {count}" for part, day, count in quoted],
            }
        )

    def _precision(self, frame: pd.DataFrame) -> list[str]:
        """By day, by period, or carried on from an older day."""
        exact = {Frequency.MONTH: DatePrecision.MONTH, Frequency.YEAR: DatePrecision.YEAR}
        flow = self._series.kind == Kind.FLOW
        spans = DatePrecision.DAY if not flow else exact.get(self._series.step)
        return [
            (DatePrecision.CARRIED if last != own else spans or DatePrecision.DAY).value
            for last, own in zip(frame["last"], frame["own"], strict=True)
        ]

    def _areas(self, frame: pd.DataFrame) -> tuple[list[str | None], list[str | None]]:
        """Codes and name paths: a row's own area lies in the series' country, if it is none."""
        if self._series.endpoint != Endpoint.SUBLOCATION:
            code, path = self._series.area_code, self._series.area_path
            return [code] * len(frame), [path] * len(frame)
        within = self._series.country
        paths: list[str | None] = [
            place if level.casefold() == "country" or not within else f"{within} > {place}"
            for place, level in zip(
                frame["place"].str.replace(r"[|>]", "/", regex=True), frame["level"], strict=True
            )
        ]
        return [None] * len(frame), paths


def _plain(rows: DataFrame[UnhcrOdpRows]) -> list[dict[str, Any]]:
    records = rows.astype(object).where(rows.notna(), None).to_dict("records")
    return [{str(name): value for name, value in one.items()} for one in records]
