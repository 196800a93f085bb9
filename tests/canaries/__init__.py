"""Invented personal data planted in every input of a run, and the search for it in all outputs."""
