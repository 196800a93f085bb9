"""Which source modules are there? Every module of this package that defines a SOURCE.

Adding a source needs no edit here: the registry looks, and fails loudly.
"""

import importlib
import pkgutil
from types import ModuleType

import displacement.sources
from displacement.sources.source import Source

NOT_SOURCES = frozenset(
    {
        *("area_words", "enumerators", "file_names", "forms", "personal", "registry", "sidecar"),
        *("source", "wire"),
    }
)


def find_source(source_id: str) -> Source:
    """The source of this name.

    Raises LookupError where there is no such module, or where it defines no usable SOURCE.
    """
    if source_id not in source_ids():
        known = ", ".join(source_ids())
        raise LookupError(f"there is no source {source_id!r}; there are: {known}")
    module = importlib.import_module(f"{displacement.sources.__name__}.{source_id}")
    return _source_of(module, source_id)


def source_ids() -> list[str]:
    """The names of all source modules, in alphabetical order."""
    names = {module.name for module in pkgutil.iter_modules(displacement.sources.__path__)}
    return sorted(names - NOT_SOURCES)


def _source_of(module: ModuleType, source_id: str) -> Source:
    source: Source | None = getattr(module, "SOURCE", None)
    if source is None:
        raise LookupError(f"{module.__name__} defines no SOURCE")
    if source.source_id != source_id:
        raise LookupError(
            f"{module.__name__} calls its source {source.source_id!r}; the name of the module "
            f"and of the source must be the same"
        )
    return source
