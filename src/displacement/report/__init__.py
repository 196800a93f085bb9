"""What does a reader in a hurry see of a snapshot? One HTML page, and one picture.

Frames in, text or bytes out: reading and writing files is the store's work. The charting
library is imported only when something is drawn.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from displacement.report.publication import Publication

if TYPE_CHECKING:
    from displacement.report.page import render_page
    from displacement.report.picture import draw_picture

__all__ = ["Publication", "can_draw", "draw_picture", "render_page"]


def can_draw() -> bool:
    """Whether the extra `report` is installed, without which there is no page and no picture."""
    return all(find_spec(name) for name in ("altair", "jinja2", "vl_convert"))


def __getattr__(name: str) -> Any:
    if name == "render_page":
        from displacement.report.page import render_page  # noqa: PLC0415 - imported on first use

        return render_page
    if name == "draw_picture":
        from displacement.report.picture import draw_picture  # noqa: PLC0415 - as above

        return draw_picture
    raise AttributeError(f"module {__name__} has no attribute {name}")
