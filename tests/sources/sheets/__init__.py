"""Volunteers' sheets: where their tables are, what rows state, what never lands."""
