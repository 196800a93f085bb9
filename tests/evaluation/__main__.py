"""Score the reading of the development set by hand: `python -m tests.evaluation`.

Exit status 1 when a figure is below its floor.
"""

import argparse
import sys
from pathlib import Path

from tests.evaluation.floors import fallen, load_floors, record_floors
from tests.evaluation.gold import PASSAGES, load_passages
from tests.evaluation.report import render, render_rules
from tests.evaluation.scoring import read, score


def main() -> int:
    """Read, score, print; with --record the figures become the new floors."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--passages", type=Path, default=PASSAGES, help="another folder to score")
    parser.add_argument("--lang", help="only the passages of one language")
    parser.add_argument("--rules", action="store_true", help="only the table of rules, in Markdown")
    parser.add_argument("--record", action="store_true", help="record the figures as new floors")
    arguments = parser.parse_args()
    passages = [
        passage
        for passage in load_passages(arguments.passages)
        if arguments.lang in {None, passage.lang}
    ]
    result = score(passages, map(read, passages))
    own = arguments.passages == PASSAGES and arguments.lang is None
    if arguments.record and not own:
        parser.error("floors are recorded from the whole development set only")
    if arguments.record:
        record_floors(result)
    if arguments.rules:
        sys.stdout.write(f"{render_rules(result)}\n")
        return 0
    floors = load_floors() if own else {}
    sys.stdout.write(f"{len(passages)} passages\n{render(result, floors)}\n")
    return 1 if fallen(result, floors) else 0


if __name__ == "__main__":
    sys.exit(main())
