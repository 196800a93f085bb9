"""What did one source's part of a run, or one window of a backfill, come to?"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Outcome:
    """What one source's part of a run came to."""

    source_id: str
    message: str
    failed: bool = False
    rows_in: int = 0
    accepted: int = 0
    rejected: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    signals: tuple[str, ...] = ()
    complete: bool = True
    """False where too many rows were rejected, or a file failed or was held back."""
    whole: bool = True
    """False where something could not be asked or was held back: it has to be asked again."""
    first_day: date | None = None
    last_day: date | None = None
    """The days that were asked for."""
