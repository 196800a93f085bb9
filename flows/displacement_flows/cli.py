"""The command line: `displacement refresh`, `explain`, `extract` and the others (DESIGN 10)."""

import typer

from displacement_flows.commands import areas, questions, review, runs, upkeep

app = typer.Typer(
    help="Pull displacement figures, reconcile those that overlap, publish Parquet tables.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (
    runs.refresh,
    runs.backfill,
    questions.explain,
    questions.diff,
    questions.extract,
    questions.match,
    questions.status,
    upkeep.verify,
    upkeep.inbox,
    upkeep.init,
    upkeep.serve,
):
    app.command()(command)
app.add_typer(areas.app, name="areas")
app.add_typer(review.app, name="review")


def main() -> None:
    """Run the command line."""
    app()
