"""The commands about areas: bring in own P-codes and populations, look one up, check them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from displacement_flows.commands.ending import (
    INCOMPLETE,
    print_json,
    wrong_use_on,
)
from displacement_flows.commands.options import (
    ConfigFile,
    Json,
    StoreUrl,
    day_of,
    settings_of,
    store_to_read,
    store_to_write,
)

app = typer.Typer(
    help="Bring in your own P-codes and populations, look one up, check them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command("import")
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
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import NAMES
    from displacement_flows.areas_shown import show_import

    settings = settings_of(config, store=store)
    expected = (UnknownCountryError, UnreadableError, ReferenceTableError, StoreIsBusyError)
    opening = store_to_read(settings, NAMES) if dry_run else store_to_write(settings)
    with wrong_use_on(*expected, OSError), opening as opened:
        imported = run(
            file,
            folder=settings.reference,
            store=opened.folder,
            country=country,
            valid_from=day_of(valid_from),
            trusted=accept_moved,
            dry_run=dry_run,
        )
    show_import(imported, dry_run=dry_run)
    if imported.refused:
        raise typer.Exit(INCOMPLETE)


@app.command("show")
def show_area(
    code: Annotated[str, typer.Argument(help="Code of an area, in force or old.")],
    config: ConfigFile = None,
    store: StoreUrl = None,
    as_json: Json = False,
) -> None:
    """Show what is known of an area: names, parents, what it holds, residents, old codes."""
    from displacement.normalise.area_tables.described import describe_area
    from displacement.store.own_areas import load_all_areas, renewed_populations
    from displacement.store.reference import load_populations
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import NAMES
    from displacement_flows import areas_shown

    settings = settings_of(config, store=store)
    with store_to_read(settings, NAMES) as opened, wrong_use_on(LookupError, ReferenceTableError):
        areas = load_all_areas(settings.reference, opened.folder)
        counts = renewed_populations(load_populations(settings.reference), areas.own.populations)
        found = describe_area(code, areas.known, areas.own.old_codes, counts)
    if as_json:
        print_json(found)
    else:
        areas_shown.show_area(found)


@app.command("check")
def check_areas(config: ConfigFile = None, store: StoreUrl = None, as_json: Json = False) -> None:
    """Look over all areas and old codes; faults end with status 1, remarks are worth a look."""
    from displacement.normalise.area_tables.checks import check_areas as run
    from displacement.store.own_areas import load_all_areas
    from displacement.store.reference import load_code_lists
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import NAMES
    from displacement_flows.areas_shown import show_findings

    settings = settings_of(config, store=store)
    with store_to_read(settings, NAMES) as opened, wrong_use_on(ReferenceTableError):
        areas = load_all_areas(settings.reference, opened.folder)
        lists = load_code_lists(settings.reference)
    known, own = areas.known, areas.own
    imported = set(own.areas["country"].to_list())
    lengths = {code: one.lengths for code, one in lists.items() if code not in imported}
    findings = run(known, own.old_codes, lengths)
    if as_json:
        print_json([one._asdict() for one in findings])
    else:
        show_findings(findings, len(known), len(own.old_codes))
    if any(one.is_fault for one in findings):
        raise typer.Exit(INCOMPLETE)
