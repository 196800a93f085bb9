"""The command line: `displacement refresh`, `explain`, `extract` and the others (DESIGN 10).

Prefect is imported only by the commands that run a flow, and nothing slow before it is needed.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from displacement_flows.environment import keep_prefect_quiet

if TYPE_CHECKING:
    from displacement.settings import Settings
    from displacement_flows.work import Summary

app = typer.Typer(
    help="Pull displacement figures, reconcile those that overlap, publish Parquet tables.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

areas_app = typer.Typer(
    help="Bring in your own P-codes and populations, look one up, check them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(areas_app, name="areas")

INCOMPLETE, WRONG_USE = 1, 2

ConfigFile = Annotated[Path | None, typer.Option("--config", help="A settings file (TOML).")]
Inbox = Annotated[Path | None, typer.Option("--inbox", help="Folder of files to read.")]
StoreUrl = Annotated[str | None, typer.Option("--store", help="Folder of everything written.")]
SourceIds = Annotated[
    list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Use only what was known on this day."),
]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of plain words.")]


@app.command()
def refresh(
    config: ConfigFile = None,
    inbox: Inbox = None,
    store: StoreUrl = None,
    source: SourceIds = None,
    as_of: AsOf = None,
) -> None:
    """Read every source, reconcile what overlaps, and publish what is new."""
    settings = _settings(config, inbox=inbox, store=store)
    with _running("starting the run"):
        from displacement_flows.refresh import refresh as run

        state = run(**_where(settings), sources=source, as_of=_date(as_of), return_state=True)
        summary = _result(state)
    _report(summary, settings)


@app.command()
def backfill(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    config: ConfigFile = None,
    inbox: Inbox = None,
    store: StoreUrl = None,
    source: SourceIds = None,
    window: Annotated[str, typer.Option(help="month, week or day.")] = "month",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the windows that would be worked.")
    ] = False,
) -> None:
    """Fill history in windows; run it again to go on where a killed one stopped."""
    from displacement.windows import WindowSize
    from displacement_flows.terminal import out

    if window not in list(WindowSize):
        raise typer.BadParameter(f"{window!r} is none of month, week, day", param_hint="--window")
    if until < since:
        raise typer.BadParameter("--to is before --from")
    settings = _settings(config, inbox=inbox, store=store)
    size = WindowSize(window)
    with _running("starting the backfill"):
        from displacement_flows.backfill import backfill as run
        from displacement_flows.backfill import open_windows
        from displacement_flows.refresh import place_of

        if dry_run:
            place = place_of(**_where(settings))
            with _wrong_use_on(LookupError, ValueError):
                todo = open_windows(place, since.date(), until.date(), source, size)
        else:
            state = run(
                **_where(settings),
                since=since.date(),
                until=until.date(),
                sources=source,
                window=size,
                return_state=True,
            )
            summary = _result(state)
    if dry_run:
        for source_id, one in todo:
            out.print(f"{source_id}: {one}")
        out.print(f"{len(todo)} windows to do; nothing was read or written")
        return
    _report(summary, settings)


@app.command()
def explain(
    area: Annotated[str, typer.Option("--area", help="Area codes, joined by |.")],
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    measure: Annotated[str, typer.Option("--measure")] = "new_displacement",
    view: Annotated[
        str | None, typer.Option("--view", help="origin, destination or location.")
    ] = None,
    as_of: AsOf = None,
    config: ConfigFile = None,
    store: StoreUrl = None,
    as_json: Json = False,
) -> None:
    """Say how many, between which bounds, who says so, and where they contradict each other."""
    from displacement.answer import explain_snapshot
    from displacement.store.store import Store
    from displacement_flows.terminal import show_explanation

    settings = _settings(config, store=store)
    current = Store(settings.store).snapshots.current()
    if current is None:
        _wrong_use(
            f"nothing is published in {settings.store} yet: run `displacement refresh` first"
        )
    with _wrong_use_on(LookupError, ValueError):
        answer = explain_snapshot(
            current,
            codes=area.split("|"),
            first=since.date(),
            last=until.date(),
            measure=measure,
            view=view,
            as_of=_date(as_of),
        )
    if as_json:
        _print_json(answer)
    else:
        show_explanation(answer)


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="A text, HTML page, PDF or e-mail.")],
    published: Annotated[
        datetime, typer.Option("--published", formats=["%Y-%m-%d"], help="When it was published.")
    ],
    publisher: Annotated[str | None, typer.Option("--publisher", help="Who published it.")] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Read the displacement figures of one text, and say why every other number is none."""
    from displacement.publication import load_reference
    from displacement.reading import reading_of
    from displacement.sources.documents.files import read_report
    from displacement_flows.marked_text import show_reading

    settings = _settings(config)
    with _wrong_use_on(OSError, ValueError):
        report = read_report(file)
    reference = load_reference(settings.reference, settings.sources_file, settings.store)
    reading = reading_of(report, file.name, published.date(), publisher, reference)
    if as_json:
        _print_json(reading)
    else:
        show_reading(report.text, reading)


