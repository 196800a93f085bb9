"""A stand-in for the Refugee Data Finder that serves whatever rows a test gives it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers import Answer, Request, StandIn
from tests.servers.exchange import html_answer, json_answer

COUNTS = (
    *("refugees", "asylum_seekers", "returned_refugees", "idps", "returned_idps"),
    *("stateless", "ooc", "oip", "hst"),
)
SOLUTIONS = ("returned_refugees", "resettlement", "naturalisation", "returned_idps")
NAMES = {"SYR": "Syrian Arab Rep.", "LBN": "Lebanon", "TUR": "Türkiye", "UNK": "Unknown "}

Row = Mapping[str, Any]


def pair(year: int, origin: str, asylum: str, **counts: int | str) -> dict[str, Any]:
    """A row of /population/ as the interface writes it: zero as text, "-" for no value."""
    return {
        "year": year,
        "coo_id": 1,
        "coo_name": NAMES.get(origin, origin),
        "coo": f"U{origin[:2]}",
        "coo_iso": origin,
        "coa_id": 2,
        "coa_name": NAMES.get(asylum, asylum),
        "coa": f"U{asylum[:2]}",
        "coa_iso": asylum,
        **{name: counts.get(name) or "0" for name in COUNTS},
        "oip": counts.get("oip") or "-",
    }


def solution(row: Row) -> dict[str, Any]:
    """The row of /solutions/ that repeats a row of /population/."""
    kept = {name: value for name, value in row.items() if name not in COUNTS}
    return kept | {name: row.get(name, "0") for name in SOLUTIONS}


def recorded(folder: str) -> Path:
    """A folder of real inputs beside the repository, wherever that lies; it may not exist."""
    beside = [parent / "shared/data" / folder for parent in Path(__file__).parents[3:]]
    return next((path for path in beside if path.exists()), beside[0])


class RdfTables(StandIn):
    """Serves /population/ and /solutions/ over `rows`, which a test may replace between runs."""

    name = "unhcr_rdf"
    source_id = "unhcr_rdf"
    base_path = "/population/v1"

    def __init__(self, rows: Sequence[Row], *, port: int = 0) -> None:
        super().__init__(port=port)
        self.rows = list(rows)

    def respond(self, request: Request) -> Answer:
        """The interface's filters, window and paging."""
        endpoint = request.path.removeprefix(self.base_path).strip("/")
        if endpoint not in {"population", "solutions"}:
            return html_answer("Not found", "No such page", 404)
        rows = [row for row in self.rows if _asked_for(row, request)]
        rows = list(self.visible(sorted(rows, key=lambda row: int(row["year"])), request))
        limit, page = request.whole("limit", 100), request.whole("page", 1)
        items = [dict(row) for row in rows[(page - 1) * limit : page * limit]]
        if endpoint == "solutions":
            items = [solution(row) for row in items]
        pages = -(-len(rows) // limit)
        return json_answer({"page": page, "short-url": "x", "maxPages": pages, "items": items})


def _asked_for(row: Row, request: Request) -> bool:
    first, last = request.value("yearFrom"), request.value("yearTo")
    if first and last and not int(first) <= row["year"] <= int(last):
        return False
    by_iso = (request.value("cf_type") or "").upper() == "ISO"
    for side in ("coo", "coa"):
        code = row[f"{side}_iso"] if by_iso else row[side]
        wanted = request.value(side)
        if request.value(f"{side}_all") != "true" and wanted is not None and code != wanted:
            return False
    return True
