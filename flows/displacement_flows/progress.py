"""What is the run doing now? Flows say it; the log and the terminal listen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.logging import get_run_logger

_listeners: list[Callable[[str], None]] = []


def say(text: str) -> None:
    """Tell the flow run's log, and whoever listens, what happens now."""
    get_run_logger().info(text)
    for listener in _listeners:
        listener(text)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Hear what flows of this process say."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
