"""What stands in the file beside a sheet or a report? Its facts; where it is wrong, only the place.

Sidecars are written by hand: whatever does not belong there could be a name, and is never quoted.
"""

import re
import tomllib
from pathlib import Path
from typing import Any


def read_sidecar(path: Path) -> dict[str, Any]:
    """The facts of `<stem>.toml`; none where there is no such file.

    Raises ValueError with the end of a sentence where it is no TOML file.
    """
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError("is no UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as wrong:
        place = re.search(r"line \d+, column \d+", str(wrong))
        raise ValueError(f"is no TOML file{f'; look at {place[0]}' if place else ''}") from None
