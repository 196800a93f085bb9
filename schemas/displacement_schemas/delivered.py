"""What the rows of every source that answers over the wire share: their place in the answer."""

from typing import Final

from pandera.typing import Series

from displacement_schemas.table import Table, Whole, field

ISO_DAY: Final = r"^\d{4}-\d{2}-\d{2}(?:[T ].*)?$"
"""A day, with or without a time of day behind it."""


class Delivered(Table):
    """One row as a source delivered it: the source's own columns, under the source's own names."""

    row: Series[Whole] = field("Its place in the answer, from 1.", ge=1)
