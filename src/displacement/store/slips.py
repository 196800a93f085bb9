"""What is told in a sentence and is no fault of the program? Known without reading any table."""


class ReferenceTableError(ValueError):
    """A reference table cannot be used; the message names file, row and column."""


class ObjectStoreError(OSError):
    """The object storage of a store cannot be used; the message says why."""
