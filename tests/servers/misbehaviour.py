"""How a stand-in misbehaves: one order says what goes wrong, on which requests, how often.

The kinds below change any answer; a stand-in may know further ones of its own.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.servers.exchange import HTML, Answer, Json, Request, dump, html_answer

ON_THE_WIRE = {
    "slow": "waits `delay` seconds before it answers",
    "trickle": "sends `piece` bytes, waits `delay` seconds, and so on",
    "reset": "resets the connection instead of answering",
    "reset_midway": "resets the connection after half of the body",
    "cut_off": "announces the whole length, sends half and closes",
    "cut_chunks": "sends half in chunks and closes without the last chunk",
}
IN_THE_ANSWER = {
    "<status>": "any status from 400 to 599 (429, 500, 503 …), with Retry-After if `retry_after`",
    "truncated": "half of the body with an honest length: no complete JSON",
    "wrong_type": "the right body under the content type `content_type`",
    "html": "an HTML page with status `status` (200) instead of data",
    "challenge": "a firewall's JavaScript challenge page with status `status` (202)",
    "empty": "no body at all",
    "garbage": "bytes that are neither text nor JSON under the right content type",
    "endless": "a body that never ends",
    "renamed_column": "`column` is called `to` in every row",
    "new_column": "every row has one more column, `column`",
    "missing_column": "`column` is in no row",
    "retyped_column": "`column` holds `to` in every row",
    "no_rows": "an envelope without rows",
    "short_page": "only `share` of the rows of the page, the counts unchanged",
    "duplicate_page": "the answer of the request before, once more",
}
IN_THE_DATA = {
    "smaller": "only `share` of all rows exist, and the counts agree",
    "expired_key": "the key is no longer good",
}
KINDS = ON_THE_WIRE | IN_THE_ANSWER | IN_THE_DATA


@dataclass
class Misbehaviour:
    """One order to misbehave.

    It holds for requests whose path matches the expression `path`, lets the first `after` of
    them pass and then spoils `times` of them (None: all).
    """

    kind: str
    times: int | None = 1
    after: int = 0
    path: str = ""
    delay: float = 1.0
    piece: int = 16
    retry_after: str | int | None = None
    status: int | None = None
    content_type: str = HTML
    column: str = ""
    to: str = ""
    share: float = 0.1
    seen: int = 0

    def concerns(self, request: Request) -> bool:
        """Whether this request is to be spoilt; counts it."""
        if not re.search(self.path, request.path):
            return False
        self.seen += 1
        first = self.after + 1
        return self.seen >= first and (self.times is None or self.seen < first + self.times)


def parse_order(text: str) -> Misbehaviour:
    """Read an order from the command line: `429,times=2,retry_after=1`."""
    kind, *settings = text.split(",")
    order = Misbehaviour(kind, times=None)
    for setting in settings:
        name, _, value = setting.partition("=")
        order = replace(order, **{name: _value(name, value)})
    return order


def _value(name: str, text: str) -> str | int | float | None:
    if name in {"times", "after", "piece", "status"}:
        return None if text == "all" else int(text)
    return float(text) if name in {"delay", "share"} else text


def spoil(answer: Answer, order: Misbehaviour, before: Answer | None) -> Answer:
    """The answer after one of the kinds of IN_THE_ANSWER; `before` is the answer before it."""
    if order.kind.isdecimal():
        return _failure(order)
    if order.kind == "duplicate_page":
        return before or answer
    if order.kind in INSTEAD:
        return INSTEAD[order.kind](answer, order)
    return _with_rows(answer, row_change(order))


def challenge_page(status: int = 202) -> Answer:
    """What a firewall says to a client it takes for a robot."""
    script = "<script src='/challenge.js'></script><noscript>Enable JavaScript.</noscript>"
    return html_answer("", script, status, x_amzn_waf_action="challenge")


def row_change(order: Misbehaviour) -> Callable[[list[Json]], list[Json]]:
    """What one of the kinds that concern rows does to a list of rows."""
    match order.kind:
        case "renamed_column":
            return lambda rows: [_renamed(row, order.column.split("."), order.to) for row in rows]
        case "new_column":
            new = order.column or "newColumn"
            return lambda rows: [row | {new: order.to or "new"} for row in rows]
        case "missing_column":
            return lambda rows: [_renamed(row, order.column.split("."), None) for row in rows]
        case "retyped_column":
            return lambda rows: [_retyped(row, order.column.split("."), order.to) for row in rows]
        case "no_rows":
            return lambda rows: rows[:0]
        case "short_page":
            return lambda rows: rows[: int(len(rows) * order.share)]
        case _:
            raise ValueError(f"No stand-in knows the misbehaviour {order.kind!r}.")


def _failure(order: Misbehaviour) -> Answer:
    status = int(order.kind)
    headers = {} if order.retry_after is None else {"Retry-After": str(order.retry_after)}
    return Answer(dump({"message": f"Stand-in failure {status}"}), status, headers=headers)


def _endless() -> Iterator[bytes]:
    yield b"["
    yield from itertools.repeat(b'{"filler":"' + b"x" * 65000 + b'"},')


def _with_rows(answer: Answer, change: Callable[[list[Json]], list[Json]]) -> Answer:
    document = json.loads(answer.whole_body())
    rows = rows_of(document)
    rows[:] = change(list(rows))
    return replace(answer, body=dump(document))


def rows_of(document: Json) -> list[Json]:
    """The list of rows inside an envelope: the longest list of objects, not inside another."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return []
    inside = [rows_of(part) for part in document.values()]
    return max((rows for rows in inside if _are_rows(rows)), key=len, default=[])


def _are_rows(rows: list[Json]) -> bool:
    return bool(rows) and isinstance(rows[0], dict)


def _renamed(row: Json, path: list[str], to: str | None) -> Json:
    """The row with the column at `path` under another name, in its place; None drops it."""
    if len(path) > 1:
        inner = _renamed(row.get(path[0], {}), path[1:], to)
        return {name: inner if name == path[0] else value for name, value in row.items()}
    return {
        (to if name == path[0] else name): value
        for name, value in row.items()
        if name != path[0] or to is not None
    }


def _retyped(row: Json, path: list[str], to: str) -> Json:
    if len(path) > 1:
        return row | {path[0]: _retyped(row.get(path[0], {}), path[1:], to)}
    return row | {path[0]: to}


def _truncated(answer: Answer, _: Misbehaviour) -> Answer:
    whole = answer.whole_body()
    return replace(answer, body=whole[: len(whole) // 2])


def _maintenance(_: Answer, order: Misbehaviour) -> Answer:
    page = "<h1>Scheduled maintenance</h1><p>Please come back later.</p>"
    return html_answer("Maintenance", page, order.status or 200)


INSTEAD: dict[str, Callable[[Answer, Misbehaviour], Answer]] = {
    "truncated": _truncated,
    "wrong_type": lambda answer, order: replace(answer, content_type=order.content_type),
    "html": _maintenance,
    "challenge": lambda _, order: challenge_page(order.status or 202),
    "empty": lambda answer, _: replace(answer, body=b""),
    "garbage": lambda answer, _: replace(answer, body=bytes(range(128, 256)) * 8),
    "endless": lambda answer, _: replace(answer, body=_endless()),
}
