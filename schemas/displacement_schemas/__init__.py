"""Contracts: every table of the system, declared once.

The ground floor: it imports nothing else of ours. A table is loaded when it is first named, so
that who needs only the vocabulary does not wait for pandas.
"""

import pkgutil
from importlib import import_module
from pkgutil import extend_path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from displacement_schemas.areas import Areas
    from displacement_schemas.balance import Balance
    from displacement_schemas.conflicts import Conflicts
    from displacement_schemas.contributions import Contributions
    from displacement_schemas.coverage import Coverage
    from displacement_schemas.described_areas import DescribedAreas
    from displacement_schemas.estimates import Estimates
    from displacement_schemas.estimates_daily import EstimatesDaily
    from displacement_schemas.estimates_monthly import EstimatesMonthly
    from displacement_schemas.extracted_figures import ExtractedFigures
    from displacement_schemas.figure_areas import FigureAreas
    from displacement_schemas.figures import Figures
    from displacement_schemas.figures_file_rows import FiguresFileRows
    from displacement_schemas.household_sizes import HouseholdSizes
    from displacement_schemas.old_codes import OldCodes
    from displacement_schemas.populations import Populations
    from displacement_schemas.rejected import Rejected
    from displacement_schemas.rejected_numbers import RejectedNumbers
    from displacement_schemas.runs import Runs
    from displacement_schemas.sheet_rows import SheetRows
    from displacement_schemas.sources import Sources
    from displacement_schemas.statements import Records, Statements
    from displacement_schemas.stocks import Stocks
    from displacement_schemas.table import Table

    PUBLISHED: tuple[type[Table], ...]
    """The tables of a snapshot, in the order of the data dictionary."""
    INTERNAL: tuple[type[Table], ...]
    """Frames between the stages and reference tables; not published."""

# The contract of a source's rows may live in another folder on the path, like the source itself.
__path__ = extend_path(__path__, __name__)


def rows_of_sources() -> "list[type[Table]]":
    """The contract of each source's own records: every module here whose name ends in `_rows`."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__) if one.name.endswith("_rows"))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    table = _table("Table")
    return [
        model
        for module in modules
        for model in vars(module).values()
        if isinstance(model, type)
        and issubclass(model, table)
        and model.__module__ == module.__name__
    ]


__all__ = [
    "INTERNAL",
    "PUBLISHED",
    "Areas",
    "Balance",
    "Conflicts",
    "Contributions",
    "Coverage",
    "DescribedAreas",
    "Estimates",
    "EstimatesDaily",
    "EstimatesMonthly",
    "ExtractedFigures",
    "FigureAreas",
    "Figures",
    "FiguresFileRows",
    "HouseholdSizes",
    "OldCodes",
    "Populations",
    "Records",
    "Rejected",
    "RejectedNumbers",
    "Runs",
    "SheetRows",
    "Sources",
    "Statements",
    "Stocks",
    "Table",
    "rows_of_sources",
]

_TABLES: Final = {
    "PUBLISHED": (
        "Figures",
        "FigureAreas",
        "Rejected",
        "Estimates",
        "EstimatesDaily",
        "EstimatesMonthly",
        "Stocks",
        "Balance",
        "Contributions",
        "Conflicts",
        "Coverage",
        "Areas",
        "Sources",
        "Runs",
    ),
    "INTERNAL": (
        "ExtractedFigures",
        "RejectedNumbers",
        "Statements",
        "Records",
        "HouseholdSizes",
        "DescribedAreas",
        "OldCodes",
        "Populations",
    ),
}
_MODULES: Final = {"Records": "statements"}


def __getattr__(name: str) -> Any:
    if name in _TABLES:
        value: Any = tuple(_table(one) for one in _TABLES[name])
    elif name in __all__:
        value = _table(name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def _table(name: str) -> Any:
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
    module = import_module(f"{__name__}.{_MODULES.get(name, snake.lstrip('_'))}")
    return getattr(module, name)
