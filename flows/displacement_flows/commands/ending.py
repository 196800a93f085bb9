"""How does a command end? With JSON for a program, or with what went wrong and a status."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

INCOMPLETE, WRONG_USE = 1, 2


@contextmanager
def wrong_use_on(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds are the fault of what was typed: say them and end."""
    try:
        yield
    except kinds as wrong:
        wrong_use(str(wrong))


@contextmanager
def incomplete_on(*kinds: type[Exception]) -> Iterator[None]:
    """Errors of these kinds come from outside: say them and end with status 1."""
    try:
        yield
    except kinds as stopped:
        from displacement_flows.terminal import err

        err.print(f"error: {stopped}", style="red", markup=False)
        raise typer.Exit(INCOMPLETE) from None


def wrong_use(sentence: str) -> NoReturn:
    """Say what was wrong with what was typed, and end with status 2."""
    from displacement_flows.terminal import err

    err.print(f"error: {sentence}", style="red", markup=False)
    raise typer.Exit(WRONG_USE)


def print_json(value: Any) -> None:
    """The answer for a program."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
