"""Are these all the submissions of a form? Page after page, checked against the server's count.

A submission that comes or goes between two pages shifts those behind it, so that one is missed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from displacement.sources.source import SourceError
from displacement.sources.wire import Client, Reply

PAGE_ROWS: Final = 1000
SWEEPS: Final = 3
"""How often a form is read from its beginning while it changes between its pages."""


@dataclass(frozen=True)
class Page:
    """One page: its submissions, how many the form has, and where the next page is."""

    count: int
    next: str | None
    rows: list[dict[str, Any]]


def sweep(
    client: Client,
    path: str,
    parameters: dict[str, Any],
    read: Callable[[bytes], Page],
    key: str,
) -> tuple[Reply, list[dict[str, Any]]]:
    """All submissions of a form, told apart by `key`, and the reply of the first page.

    Raises SourceError where pages repeat, are missing, or change while they are read.
    """
    for _ in range(SWEEPS):
        found = _once(client, path, parameters, read, key)
        if found is not None:
            return found
    raise SourceError(
        f"its submissions changed between its pages, {SWEEPS} times in a row; ask again later"
    )


def _once(
    client: Client,
    path: str,
    parameters: dict[str, Any],
    read: Callable[[bytes], Page],
    key: str,
) -> tuple[Reply, list[dict[str, Any]]] | None:
    first: tuple[Reply, int] | None = None
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for reply, page in _pages(client, path, parameters, read):
        first = first or (reply, page.count)
        if page.count != first[1]:
            return None
        keys = {str(row.get(key)) for row in page.rows}
        if not seen.isdisjoint(keys):
            raise SourceError("a page repeats submissions of the page before; nothing was taken")
        seen |= keys
        rows += page.rows
    if first is None or len(rows) != first[1]:
        raise SourceError(
            f"{len(rows)} submissions arrived where the server counts {first[1] if first else 0}; "
            "nothing was taken"
        )
    return first[0], rows


def _pages(
    client: Client, path: str, parameters: dict[str, Any], read: Callable[[bytes], Page]
) -> Iterator[tuple[Reply, Page]]:
    asked: set[str] = set()
    reply = client.get(path, parameters)
    while True:
        try:
            page = read(reply.body)
        except msgspec.MsgspecError as wrong:
            raise SourceError(f"the answer has another shape than usual ({wrong})") from None
        yield reply, page
        if page.next is None:
            return
        if page.next in asked or not page.rows:
            raise SourceError("the address of the next page leads in a circle; nothing was taken")
        asked.add(page.next)
        reply = client.get(page.next)
