"""Below which figures may the reading of the development set not fall?

The floors are data (floors.toml); they are recorded by hand and only ever meant to rise.
"""

import tomllib
from math import floor
from pathlib import Path

from tests.evaluation.scoring import Score

FLOORS = Path(__file__).parent / "floors.toml"
_HEAD = """\
# The figures that the reading of the development set last reached, cut after four digits.
# A test fails below them. Renew: python -m tests.evaluation --record
"""


def load_floors(file: Path = FLOORS) -> dict[str, float]:
    """The floors by the names of `Score.figures`."""
    return tomllib.loads(file.read_text("utf-8"))["floors"] if file.exists() else {}


def record_floors(result: Score, file: Path = FLOORS) -> None:
    """Write the figures of a score as the new floors."""
    lines = [
        f"{name} = {floor(share.value * 10_000) / 10_000}"
        for name, share in result.figures().items()
    ]
    file.write_text(_HEAD + "\n[floors]\n" + "\n".join(lines) + "\n", "utf-8")


def fallen(result: Score, floors: dict[str, float]) -> list[str]:
    """One sentence for each figure that is below its floor or is no longer measured."""
    figures = result.figures()
    return [
        f"{name} fell to {figures[name].value:.4f}, its floor is {least}"
        if name in figures
        else f"{name} has a floor but is no longer measured"
        for name, least in floors.items()
        if name not in figures or figures[name].value < least
    ]
