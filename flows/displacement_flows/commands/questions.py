"""The commands that ask: of a total, a text, a name, and how the sources stand."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from displacement_flows.commands.ending import (
    print_json,
    wrong_use_on,
)
from displacement_flows.commands.options import (
    AsOf,
    ConfigFile,
    Json,
    StoreUrl,
    day_of,
    published_in,
    reference_of,
    settings_of,
    store_to_read,
)


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
    from displacement.store.wanted import CURRENT
    from displacement_flows.terminal import show_explanation

    settings = settings_of(config, store=store)
    with store_to_read(settings, CURRENT) as opened, wrong_use_on(LookupError, ValueError):
        current = published_in(opened)
        answer = explain_snapshot(
            current,
            opened.store.withheld.read(current.snapshot_id),
            codes=area.split("|"),
            first=since.date(),
            last=until.date(),
            measure=measure,
            view=view,
            as_of=day_of(as_of),
        )
    if as_json:
        print_json(answer)
    else:
        show_explanation(answer)


def diff(
    before: Annotated[
        str | None, typer.Argument(help="Id of a snapshot, or its beginning [default: the parent].")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(help="Id of another one [default: the current one].")
    ] = None,
    config: ConfigFile = None,
    store: StoreUrl = None,
    as_json: Json = False,
) -> None:
    """Say what changed between two snapshots and why, and what that did to the totals."""
    from displacement.changes import Edition, changes_between
    from displacement.store.wanted import for_diff
    from displacement_flows import changes_shown

    settings = settings_of(config, store=store)
    with store_to_read(settings, for_diff(before, after)) as opened:
        current, snapshots = published_in(opened), opened.store.snapshots
        with wrong_use_on(LookupError):
            newer = snapshots.find(after) if after else current
            older = snapshots.find(before) if before else snapshots.parent_of(newer)
        was = Edition.of(older) if older else Edition.before_the_first()
        changes = changes_between(was, Edition.of(newer))
    if as_json:
        print_json(changes_shown.as_json(changes))
    else:
        changes_shown.show(changes)


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
    from displacement.reading import reading_of
    from displacement.sources.documents.files import read_report
    from displacement_flows.marked_text import show_reading

    settings = settings_of(config)
    with wrong_use_on(OSError, ValueError):
        report = read_report(file)
    reference = reference_of(settings)
    reading = reading_of(report, file.name, published.date(), publisher, reference)
    if as_json:
        print_json(reading)
    else:
        show_reading(report.text, reading)


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
    from displacement.names import load_gazetteer
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import NAMES
    from displacement_flows.terminal import show_matches

    settings = settings_of(config)
    with store_to_read(settings, NAMES) as opened, wrong_use_on(ReferenceTableError):
        gazetteer = load_gazetteer(settings.reference, opened.folder)
        found = [gazetteer.match(name, parent, level) for name in names]
    if as_json:
        print_json(
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


def status(config: ConfigFile = None, store: StoreUrl = None, as_json: Json = False) -> None:
    """Say of each source when it last succeeded, what it covered, and when it is asked next."""
    import os

    from displacement.backfill import gaps_of, steps_of, unfinished
    from displacement.source_status import status_of
    from displacement.store.declarations import load_declarations
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import LEDGER
    from displacement_flows.terminal import show_backfills, show_room, show_status

    settings = settings_of(config, store=store)
    with wrong_use_on(ReferenceTableError):
        declared = load_declarations(settings.reference, settings.sources_file).sources
    with store_to_read(settings, LEDGER) as opened:
        found = opened.store
        runs, left = found.ledger.rows(), unfinished(found, declared)
        steps = {one.backfill_id: steps_of(found, one, declared, settings.now) for one in left}
        rows = status_of(
            declared,
            runs,
            now=settings.now,
            environment=os.environ,
            gaps={
                name: gaps_of(found.backfills.entries(name), name, runs)
                for name in found.backfills.sources()
            },
            open_windows=Counter(
                one.source_id for some in steps.values() for one in some if not one.done
            ),
        )
        if as_json:
            print_json([vars(row) for row in rows])
        else:
            show_status(rows, found.snapshots, str(opened.where))
            show_backfills(left, steps)
            show_room(opened.room(), settings.disk_budget_gigabytes)
