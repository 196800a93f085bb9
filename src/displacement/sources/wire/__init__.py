"""How are sources asked over the wire? One client, one reader of rows, for all of them."""

from displacement.sources.wire.allowed import Allowed, allowed_by, clear_file, only_allowed
from displacement.sources.wire.client import AccessError, Client, Expected, Query, Reply, ask_all
from displacement.sources.wire.pieces import read_json
from displacement.sources.wire.rows import Rows, once, read_rows, rows_of

__all__ = [
    "AccessError",
    "Allowed",
    "Client",
    "Expected",
    "Query",
    "Reply",
    "Rows",
    "allowed_by",
    "ask_all",
    "clear_file",
    "once",
    "only_allowed",
    "read_json",
    "read_rows",
    "rows_of",
]
