"""Replays recorded answers: given bytes or files for given paths."""

from collections.abc import Mapping
from pathlib import Path

from tests.servers.core import StandIn
from tests.servers.exchange import HTML, JSON, XLSX, Answer, Request, html_answer

TYPES = {
    ".json": JSON,
    ".geojson": JSON,
    ".html": HTML,
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": XLSX,
}


class RecordedServer(StandIn):
    """Serves what it is given, whatever the parameters: `RecordedServer({"/v3/x": path})`.

    A value is bytes (sent as JSON), a file (its type told by its name), or a whole Answer. A
    path may end in "?name=value&…": it then wins where all of these parameters are sent. Other
    paths are 404.
    """

    name = "recorded"

    def __init__(self, answers: Mapping[str, bytes | Path | Answer], *, port: int = 0) -> None:
        super().__init__(port=port)
        self.answers = dict(answers)

    def respond(self, request: Request) -> Answer:
        """The recorded answer of the path."""
        fitting = [asked for asked in self.answers if _fits(asked, request)]
        if not fitting:
            return html_answer("Not found", f"Nothing is recorded for {request.path}", 404)
        recorded = self.answers[max(fitting, key=len)]
        if isinstance(recorded, Answer):
            return recorded
        if isinstance(recorded, bytes):
            return Answer(recorded)
        content_type = TYPES.get(recorded.suffix, "application/octet-stream")
        return Answer(recorded.read_bytes(), content_type=content_type)


def _fits(asked: str, request: Request) -> bool:
    path, _, query = asked.partition("?")
    wanted = [pair.partition("=") for pair in query.split("&") if pair]
    return path.rstrip("/") == request.path.rstrip("/") and all(
        request.value(name) == value for name, _, value in wanted
    )
