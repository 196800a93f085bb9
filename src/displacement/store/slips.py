"""What is said where a file that people edit cannot be used? Known without reading any table."""


class ReferenceTableError(ValueError):
    """A reference table cannot be used; the message names file, row and column."""
