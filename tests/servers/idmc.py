"""Stand-in of IDMC's Helix: the IDU feed behind a redirect to a signed dump, and GIDD's lists."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import ClassVar
from urllib.parse import urlencode

from tests.servers.core import StandIn
from tests.servers.exchange import Answer, Json, Request, dump, html_answer, json_answer
from tests.servers.idmc_feed import COUNTRIES, TODAY, Feed, Row
from tests.servers.misbehaviour import Misbehaviour

DUMPS = {
    "/idus/last-180-days": "idus-last-180-days",
    "/idus/all": "idus-all",
    "/idus/all/disaster": "idus-all-disaster",
}
SIGNATURE = "stand-in-signature"


class IdmcServer(StandIn):
    """helix-tools-api.idmcdb.org/external-api: `rows` figures in idus/all, newest first.

    The dump lies on another host (`site_url("dump")`, requests with site "dump"), which wants its
    signature and no client id; to spoil the dump, order with path="/media". Between two runs:
    `flip_roles`, `vanish`, `edit`, `add`. The key is the client id; `inactive` are deactivated.
    """

    name: ClassVar[str] = "idmc"
    source_id: ClassVar[str] = "idmc_idu"
    base_path: ClassVar[str] = "/external-api"
    own_kinds: ClassVar[dict[str, str]] = {
        "no_dump": "404 with [] as there is no dump",
        "pending": "202 with [] as the dump is being made",
        "failed_dump": "500 with [] as making the dump failed",
        "deactivated": "the client id is known and deactivated",
        "expired_link": "the signed address of the dump is no longer good",
    }

    def __init__(
        self,
        *,
        rows: int = 1000,
        seed: int = 1,
        inactive: Sequence[str] = ("inactive-client",),
        key: str = "stand-in-client",
        port: int = 0,
    ) -> None:
        super().__init__(key=key, port=port)
        self.inactive = tuple(inactive)
        self.add_site("dump")
        self._feed = Feed(rows, seed)

    @property
    def rows(self) -> list[Row]:
        """All rows of idus/all."""
        return list(self._feed.rows())

    @property
    def last_180_days(self) -> list[Row]:
        """The rows of idus/last-180-days."""
        return list(self._feed.rows(recent=True))

    def flip_roles(self, count: int = 1) -> list[int]:
        """Turn recommended figures into triangulation, as revisions do; returns their ids."""
        chosen = self._feed.recommended()[:count]
        for row in chosen:
            self._feed.changes[row] |= {"role": "Triangulation"}
        return [self._feed.identifier(row) for row in chosen]

    def vanish(self, count: int = 1) -> list[int]:
        """Let figures vanish without a tombstone; returns their ids."""
        chosen = self._feed.recommended()[-count:]
        self._feed.gone.update(chosen)
        return [self._feed.identifier(row) for row in chosen]

    def edit(self, count: int = 1, factor: int = 10) -> list[int]:
        """Multiply figures; created_at stays; returns their ids."""
        chosen = self._feed.recommended()[count : 2 * count]
        for row in chosen:
            self._feed.changes[row] |= {"figure": self._feed.figure(row) * factor}
        return [self._feed.identifier(row) for row in chosen]

    def add(self, **fields: Json) -> Row:
        """Add a figure: like the newest one but for its id and the given fields."""
        first = next(self._feed.rows())
        new = first | {"id": self._feed.next_id()} | fields
        self._feed.added.append(new)
        return new

    def refuse(self, request: Request) -> Answer:
        """An unknown client id, or a signature that has run out."""
        if request.site == "dump":
            return _no_access()
        return json_answer({"detail": "Client is not registered."}, 403)

    def special(self, order: Misbehaviour, request: Request) -> Answer:
        """The states of a dump and of a client."""
        if request.site == "dump":
            return _no_access() if order.kind == "expired_link" else self._dump(request)
        statuses = {"no_dump": 404, "pending": 202, "failed_dump": 500}
        if order.kind in statuses:
            return json_answer([], statuses[order.kind])
        if order.kind == "deactivated":
            return json_answer({"detail": "Client is deactivated."}, 403)
        return self.respond(request)

    def respond(self, request: Request) -> Answer:
        """A redirect to the dump, or the dump."""
        if request.site == "dump":
            return self._dump(request)
        return self._to_slash(request) or self._refusal(request) or self._api(request)

    def _to_slash(self, request: Request) -> Answer | None:
        if not request.path.endswith("/"):
            query = urlencode(request.query, doseq=True)
            return Answer(status=301, headers={"Location": f"{request.path}/?{query}"})
        return None

    def _refusal(self, request: Request) -> Answer | None:
        client = request.value("client_id")
        if client in self.inactive:
            return json_answer({"detail": "Client is deactivated."}, 403)
        return None if client == self.key else self.refuse(request)

    def _api(self, request: Request) -> Answer:
        path = request.path.rstrip("/").removeprefix(self.base_path)
        if path in DUMPS:
            name = f"/media/external-api-dump/{DUMPS[path]}.json"
            signed = f"{self.site_url('dump')}{name}?X-Amz-Signature={SIGNATURE}"
            return Answer(status=302, content_type="text/html", headers={"Location": signed})
        lists = {"/gidd/displacements": self._gidd, "/gidd/countries": _gidd_countries}
        if path in lists:
            return self._listed(request, lists[path]())
        if path == "/idus/references":
            countries = [{"iso3": iso3, "name": name} for iso3, (name, *_) in COUNTRIES.items()]
            return json_answer({"countries": countries, "typologies": []})
        return html_answer("Not Found", "<h1>Not Found</h1>", 404)

    def _dump(self, request: Request) -> Answer:
        if request.value("X-Amz-Signature") != SIGNATURE:
            return _no_access()
        name = request.path.rpartition("/")[2].removesuffix(".json")
        if name not in DUMPS.values():
            return _no_access()
        rows = self._feed.rows(
            recent=name == "idus-last-180-days",
            disasters=name == "idus-all-disaster",
            share=request.share,
        )
        return Answer(_written(rows), content_type="application/json")

    def _gidd(self) -> list[Row]:
        """Country years; a country year with nothing of a kind publishes null, not zero."""
        sums: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._feed.rows():
            if row["role"] == "Recommended figure":
                year = int(row["displacement_end_date"][:4])
                sums[row["iso3"], year][row["displacement_type"]] += row["figure"]
        return [
            {"iso3": iso3, "country_name": COUNTRIES[iso3][0], "year": year}
            | _kind("conflict", kinds.get("Conflict"))
            | _kind("disaster", kinds.get("Disaster"))
            for (iso3, year), kinds in sorted(sums.items())
        ]

    def _listed(self, request: Request, rows: Sequence[Row]) -> Answer:
        """Limit and offset, 20 rows by default, with filters by country and year."""
        known = {"client_id", "limit", "offset", "iso3", "iso3__in", "start_year", "end_year"}
        if unknown := sorted(set(request.query) - known - {"ordering", "format"}):
            return json_answer({name: ["Unknown filter."] for name in unknown}, 400)
        codes = (request.value("iso3") or request.value("iso3__in") or "").split(",")
        first, last = request.whole("start_year", 0), request.whole("end_year", 9999)
        found = [
            row
            for row in rows
            if codes == [""] or row["iso3"] in codes
            if first <= row.get("year", first) <= last
        ]
        limit, offset = request.whole("limit", 20), request.whole("offset", 0)
        query = {name: values[0] for name, values in request.query.items()}
        there = f"{self.url}{request.path}?"
        later = urlencode(query | {"limit": limit, "offset": offset + limit})
        earlier = urlencode(query | {"limit": limit, "offset": max(0, offset - limit)})
        return json_answer(
            {
                "last_updated": f"{TODAY.isoformat()}T02:00:00Z",
                "count": len(found),
                "next": there + later if offset + limit < len(found) else None,
                "previous": there + earlier if offset else None,
                "results": found[offset : offset + limit],
            }
        )


def _written(rows: Iterator[Row]) -> Iterator[bytes]:
    block: list[bytes] = []
    before = b"["
    for row in rows:
        block.append(dump(row))
        if len(block) == 500:
            yield before + b",".join(block)
            before, block = b",", []
    yield before + b",".join(block) + b"]" if block else b"[]" if before == b"[" else b"]"


def _no_access() -> Answer:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'
    return Answer(text.encode(), 403, "application/xml")


def _kind(name: str, flow: int | None) -> Row:
    total = None if flow is None else flow // 3
    return {
        f"{name}_new_displacement": flow,
        f"{name}_new_displacement_rounded": None if flow is None else _rounded(flow),
        f"{name}_total_displacement": total,
        f"{name}_total_displacement_rounded": None if total is None else _rounded(total),
    }


def _rounded(people: int) -> int:
    return round(people, 2 - len(str(people))) if people else 0


def _gidd_countries() -> list[Row]:
    return [{"iso2": iso3[:2], "iso3": iso3, "country_name": name}
            for iso3, (name, *_) in COUNTRIES.items()]  # fmt: skip
