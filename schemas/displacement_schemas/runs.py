"""The table `runs`: what every run took in and what became of it."""

from pandera.typing import Series

from displacement_schemas.table import Day, Flag, Instant, Table, Text, Whole, field


class Runs(Table):
    """One source in one run: rows in are rows accepted plus rows rejected."""

    run_id: Series[Text] = field("The run.")
    started_at: Series[Instant] = field("When it started.")
    source_id: Series[Text] = field("The source it asked.")
    failed: Series[Flag] = field("True where the source failed; its last good data stays.")
    complete: Series[Flag] = field(
        "True where everything that was asked for was answered, believed and taken.", nullable=True
    )
    first_day: Series[Day] = field("First of the days that were asked for.", nullable=True)
    last_day: Series[Day] = field("Last of the days that were asked for.", nullable=True)
    rows_in: Series[Whole] = field("Rows (or numbers of texts) that arrived.", unit="rows", ge=0)
    accepted: Series[Whole] = field("Rows that became figures.", unit="rows", ge=0)
    rejected: Series[Whole] = field("Rows that went to `rejected`.", unit="rows", ge=0)
    new: Series[Whole] = field("Figures not known before.", unit="figures", ge=0)
    revised: Series[Whole] = field("Figures that changed.", unit="figures", ge=0)
    withdrawn: Series[Whole] = field("Figures that vanished.", unit="figures", ge=0)
    signals: Series[Text] = field("What looked wrong, sentences joined by a line.", nullable=True)
    message: Series[Text] = field("The outcome in words.")

    class Config:
        unique = ["run_id", "source_id"]
        metadata = {"sort_by": ["started_at", "run_id", "source_id"]}
