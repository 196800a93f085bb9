"""Runs a stand-in by hand: `python -m tests.servers dtm --port 8001`, until Ctrl-C."""

import argparse
import inspect
import sys
from collections.abc import Sequence

from displacement.store.declarations import load_declarations
from tests.runs import REFERENCE
from tests.servers.core import StandIn
from tests.servers.dtm import DtmServer
from tests.servers.hapi import HapiServer
from tests.servers.idmc import IdmcServer
from tests.servers.kobo import KoboServer
from tests.servers.misbehaviour import KINDS, parse_order
from tests.servers.odk import OdkServer
from tests.servers.odp import OdpServer
from tests.servers.rdf import RdfServer
from tests.servers.reliefweb import ReliefWebServer
from tests.servers.workbooks import WorkbookServer

SERVERS: tuple[type[StandIn], ...] = (
    DtmServer,
    RdfServer,
    OdpServer,
    HapiServer,
    IdmcServer,
    ReliefWebServer,
    KoboServer,
    OdkServer,
    WorkbookServer,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the stand-in that is asked for, say how to use it, and serve until Ctrl-C."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    kind = next(server for server in SERVERS if server.name == asked.server)
    wanted = {"rows": asked.rows, "seed": asked.seed, "port": asked.port, "key": asked.key}
    known = inspect.signature(kind).parameters
    given = {name: value for name, value in wanted.items() if value is not None}
    if unknown := sorted(set(given) - set(known)):
        parser.error(f"{kind.name} has no {', '.join(unknown)}.")
    server = kind(**given)
    for text in asked.misbehave:
        order = parse_order(text)
        if not (order.kind.isdecimal() or order.kind in KINDS or order.kind in kind.own_kinds):
            parser.error(f"{kind.name} has no misbehaviour {order.kind!r}.")
        server.obey(order)
    with server:
        _say(describe(server))
        _serve(server)
    return 0


def describe(server: StandIn) -> str:
    """Where a running stand-in is, and what `sources.toml` and the environment say to use it."""
    settings = server.settings()
    key = settings.pop("key", "")
    url = settings.pop("url", "")
    declared = load_declarations(REFERENCE).sources[server.source_id]
    lines = [
        f"{server.name} stands in at {server.url}. Ctrl-C ends it. In sources.toml:",
        "",
        f"[sources.{server.source_id}]",
        "enabled = true",
        *(['countries = ["SYR"]'] if "countries" in declared.needs else []),
        *(["", f"[sources.{server.source_id}.http]", f'url = "{url}"'] if url else []),
        "",
        *(f"# {name}: {value}" for name, value in settings.items()),
    ]
    given = {"email": settings.get("mail", "")}
    lines += [
        f"export {variable}={given.get(role) or key}" for role, variable in declared.secrets.items()
    ]
    return "\n".join(lines)


def _serve(server: StandIn) -> None:
    """Say what is asked, without queries and headers: they may hold a key."""
    said = 0
    try:
        while not server.stopping.wait(0.2):
            for request in server.requests[said:]:
                _say(f"{request.method} {request.path}")
                said += 1
    except KeyboardInterrupt:
        _say("")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers",
        description="Small servers on loopback that behave like the interfaces we read.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("server", choices=[server.name for server in SERVERS])
    parser.add_argument("--port", type=int, default=0, help="a free one if not given")
    parser.add_argument("--rows", type=int, help="how many rows there are, 10 to 1,000,000")
    parser.add_argument("--seed", type=int, help="another seed, other rows")
    parser.add_argument("--key", help="the key (token, client id, appname) that is good")
    parser.add_argument(
        "--misbehave",
        action="append",
        default=[],
        metavar="KIND[,times=2][,retry_after=1]…",
        help="how to misbehave; may be given several times",
    )
    return parser


def _epilog() -> str:
    servers = [f"  {server.name:<11}{_about(server)}" for server in SERVERS]
    kinds = [f"  {kind:<17}{what}" for kind, what in KINDS.items()]
    own = [
        f"  {kind:<17}{server.name}: {what}"
        for server in SERVERS
        for kind, what in server.own_kinds.items()
    ]
    return "\n".join(["servers:", *servers, "", "misbehaviour:", *kinds, *own])


def _about(server: type[StandIn]) -> str:
    return (server.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
