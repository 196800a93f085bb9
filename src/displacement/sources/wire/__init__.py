"""How are sources asked over the wire? One client, one reader of rows, for all of them."""

from displacement.sources.wire.client import AccessError, Client, Expected, Query, Reply, ask_all
from displacement.sources.wire.rows import Rows, read_rows, rows_of

__all__ = [
    "AccessError",
    "Client",
    "Expected",
    "Query",
    "Reply",
    "Rows",
    "ask_all",
    "read_rows",
    "rows_of",
]
