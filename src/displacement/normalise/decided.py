"""What can an analyst decide about one record? Beside `corrections`, which applies it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import displacement_schemas as contracts


class Action(StrEnum):
    """What a correction does to its record."""

    ACCEPT = "accept"
    DROP = "drop"
    OVERRIDE = "override"
    FLAG = "flag"
    PREFER = "prefer"


@dataclass(frozen=True)
class Correction:
    """One decision about one record."""

    source_id: str
    record: str
    action: Action
    reason: str
    provider: str
    status: str
    expect: Mapping[str, Any]
    """What the record must still say for the correction to hold."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """The columns that an override sets, and their right values."""

    def __post_init__(self) -> None:
        unknown = {*self.expect, *self.changes} - set(contracts.Records.arrow_schema().names)
        if unknown:
            raise ValueError(f"a record has no column {', '.join(sorted(unknown))}")
