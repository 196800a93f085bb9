"""Stand-in servers: small real HTTP servers on loopback that behave like the interfaces we read.

Each implements the documented contract of one interface (paths, filters, paging, errors, quirks,
limits) over rows from a seeded generator: the same seed and number of rows give the same bytes.

    with DtmServer(rows=100, seed=1, key="k") as server:
        server.base_url                # what a configuration takes as the source's address
        server.misbehave("429", times=2, retry_after=1)       # twice 429, then well
        server.misbehave("slow", delay=5, path="admin1", after=1, times=None)
        server.behave()                # forget all orders
        server.requests[0].query       # every request: method, path, query, headers, at, site
        server.asked("/admin1")        # those whose path ends so
        server.most_at_once            # how many ran side by side at most

What may be ordered is listed in `misbehaviour.KINDS` and in each server's `own_kinds`; its
details (how often, on which paths, how slow, which column) are the fields of `Misbehaviour`.
`expired_key` gives the interface's own error for a bad key, `smaller` makes rows vanish with all
counts agreeing, `short_page` with counts that do not. Leaving the context raises if the stand-in
itself broke. What each server can be asked to change between two runs (edits, reviews, late
rounds) are methods of its class. `PERSONAL_MARKERS` are the invented personal data in forms.

`RecordedServer({"/path": bytes or file})` replays recorded answers. By hand:
`python -m tests.servers --help`.
"""

from tests.servers.core import StandIn
from tests.servers.exchange import PERSONAL_MARKERS, Answer, Request
from tests.servers.misbehaviour import KINDS, Misbehaviour
from tests.servers.recorded import RecordedServer

__all__ = [
    "KINDS",
    "PERSONAL_MARKERS",
    "Answer",
    "Misbehaviour",
    "RecordedServer",
    "Request",
    "StandIn",
]
