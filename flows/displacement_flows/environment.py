"""How is Prefect told to keep to itself? Set before it is imported; what the user set stays."""

import os

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_WRAP_LINES": "false",
    # The first start of all makes Prefect's database; on a busy machine that takes a while.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}


def keep_prefect_quiet() -> None:
    """No outbound calls, and no log lines among the answer."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
