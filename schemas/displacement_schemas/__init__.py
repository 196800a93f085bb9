"""Contracts: every table of the system, declared once.

The ground floor: it imports nothing else of ours.
"""

import importlib
import pkgutil
from pkgutil import extend_path
from typing import Final

from displacement_schemas.areas import Areas
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
from displacement_schemas.rejected import Rejected
from displacement_schemas.rejected_numbers import RejectedNumbers
from displacement_schemas.runs import Runs
from displacement_schemas.sheet_rows import SheetRows
from displacement_schemas.sources import Sources
from displacement_schemas.statements import Records, Statements
from displacement_schemas.stocks import Stocks
from displacement_schemas.table import Table

# The contract of a source's rows may live in another folder on the path, like the source itself.
__path__ = extend_path(__path__, __name__)

PUBLISHED: Final[tuple[type[Table], ...]] = (
    Figures,
    FigureAreas,
    Rejected,
    Estimates,
    EstimatesDaily,
    EstimatesMonthly,
    Stocks,
    Contributions,
    Conflicts,
    Coverage,
    Areas,
    Sources,
    Runs,
)
"""The tables of a snapshot, in the order of the data dictionary."""

INTERNAL: Final[tuple[type[Table], ...]] = (
    ExtractedFigures,
    RejectedNumbers,
    Statements,
    Records,
    HouseholdSizes,
    DescribedAreas,
)
"""Frames between the stages and reference tables; not published."""


def rows_of_sources() -> list[type[Table]]:
    """The contract of each source's own records: every module here whose name ends in `_rows`."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__) if one.name.endswith("_rows"))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [
        model
        for module in modules
        for model in vars(module).values()
        if isinstance(model, type)
        and issubclass(model, Table)
        and model.__module__ == module.__name__
    ]


__all__ = [
    "INTERNAL",
    "PUBLISHED",
    "Areas",
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
