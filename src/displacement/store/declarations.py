"""Which sources and counters are declared? Reads the TOML reference files."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from displacement.normalise.counters import Counters, counters_from
from displacement.sources.source import Declaration
from displacement.store.slips import ReferenceTableError

FILE = "sources.toml"

OWN_HEAD: Final = """\
# Your own settings of the sources. What stands here overrides what the program declares of them;
# lines that begin with # and no space show the defaults: take the # away to change one. Keys are
# never written here: set the variable that `secrets` names in the environment, or make a Prefect
# Secret block with the same name in lower case, with dashes.

"""


@dataclass(frozen=True)
class Declarations:
    """All declared sources, by source_id, and all declared counters."""

    sources: dict[str, Declaration]
    counters: Counters


def load_declarations(folder: Path, own: Path | None = None) -> Declarations:
    """Read the declarations; the user's own file, where there is one, overrides single values.

    Raises ReferenceTableError with the file and what is wrong in it.
    """
    path = folder / FILE
    content = _content(path)
    declared = content.get("sources", {})
    changed = _content(own) if own is not None and own.is_file() else {}
    try:
        return Declarations(
            sources={
                source_id: _declaration(
                    source_id, declared, changed.get("sources", {}), own or path
                )
                for source_id in {**declared, **changed.get("sources", {})}
            },
            counters=counters_from(
                [*changed.get("counters", []), *content["counters"]],
                content["errors"] | changed.get("errors", {}),
                content["kinds"],
            ),
        )
    except KeyError as missing:
        raise ReferenceTableError(f"{path}: the entry {missing} is missing") from missing
    except ReferenceTableError:
        raise
    except (TypeError, ValueError) as wrong:
        raise ReferenceTableError(f"{path}: {wrong}") from wrong


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise ReferenceTableError(f"{path}: it cannot be opened ({wrong.strerror})") from wrong
    except ValueError as wrong:
        raise ReferenceTableError(f"{path}: {wrong}") from wrong


def _declaration(
    source_id: str, declared: dict[str, Any], changed: dict[str, Any], path: Path
) -> Declaration:
    entry = _merged(declared.get(source_id, {}), changed.get(source_id, {}))
    try:
        return Declaration(source_id=source_id, **entry)
    except ValidationError as wrong:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in wrong.errors()
        )
        raise ReferenceTableError(f"{path}: [sources.{source_id}]: {problems}") from wrong


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The values below, overridden by those above; tables are merged, lists replaced."""
    merged = dict(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def own_declarations(folder: Path, environment: Mapping[str, str], countries: Sequence[str]) -> str:
    """A file of sources to begin with: everything declared, commented, ready to be changed.

    Every line shows its default. A source is switched on where nothing it needs is missing.
    """
    declared = load_declarations(folder).sources
    text = (folder / FILE).read_text(encoding="utf-8")
    sections = re.split(r"(?m)^(?=\[)", text)
    kept = [_template(section, declared, environment, countries) for section in sections]
    return OWN_HEAD + "".join(part for part in kept if part)


def _template(
    section: str,
    declared: Mapping[str, Declaration],
    environment: Mapping[str, str],
    countries: Sequence[str],
) -> str:
    header = re.match(r"\[sources\.(\w+)(\.[\w.]+)?\]", section)
    if header is None:
        return ""
    lines = [line if _is_remark(line) else f"#{line}" for line in section.splitlines()[1:]]
    head = [header[0]]
    if header[2] is None:
        lines = [line for line in lines if not re.match(r"#(?:enabled|countries) *=", line)]
        one = declared[header[1]]
        head += _switch(one, environment, countries)
    return "\n".join([*head, *lines]).rstrip() + "\n\n"


def _is_remark(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _switch(
    one: Declaration, environment: Mapping[str, str], countries: Sequence[str]
) -> list[str]:
    """Whether the source is on, why not, and the countries to ask for."""
    missing = [name for name in one.secrets.values() if not environment.get(name)]
    wanted = [name for name in one.open_needs() if name != "countries"]
    why = [f"set {name}" for name in missing] + [f"fill in {name}" for name in wanted]
    state = "true" if not why else f"false  # {', '.join(why)}, then: enabled = true"
    listed = ", ".join(f'"{country}"' for country in countries)
    asked = [f"countries = [{listed}]"] if "countries" in one.needs else []
    return [f"enabled = {state}", *asked]