@app.command()
def match(
    names: Annotated[list[str], typer.Argument(help="Names of places.")],
    parent: Annotated[str | None, typer.Option("--parent", help="Only within this area.")] = None,
    level: Annotated[
        int | None, typer.Option("--level", help="Only areas of this admin level.", min=0, max=3)
    ] = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Show which areas names mean, and why."""
    from displacement.publication import load_reference
    from displacement_flows.terminal import show_matches

    settings = _settings(config)
    reference = load_reference(settings.reference, settings.sources_file, settings.store)
    gazetteer = reference.gazetteer
    found = [gazetteer.match(name, parent, level) for name in names]
    if as_json:
        _print_json(
            [
                {
                    "name": one.name,
                    "code": one.code,
                    "method": one.method,
                    "score": one.score,
                    "candidates": [candidate._asdict() for candidate in one.candidates],
                    "reason": one.reason,
                }
                for one in found
            ]
        )
    else:
        show_matches(found)


@app.command()
def status(config: ConfigFile = None, store: StoreUrl = None, as_json: Json = False) -> None:
    """Say of each source when it last succeeded, what it covered, and when it is asked next."""
    import os

    from displacement.source_status import status_of
    from displacement.store.declarations import load_declarations
    from displacement.store.reference import ReferenceTableError
    from displacement.store.store import Store
    from displacement_flows.terminal import show_status

    settings = _settings(config, store=store)
    with _wrong_use_on(ReferenceTableError):
        declared = load_declarations(settings.reference, settings.sources_file).sources
    found = Store(settings.store)
    runs = found.ledger.runs()
    rows = status_of(declared, runs, now=settings.now, environment=os.environ)
    if as_json:
        _print_json([vars(row) for row in rows])
    else:
        show_status(rows, found.snapshots.current(), settings.store)


@app.command()
def verify(config: ConfigFile = None, store: StoreUrl = None) -> None:
    """Check every landed answer, table and published file against its hash."""
    from displacement.store.store import Store
    from displacement_flows.terminal import out

    settings = _settings(config, store=store)
    found = Store(settings.store)
    problems = [f"landing: {name} is not what its name says" for name in found.landing.damaged()]
    problems += [f"tables: {name} is not what its name says" for name in found.tables.damaged()]
    snapshots = found.snapshots.all()
    problems += [
        f"snapshot {snapshot.snapshot_id}: {name} is missing or changed"
        for snapshot in snapshots
        for name in snapshot.damaged()
    ]
    for problem in problems:
        out.print(problem, style="red")
    if problems:
        raise typer.Exit(INCOMPLETE)
    out.print(
        f"All good: {len(snapshots)} snapshots, the tables and the landing are what they say."
    )


@app.command()
def review(config: ConfigFile = None, store: StoreUrl = None, as_json: Json = False) -> None:
    """List what waits for a reviewer: figures of the review tier and areas nobody knows."""
    from displacement.answer import waiting
    from displacement.store.store import Store
    from displacement_flows.terminal import show_waiting

    settings = _settings(config, store=store)
    current = Store(settings.store).snapshots.current()
    if current is None:
        _wrong_use(
            f"nothing is published in {settings.store} yet: run `displacement refresh` first"
        )
    found = waiting(current)
    if as_json:
        _print_json(found)
    else:
        show_waiting(found)


@areas_app.command("import")
def import_areas(
    file: Annotated[Path, typer.Argument(help="COD-AB, COD-PS or global P-codes; csv or xlsx.")],
    country: Annotated[
        str | None, typer.Option("--country", help="ISO code of the country of all rows.")
    ] = None,
    valid_from: Annotated[
        datetime | None,
        typer.Option("--valid-from", formats=["%Y-%m-%d"], help="Vintage of the list of codes."),
    ] = None,
    accept_moved: Annotated[
        bool,
        typer.Option("--accept-moved", help="Take parents as given, whatever codes begin with."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken and what not.")
    ] = False,
    config: ConfigFile = None,
    store: StoreUrl = None,
) -> None:
    """Import areas or populations into the store; tables that do not nest are refused."""
    from displacement.area_import import UnknownCountryError
    from displacement.area_import import import_areas as run
    from displacement.sources.sheets.workbook import UnreadableError
    from displacement.store.lock import StoreIsBusyError
    from displacement.store.reference import ReferenceTableError
    from displacement_flows.areas_shown import show_import

    settings = _settings(config, store=store)
    expected = (UnknownCountryError, UnreadableError, ReferenceTableError, StoreIsBusyError)
    with _wrong_use_on(*expected, OSError):
        imported = run(
            file,
            folder=settings.reference,
            store=settings.store,
            country=country,
            valid_from=_date(valid_from),
            trusted=accept_moved,
            dry_run=dry_run,
        )
    show_import(imported, dry_run=dry_run)
    if imported.refused:
        raise typer.Exit(INCOMPLETE)


@areas_app.command("show")
def show_area(
    code: Annotated[str, typer.Argument(help="Code of an area, in force or old.")],
    config: ConfigFile = None,
    store: StoreUrl = None,
    as_json: Json = False,
) -> None:
    """Show what is known of an area: names, parents, what it holds, residents, old codes."""
    import pandas as pd

    from displacement.normalise.area_tables.described import describe_area
    from displacement.store.own_areas import load_all_areas
    from displacement.store.reference import ReferenceTableError, load_populations
    from displacement_flows import areas_shown

    settings = _settings(config, store=store)
    with _wrong_use_on(LookupError, ReferenceTableError):
        home, world, own = load_all_areas(settings.reference, settings.store)
        known = pd.concat([home, world], ignore_index=True)
        counted = [load_populations(settings.reference), own.populations]
        counts = pd.concat(counted, ignore_index=True)
        counts = counts.drop_duplicates(["code_system", "area_code", "year"], keep="last")
        found = describe_area(code, known, own.old_codes, counts)
    if as_json:
        _print_json(found)
    else:
        areas_shown.show_area(found)


@areas_app.command("check")
def check_areas(config: ConfigFile = None, store: StoreUrl = None, as_json: Json = False) -> None:
    """Look over all areas and old codes; faults end with status 1, remarks are worth a look."""
    import pandas as pd

    from displacement.normalise.area_tables.checks import check_areas as run
    from displacement.store.own_areas import load_all_areas
    from displacement.store.reference import ReferenceTableError, load_code_lists
    from displacement_flows.areas_shown import show_findings

    settings = _settings(config, store=store)
    with _wrong_use_on(ReferenceTableError):
        home, world, own = load_all_areas(settings.reference, settings.store)
        lists = load_code_lists(settings.reference)
    known = pd.concat([home, world], ignore_index=True)
    imported = set(own.areas["country"].to_list())
    lengths = {code: one.lengths for code, one in lists.items() if code not in imported}
    findings = run(known, own.old_codes, lengths)
    if as_json:
        _print_json([one._asdict() for one in findings])
    else:
        show_findings(findings, len(known), len(own.old_codes))
    if any(one.is_fault for one in findings):
        raise typer.Exit(INCOMPLETE)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to start.")] = Path(),
    country: Annotated[
        list[str] | None,
        typer.Option("--country", help="ISO code of a country to ask for; may be repeated."),
    ] = None,
) -> None:
    """Write commented files of settings and sources and an empty inbox, overwriting nothing."""
    import os

    from displacement.settings import write_template
    from displacement.store.declarations import own_declarations
    from displacement_flows.terminal import out

    countries = [one.upper() for one in country or ["SYR"]]
    sources = own_declarations(_settings(None).reference, os.environ, countries)
    for path in write_template(folder, sources):
        out.print(f"wrote {path}")
    out.print("Put files into the inbox, switch on sources, then run: displacement refresh")


@app.command()
def serve() -> None:
    """Offer the daily refresh and the backfill to Prefect, until interrupted."""
    keep_prefect_quiet()
    from displacement_flows.deployments import serve_deployments

    serve_deployments()


def main() -> None:
    """Run the command line."""
    app()


def _settings(config: Path | None, **options: Any) -> "Settings":
    from pydantic import ValidationError

    from displacement.settings import load_settings

    try:
        settings = load_settings(config, **options)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        _wrong_use(f"setting {'.'.join(map(str, first['loc']))}: {first['msg']}")
    except (FileNotFoundError, ValueError) as wrong:
        _wrong_use(str(wrong))
    if options.get("inbox") and not settings.inbox.is_dir():
        _wrong_use(f"there is no folder {settings.inbox} to read from")
    return settings


def _where(settings: "Settings") -> dict[str, Any]:
    names = ("inbox", "store", "reference", "sources_file", "now")
    return {name: getattr(settings, name) for name in names}


def _date(moment: datetime | None) -> Any:
    return moment.date() if moment else None


@contextmanager
def _running(first: str) -> Iterator[None]:
    """Show on the terminal what a flow does, while it does it."""
    keep_prefect_quiet()
    from displacement_flows.terminal import err

    with err.status(first) as shown:
        from displacement_flows.progress import listening

        with listening(shown.update):
            yield


def _result(state: Any) -> "Summary":
    """The summary of a run that ended; what stopped another one is told in a sentence."""
    from displacement.store.reference import ReferenceTableError
    from displacement_flows.terminal import err
    from displacement_flows.work import EXPECTED, UnknownSourceError

    try:
        summary: Summary = state.result()
    except EXPECTED as stopped:
        err.print(f"error: {stopped}", style="red", markup=False)
        wrong_use = isinstance(stopped, UnknownSourceError | ReferenceTableError)
        raise typer.Exit(WRONG_USE if wrong_use else INCOMPLETE) from None
    return summary


def _report(summary: "Summary", settings: "Settings") -> None:
    from displacement.store.store import Store
    from displacement_flows import terminal

    snapshot = Store(settings.store).snapshots.current()
    assert snapshot is not None, "a run that ended has published"  # noqa: S101
    terminal.show_outcomes(summary.outcomes)
    terminal.show_rejected(snapshot)
    terminal.show_answers(snapshot.manifest["answers"])
    latest = settings.store / "published" / "latest"
    terminal.show_files(snapshot, latest)
    if not summary.is_new:
        terminal.out.print(f"Nothing new: snapshot {snapshot.snapshot_id} still holds.")
    if (snapshot.folder / "report.html").is_file():
        terminal.out.print(f"Page to look at: {latest / 'report.html'}")
    for signal in summary.signals:
        terminal.out.print(f"signal: {signal}", markup=False)
    if summary.problems:
        for problem in summary.problems:
            terminal.err.print(f"incomplete: {problem}", style="red", markup=False)
        raise typer.Exit(INCOMPLETE)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


@contextmanager
def _wrong_use_on(*kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kinds as wrong:
        _wrong_use(str(wrong))


def _wrong_use(sentence: str) -> NoReturn:
    from displacement_flows.terminal import err

    err.print(f"error: {sentence}", style="red", markup=False)
    raise typer.Exit(WRONG_USE)
