"""What do the records say, and is it new? From the store's records to a published snapshot.

Second half of a run: correct, normalise, reconcile, and publish if anything changed. The
caller holds the store's lock; the first half is `intake`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement import report
from displacement.answer import answers, stretches_of, totals_of
from displacement.disclosure import disclose
from displacement.normalise.corrections import apply_corrections
from displacement.normalise.decided import Correction
from displacement.normalise.figures import Normalised, Reference, figures_from
from displacement.normalise.residents import beyond_residents
from displacement.reconcile import Reconciliation, reconcile
from displacement.settings import SMALL_CELL_THRESHOLD
from displacement.stock_and_flow import balance_of
from displacement.store import parquet
from displacement.store.datapackage import datapackage
from displacement.store.decisions import load_decisions, own_decisions
from displacement.store.own_areas import own_files
from displacement.store.snapshots import DIGITS_OF_ID, Snapshot
from displacement.store.store import Store
from displacement.workers import Workers, workers_of
from displacement_schemas import (
    PUBLISHED,
    Balance,
    FigureAreas,
    Figures,
    Records,
    Rejected,
    Runs,
    Sources,
)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Published:
    """The snapshot that readers now get, and what the run has to say about it."""

    snapshot: Snapshot
    is_new: bool
    signals: tuple[str, ...] = ()


def publish(
    store: Store,
    reference: Reference,
    reference_folder: Path,
    *,
    now: datetime,
    as_of: date | None = None,
    own_sources: Path | None = None,
    small_cell_threshold: float = SMALL_CELL_THRESHOLD,
    workers: str = "1",
    progress: Progress = lambda _: None,
) -> Published:
    """Publish what is known, as of a day (by default the day of the run), if it is new.

    Numbers below `small_cell_threshold` persons are withheld (see `disclosure`); who reconciles
    is told by `workers` (see `workers_of`).

    New is what differs from the current snapshot in anything but the run log and, where no
    day was asked for, the as-of date.
    """
    current = store.snapshots.current()
    corrections = load_decisions(reference_folder, store.folder).corrections
    files = [*reference_folder.iterdir(), *([own_sources] if own_sources else [])]
    files += [*own_files(store.folder), own_decisions(store.folder)]
    inputs = _inputs(store, files, as_of or now.date(), small_cell_threshold)
    if current is not None and store.withheld.inputs_of(current.snapshot_id) == inputs:
        return Published(current, is_new=False)
    progress("reconciling")
    with workers_of(workers, store.folder) as working:
        made, reconciled, signals = _tables(
            store, reference, corrections, as_of or now.date(), working
        )
    shown = disclose(
        made, reconciled, totals_of(reconciled), stretches_of(reconciled), small_cell_threshold
    )
    totals = shown.totals
    tables = shown.tables | {"balance": balance_of(shown.tables, reconciled.as_of)}
    digests = _digests(tables)
    content = _content(digests)
    if current is not None and _says_the_same(current, content, as_of):
        store.withheld.write(current.snapshot_id, shown.withheld, inputs)
        return Published(current, is_new=False, signals=signals)
    snapshot_id = f"{reconciled.as_of}-{content[:DIGITS_OF_ID]}"
    drawn: dict[str, bytes] = {}
    if report.can_draw():
        progress("drawing the report")
        page = report.Publication(snapshot_id, reconciled.as_of, tables, totals, shown.stretches)
        drawn = {
            "report.html": report.render_page(page).encode(),
            "report.png": report.draw_picture(page),
        }
    else:
        signals += ("no page was drawn: it needs the extra, pip install displacement[report]",)
    store.withheld.write(snapshot_id, shown.withheld, inputs)
    snapshot = store.snapshots.publish(
        snapshot_id,
        tables,
        drawn | {"datapackage.json": datapackage(snapshot_id)},
        {
            "as_of": str(reconciled.as_of),
            "answers": answers(reconciled, totals, tables),
            "code_version": version("displacement"),
            "content": content,
            "created_at": now.isoformat(),
            "small_cell_threshold": small_cell_threshold,
            "parent": current.snapshot_id if current else None,
        },
        _with_day(digests, tables, reconciled.as_of),
    )
    return Published(snapshot, is_new=True, signals=signals)


def _says_the_same(current: Snapshot, content: str, as_of: date | None) -> bool:
    same_day = as_of is None or current.manifest["as_of"] == str(as_of)
    return bool(same_day and current.manifest["content"] == content)


def _inputs(store: Store, files: list[Path], as_of: date, small_cell_threshold: float) -> str:
    """A digest of everything a publication is made from: the same inputs give the same tables."""
    parts = [str(as_of), version("displacement"), f"{small_cell_threshold:g}"]
    parts += store.tables.parts()
    parts += [
        f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(files)
        if path.is_file()
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digests(tables: dict[str, Any]) -> dict[str, str]:
    """What each table says; neither the run log nor the as-of date is content."""
    digests = {}
    for model in PUBLISHED:
        frame = tables[model.table_name()]
        if model is not Runs and "as_of" in frame.columns:
            frame = frame.assign(
                as_of=pd.Series(date(1970, 1, 1), frame.index, dtype=frame["as_of"].dtype)
            )
        if model is not Runs:
            digests[model.table_name()] = parquet.digest(model, frame)
    return digests


def _content(digests: dict[str, str]) -> str:
    lines = [f"{name} {digest}" for name, digest in digests.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _with_day(digests: dict[str, str], tables: dict[str, Any], as_of: date) -> dict[str, str]:
    """The digests of whole files: a table that holds the as-of date changes with it."""
    return {
        name: f"{digest} {as_of}" if "as_of" in tables[name].columns else digest
        for name, digest in digests.items()
    }


def _tables(
    store: Store,
    reference: Reference,
    corrections: list[Correction],
    as_of: date,
    workers: Workers,
) -> tuple[dict[str, Any], Reconciliation, tuple[str, ...]]:
    kept = [store.tables.read(source) for source in store.tables.sources()]
    records = Records.in_order(Records.joined(one.records for one in kept))
    corrected = apply_corrections(records, corrections)
    normalised = figures_from(corrected.records, reference, corrected.notes)
    areas = reference.areas_around(normalised.figure_areas)
    expiry = {name: one.stock_expiry_days for name, one in reference.sources.items()}
    reconciled = reconcile(
        normalised.figures,
        normalised.figure_areas,
        areas,
        as_of=as_of,
        stock_expiry_days=expiry,
        shares=workers.shares,
        mapped=workers.mapped,
    )
    figures, links = _all_revisions(normalised, reconciled), normalised.figure_areas
    published = {
        "figures": figures,
        "figure_areas": FigureAreas.in_order(links[links["figure_id"].isin(figures["figure_id"])]),
        "rejected": Rejected.in_order(Rejected.joined(one.rejected for one in kept)),
        "areas": areas,
        "sources": _sources(reference),
        "runs": store.ledger.runs(),
    }
    made = {
        model.table_name(): getattr(reconciled, model.table_name())
        for model in PUBLISHED
        if model.table_name() not in published and model is not Balance
    }
    beyond = beyond_residents(reconciled.figures, reconciled.figure_areas, areas)
    signals = (*corrected.signals, *reference.decided.signals, *beyond)
    return published | made, reconciled, signals


def _all_revisions(normalised: Normalised, reconciled: Reconciliation) -> DataFrame[Figures]:
    """Every revision that was known, with what reconciliation found: echoes and silent figures."""
    figures = normalised.figures[normalised.figures["published_on"] <= reconciled.as_of]
    columns: dict[str, Any] = {str(name): figures[name] for name in figures.columns}
    for name in ("derived_from", "role"):
        found = dict(zip(reconciled.figures["figure_id"], reconciled.figures[name], strict=True))
        columns[name] = [
            found.get(figure, own)
            for figure, own in zip(figures["figure_id"], figures[name], strict=True)
        ]
    return Figures.in_order(Figures.build(columns))


def _sources(reference: Reference) -> DataFrame[Sources]:
    names = Sources.arrow_schema().names
    rows = [{name: getattr(one, name) for name in names} for one in reference.sources.values()]
    return Sources.in_order(Sources.from_rows(rows))
