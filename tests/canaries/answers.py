"""Stand-in servers whose answers hold canaries beside, within and instead of what is asked for."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.canaries.files import FLED
from tests.canaries.flock import Flock
from tests.servers.core import StandIn
from tests.servers.dtm import DtmServer
from tests.servers.exchange import Answer, Request, dump, json_answer
from tests.servers.hapi import HapiServer
from tests.servers.idmc import IdmcServer
from tests.servers.kobo import KoboServer
from tests.servers.odk import OdkServer
from tests.servers.odp import OdpServer
from tests.servers.rdf import RdfServer
from tests.servers.reliefweb import ReliefWebServer
from tests.servers.workbooks import WorkbookServer

NUMBERS: Final = re.compile(r"[\d.:TZ+-]{2,}|SY\d+")
KEPT: Final = re.compile(r"^(next|maxPages|page|.*count|.*_?_id|.*_code|_uuid)$|Date$")
"""What makes an answer one, and codes, which some answers put into words."""
ROWS_AT: Final = ("result", "results", "items", "data", "value", "timeseries")
"""Where answers keep their rows."""


@dataclass(frozen=True)
class Servers:
    """One stand-in for each source that asks over the wire, by its source_id."""

    by_source: Mapping[str, StandIn]

    def __getitem__(self, source_id: str) -> Any:
        return self.by_source[source_id]


@contextmanager
def planted_servers(flock: Flock) -> Iterator[Servers]:
    """All of them, running, with canaries in every row."""
    servers: list[StandIn] = [
        DtmServer(rows=60, seed=1, countries=["HTI"]),
        RdfServer(rows=60, seed=1),
        OdpServer(rows=60),
        HapiServer(rows=60),
        IdmcServer(rows=60),
        ReliefWebServer(rows=30),
        KoboServer(rows=30),
        OdkServer(rows=30),
        WorkbookServer(rows=40),
    ]
    _plant_reports(servers[5], flock)
    for server in servers:
        beside = _beside(flock, f"{server.source_id}'s row")
        change_answers(server, lambda answer, beside=beside: _with_more(answer, beside))
    with ExitStack() as stack:
        running = {server.source_id: stack.enter_context(server) for server in servers}
        yield Servers(running)


def change_answers(server: StandIn, change: Callable[[Any], Any]) -> None:
    """From now on a server's JSON is changed before it is sent."""
    plain = server.respond

    def respond(request: Request) -> Answer:
        answer = plain(request)
        if "json" not in answer.content_type or answer.status != 200:
            return answer
        changed = change(json.loads(answer.whole_body() or b"null"))
        return replace(answer, body=dump(changed))

    server.respond = respond  # type: ignore[method-assign]


def refuse_with(server: StandIn, status: int, body: Any) -> None:
    """From now on a server answers every request with an error."""
    server.respond = lambda _: json_answer(body, status)  # type: ignore[method-assign]


def _beside(flock: Flock, where: str) -> dict[str, Any]:
    """Columns that nobody asked for."""
    return {
        "enumeratorName": flock.name(where),
        "phonenumber": flock.phone(where),
        "deviceid": flock.device(where),
        "username": flock.account(where),
        "gps": flock.position(where),
        "contact": {"name": flock.arabic_name(where), "mail": flock.mail(where)},
        "notes": [flock.words(where)],
    }


def _with_more(document: Any, beside: Mapping[str, Any]) -> Any:
    """The document with more columns in each of its rows."""
    if isinstance(document, list):
        return [one | beside if isinstance(one, dict) else one for one in document]
    for name in ROWS_AT:
        if isinstance(document, dict) and isinstance(document.get(name), list | dict):
            document[name] = _with_more(document[name], beside)
    return document


def spoil_rows(flock: Flock, where: str) -> Callable[[Any], Any]:
    """Answers in whose rows names stand for numbers, codes and days, or instead of rows."""
    words = [flock.name(f"{where}'s spoilt row") for _ in range(4)]

    def spoilt(document: Any) -> Any:
        if isinstance(document, list):
            return [*(_spoilt(row, words[0]) for row in document), *words[1:3], [words[3]]]
        for name in ROWS_AT:
            if isinstance(document, dict) and isinstance(document.get(name), list | dict):
                document[name] = spoilt(document[name])
        return document

    return spoilt


def spoil_values(flock: Flock, where: str) -> Callable[[Any], Any]:
    """The same for servers whose answers have to be rows throughout."""
    word = flock.name(f"{where}'s spoilt value")
    return lambda document: _spoilt(document, word)


def _spoilt(value: Any, word: str) -> Any:
    """The value with the word for every number, code and day below the rows."""
    if isinstance(value, dict):
        return {
            name: one if KEPT.search(name) else _spoilt(one, word) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_spoilt(one, word) for one in value]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return word if number or (isinstance(value, str) and NUMBERS.fullmatch(value)) else value


def _plant_reports(server: StandIn, flock: Flock) -> None:
    assert isinstance(server, ReliefWebServer)
    one, two = flock.name("report's speaker"), flock.name("report's speaker")
    french, arabic = flock.name("french report's speaker"), flock.arabic_name("report's speaker")
    bodies = {
        "en": f"By {flock.name('report byline')}\n\n{FLED.format(people='4,100')}, said {one}, a "
        f"teacher. {two}, 44, told us more: {flock.phone('report')} [mail]"
        f"(mailto:{flock.mail('report link')}).",
        "fr": f"Plus de 4 200 personnes ont fui Idlib, a affirmé {french}, médecin.",
        "ar": f"وأكد {arabic} أن 4300 شخص نزحوا من إدلب يوم الاثنين.",
    }
    for language, body in bodies.items():
        server.publish(
            body=body,
            iso3="SYR",
            language=language,
            format="Situation Report",
            title=f"Update, {flock.mail('report title')}",
            has_file=language == "en",
        )
