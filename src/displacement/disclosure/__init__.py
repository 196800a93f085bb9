"""Which numbers would point at people? Small ones are withheld before anything is published.

Pure, between reconciliation and publication (DESIGN 7): numbers below a threshold at admin
level 3 and below, and as few others as needed so that no sum gives them back.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from displacement.disclosure import veil
from displacement.disclosure.lines import Small
from displacement.disclosure.verdict import Verdict, judge, small_figures
from displacement.reconcile import Reconciliation
from displacement_schemas import EstimatesDaily, Figures, Stocks

__all__ = ["Disclosed", "disclose"]


@dataclass(frozen=True)
class Disclosed:
    """What may be published, and the figures as they were that lost numbers or words."""

    tables: dict[str, Any]
    totals: pd.DataFrame
    stretches: pd.DataFrame
    withheld: DataFrame[Figures]


def disclose(
    tables: dict[str, Any],
    reconciled: Reconciliation,
    totals: pd.DataFrame,
    stretches: pd.DataFrame,
    threshold: float,
) -> Disclosed:
    """The publication without what could point at people; a threshold of 0 withholds nothing."""
    small = Small(threshold, small_figures(tables, reconciled.tree, threshold))
    verdict = judge(tables, reconciled, small)
    figures = tables["figures"]
    withheld = _withheld_figures(figures, verdict, small)
    veiled = tables | {
        "figures": veil.figures_without(figures, withheld),
        "estimates": veil.cells_without(tables["estimates"], verdict),
        "estimates_daily": veil.days_without(tables["estimates_daily"], EstimatesDaily, verdict),
        "estimates_monthly": veil.months_without(tables["estimates_monthly"], verdict),
        "stocks": veil.days_without(tables["stocks"], Stocks, verdict),
        "contributions": veil.contributions_without(tables["contributions"], verdict),
        "conflicts": veil.conflicts_without(tables["conflicts"], verdict),
    }
    lost_words = figures["quote"].notna() & veiled["figures"]["quote"].isna()
    kept_back = Figures.in_order(figures[lost_words | figures["figure_id"].isin(withheld)])
    veiled["rejected"] = veil.rejected_without(tables["rejected"], kept_back)
    veiled["runs"] = veil.runs_without(tables["runs"], set(kept_back["source_id"]))
    return Disclosed(
        tables=veiled,
        totals=veil.totals_without(totals, verdict),
        stretches=veil.stretches_without(stretches, verdict, reconciled.tree),
        withheld=kept_back,
    )


def _withheld_figures(figures: DataFrame[Figures], verdict: Verdict, small: Small) -> set[str]:
    speaking = {name for key in verdict.keys if key[0] == "figures" for name in key[1]}
    judged = verdict.judged - speaking
    return veil.repeated_by(figures, speaking, judged) | small.figures | speaking
