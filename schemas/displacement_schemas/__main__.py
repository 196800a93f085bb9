"""Writes the data dictionary (`schemas/README.md`) from the contracts, or checks that it is fresh.

`python -m displacement_schemas [--check] FILE`.
"""

import argparse
import sys
from pathlib import Path

from displacement_schemas import INTERNAL, PUBLISHED, rows_of_sources
from displacement_schemas.table import Table

HEAD = """\
# Data dictionary

Generated from the contracts in `displacement_schemas` (`make docs`); do not edit by hand.

A table is declared once, as a pandera model. Its validation, Arrow and Parquet schemas, this
dictionary and each snapshot's `datapackage.json` are all derived from that declaration.
"""


def dictionary() -> str:
    """Every table and column, as Markdown."""
    parts = [HEAD, "## Published tables\n", *map(_section, PUBLISHED)]
    parts += [
        "## Rows of the sources, frames between the stages, and reference tables\n",
        *map(_section, [*rows_of_sources(), *INTERNAL]),
    ]
    return "\n".join(parts)


def _section(model: type[Table]) -> str:
    about = "\n\n".join(
        " ".join(part.split()) for part in (model.__doc__ or "").strip().split("\n\n")
    )
    key = model.to_schema().unique
    lines = [f"### {model.table_name()}\n", about + "\n"]
    if key:
        lines.append(f"Key: {', '.join(f'`{name}`' for name in key)}.\n")
    lines += ["| column | type | unit | null | meaning |", "| --- | --- | --- | --- | --- |"]
    for field in model.arrow_schema():
        notes = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
        null = "yes" if field.nullable else ""
        meaning = notes["description"].replace("|", "\\|") + _choice(model, field.name)
        lines.append(
            f"| {field.name} | {field.type} | {notes.get('unit', '')} | {null} | {meaning} |"
        )
    return "\n".join(lines) + "\n"


def _choice(model: type[Table], name: str) -> str:
    for check in model.to_schema().columns[name].checks:
        if check.name == "isin":
            words = ", ".join(f"`{word}`" for word in check.statistics["allowed_values"])
            return f" One of {words}."
    return ""


def main() -> None:
    """Write or check the dictionary."""
    parser = argparse.ArgumentParser(prog="python -m displacement_schemas", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="fail if the file is out of date")
    asked = parser.parse_args()
    text = dictionary()
    if not asked.check:
        asked.file.write_text(text, encoding="utf-8")
    elif not asked.file.is_file() or asked.file.read_text(encoding="utf-8") != text:
        sys.exit(f"{asked.file} is out of date: run `make docs`")


if __name__ == "__main__":
    main()
