"""Why does a file give no text? The error that says so, for all that read files."""


class UnreadableError(ValueError):
    """A file that gives no text; the message says why and what to do."""
