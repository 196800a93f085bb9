"""Whatever is wrong with the inbox: one rejection that helps, and no good row is lost."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from displacement_schemas import Estimates, EstimatesDaily, Rejected, Stocks
from tests.runs import DATA, UNHCR, Run, run, write_figures

SOURCES = ("documents", "figures_file", "sheets")
HAMA = UNHCR | {"record_id": "hama", "areas": "SY05"}
GOOD = "un_agencies.csv"


def appended(**changes: object) -> Callable[[Path], None]:
    """A bad row below the good rows of the example."""

    def spoil(inbox: Path) -> None:
        path = inbox / "figures" / GOOD
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        row = {name: str((HAMA | changes).get(name, "")) for name in frame.columns}
        pd.concat([frame, pd.DataFrame([row])]).to_csv(path, index=False)

    return spoil


def put(name: str, content: bytes) -> Callable[[Path], None]:
    """A bad file beside the good ones."""
    return lambda inbox: (inbox / name).write_bytes(content) and None


def without(column: str) -> Callable[[Path], None]:
    """A figures file that lacks a column."""
    row = {name: value for name, value in HAMA.items() if name != column}
    return lambda inbox: write_figures(inbox, [row], "bad.csv") and None


def copied(inbox: Path) -> None:
    """The good file a second time."""
    shutil.copy(inbox / "figures" / GOOD, inbox / "figures" / "un_agencies_copy.csv")


@dataclass(frozen=True)
class Case:
    """What is put into the inbox, and what the rejection has to say."""

    source: str
    spoil: Callable[[Path], None]
    file: str
    check: str
    words: str
    row: int | None = None
    column: str | None = None


IN_GOOD = f"figures/{GOOD}"
CASES = {
    "a missing column": Case(
        "figures_file",
        without("stated"),
        "figures/bad.csv",
        "missing_column",
        "row 1: the column 'stated' is missing",
        column="stated",
    ),
    "an impossible date": Case(
        "figures_file",
        appended(start_date="2017-02-30"),
        IN_GOOD,
        "readable",
        "'2017-02-30' is no day; write it as 2018-01-31",
        row=4,
        column="start_date",
    ),
    "an end before its start": Case(
        "figures_file",
        appended(end_date="2017-10-01"),
        IN_GOOD,
        "end_before_start",
        "the period ends (2017-10-01) before it starts (2017-11-01)",
        row=4,
        column="end_date",
    ),
    "a negative count": Case(
        "figures_file",
        appended(stated="-60000"),
        IN_GOOD,
        "readable",
        "“-60000” is negative, and a count cannot be negative",
        row=4,
        column="stated",
    ),
    "an unknown quantifier": Case(
        "figures_file",
        appended(quantifier="about"),
        IN_GOOD,
        "vocabulary",
        "'about' is none of: exact, approximately, more_than",
        row=4,
        column="quantifier",
    ),
    "an unreadable workbook": Case(
        "sheets",
        put("volunteers/broken.xlsx", b"PK\x03\x04 not a workbook"),
        "volunteers/broken.xlsx",
        "unreadable_file",
        "cannot be opened as a xlsx file",
    ),
    "an empty file": Case(
        "figures_file",
        put("figures/empty.csv", b""),
        "figures/empty.csv",
        "empty_file",
        "the file is empty",
    ),
    "a text without figures": Case(
        "documents",
        put("reports/2018-01-09-quiet.txt", b"The roads were empty, and nobody came.\n"),
        "reports/2018-01-09-quiet.txt",
        "no_figures",
        "none of its 0 numbers is a displacement figure",
    ),
    "the same file twice": Case(
        "figures_file",
        copied,
        "figures/un_agencies_copy.csv",
        "identical_file",
        "this is the same file as figures/un_agencies.csv; it was counted once",
    ),
    "an unknown area code": Case(
        "figures_file",
        appended(areas="SY99", area_text=""),
        IN_GOOD,
        "unknown_area",
        "SY99 looks like a code, but no area that we know has it",
        row=4,
        column="areas",
    ),
    "an unknown area name": Case(
        "figures_file",
        appended(areas="", area_text="Sarmadda"),
        IN_GOOD,
        "unknown_area",
        "“Sarmadda”; nearest are Sarmin (SY070006)",
        row=4,
        column="area_text",
    ),
}


@dataclass(frozen=True)
class Good:
    """The example inbox, published."""

    folder: Path
    run: Run

    def table(self, model: type) -> pd.DataFrame:
        """A table as it was published."""
        return self.run.published.snapshot.read(model)


@pytest.fixture(scope="module")
def good(tmp_path_factory, reference) -> Good:
    """A store and an inbox that tests copy."""
    folder = tmp_path_factory.mktemp("good")
    inbox = shutil.copytree(DATA / "inbox", folder / "inbox")
    return Good(folder, run(folder / "store", Path(inbox), reference, sources=SOURCES))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_bad_input_is_one_rejection_and_costs_no_good_row(good, case, tmp_path, reference):
    folder = Path(shutil.copytree(good.folder, tmp_path / "spoiled", symlinks=True))
    case.spoil(folder / "inbox")
    made = run(folder / "store", folder / "inbox", reference, sources=[case.source])

    snapshot, before = made.published.snapshot, good.table(Rejected)
    assert made.published.is_new
    rejected = snapshot.read(Rejected)
    [row] = rejected[~rejected["rejected_id"].isin(before["rejected_id"])].to_dict("records")
    assert set(before["rejected_id"]) <= set(rejected["rejected_id"])
    assert (row["source_id"], row["file"]) == (case.source, case.file)
    assert (row["row"], row["column"]) == (case.row, case.column)
    assert row["check"] == case.check
    assert row["reason"].startswith((case.file, Path(case.file).name))
    assert case.words in row["reason"]
    if case.row:
        assert f"{case.file}, row {case.row}, column '{case.column}': " in row["reason"]

    outcome, earlier = made.outcomes[case.source], good.run.outcomes[case.source]
    assert outcome.rows_in == outcome.accepted + outcome.rejected
    assert outcome.rejected == earlier.rejected + 1
    assert outcome.accepted == earlier.accepted
    assert (outcome.revised, outcome.withdrawn) == (0, 0)
    for model in (Estimates, EstimatesDaily, Stocks):
        pd.testing.assert_frame_equal(snapshot.read(model), good.table(model))


def test_the_example_itself_is_published_with_what_it_rejects(good):
    for source, outcome in good.run.outcomes.items():
        rejected = good.table(Rejected)
        assert (rejected["source_id"] == source).sum() == outcome.rejected
        assert outcome.complete
    assert good.table(Estimates)["value"].sum() > 60_000
