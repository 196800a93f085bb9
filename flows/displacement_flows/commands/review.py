"""The commands of a reviewer: list what waits, accept it, reject it, say what a name means."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from displacement_flows.commands.ending import print_json, wrong_use, wrong_use_on
from displacement_flows.commands.options import (
    ConfigFile,
    Json,
    StoreUrl,
    published_in,
    settings_of,
    store_to_read,
    store_to_write,
)

if TYPE_CHECKING:
    from displacement.review import Decided

app = typer.Typer(
    help="List what waits for a reviewer; accept or reject it, or say what a name means.",
    pretty_exceptions_enable=False,
)

Id = Annotated[str, typer.Argument(help="Id of what waits, or its beginning.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for whoever reads it later.")]
Role = Annotated[str, typer.Option("--role", help="The role of who decides, never a name.")]


@app.callback(invoke_without_command=True)
def review(
    context: typer.Context,
    config: ConfigFile = None,
    store: StoreUrl = None,
    as_json: Json = False,
) -> None:
    """List what waits: figures to look at, areas nobody knows, data held back."""
    if (command := context.invoked_subcommand) is not None:
        if config or store or as_json:
            wrong_use(f"options go behind the command: displacement review {command} ID --store …")
        return
    from displacement.review import waiting
    from displacement.store.decisions import load_decisions
    from displacement.store.slips import ReferenceTableError
    from displacement.store.wanted import REVIEW
    from displacement_flows.terminal import show_waiting

    settings = settings_of(config, store=store)
    with store_to_read(settings, REVIEW) as opened, wrong_use_on(ReferenceTableError):
        published_in(opened)
        found = waiting(opened.store, load_decisions(settings.reference, opened.folder))
    if as_json:
        print_json([vars(one) for one in found])
    else:
        show_waiting(found)


@app.command()
def accept(
    asked: Id, reason: Reason, role: Role, config: ConfigFile = None, store: StoreUrl = None
) -> None:
    """Take a figure as it was read, or data that was held back, from the next refresh on."""
    _decide(asked, reason, role, config, store, accepts=True)


@app.command()
def reject(
    asked: Id, reason: Reason, role: Role, config: ConfigFile = None, store: StoreUrl = None
) -> None:
    """Leave out a figure, a name or held-back data for good, and do not ask again."""
    _decide(asked, reason, role, config, store, accepts=False)


@app.command()
def alias(
    asked: Annotated[str, typer.Argument(help="The name that waits, or its id.")],
    codes: Annotated[list[str], typer.Argument(help="Codes of the areas that it means.")],
    reason: Reason,
    role: Role,
    config: ConfigFile = None,
    store: StoreUrl = None,
) -> None:
    """Say which areas a name means that nobody knew, from the next refresh on."""
    from displacement.reference import load_reference
    from displacement.review import NotDecidedError, Reviewer, decide_alias
    from displacement.store.lock import StoreIsBusyError
    from displacement.store.slips import ReferenceTableError

    settings = settings_of(config, store=store)
    with (
        wrong_use_on(NotDecidedError, ReferenceTableError, StoreIsBusyError),
        store_to_write(settings) as opened,
    ):
        reference = load_reference(settings.reference, settings.sources_file, opened.folder)
        decided = decide_alias(
            opened.folder, settings.reference, asked, codes, reference, by=Reviewer(role, reason)
        )
    _say(decided)


def _decide(
    asked: str,
    reason: str,
    role: str,
    config: Path | None,
    store: str | None,
    *,
    accepts: bool,
) -> None:
    from displacement.normalise.decided import Action
    from displacement.review import NotDecidedError, Reviewer, decide
    from displacement.store.lock import StoreIsBusyError
    from displacement.store.slips import ReferenceTableError

    settings = settings_of(config, store=store)
    action = Action.ACCEPT if accepts else Action.DROP
    with (
        wrong_use_on(NotDecidedError, ReferenceTableError, StoreIsBusyError),
        store_to_write(settings) as opened,
    ):
        by = Reviewer(role, reason)
        decided = decide(opened.folder, settings.reference, asked, action, by)
    _say(decided)


def _say(decided: "Decided") -> None:
    from displacement_flows.terminal import out

    out.print(decided.says, markup=False)
    out.print(f"written to {decided.path}; the next refresh applies it", markup=False)
