"""How near is the reconciliation to the truth of simulated crises?

Run with `python -m tests.benchmarks.accuracy`: prints what is measured and renews the page.
"""

import argparse
import sys

from tests.benchmarks.accuracy.page import HOME, draw_bounds, draw_errors, insert, tables
from tests.benchmarks.accuracy.runs import run
from tests.benchmarks.accuracy.scores import Setting


def main() -> None:
    """Simulate, reconcile, score, print, and write."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.accuracy", description=__doc__
    )
    parser.add_argument("--crises", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--beyond", action="store_true", help="counters err more than they declare")
    parser.add_argument("--only-print", action="store_true", help="leave the page as it is")
    arguments = parser.parse_args()
    setting = Setting(seed=arguments.seed, beyond=arguments.beyond)
    scores = run(arguments.crises, setting, workers=arguments.workers)
    measured = tables(scores, arguments.seed)
    sys.stdout.write(f"{measured}\n")
    if arguments.only_print:
        return
    insert("beyond" if arguments.beyond else "declared", measured)
    if not arguments.beyond:
        (HOME / "errors.png").write_bytes(draw_errors(scores))
        (HOME / "bounds.png").write_bytes(draw_bounds(scores))


if __name__ == "__main__":
    main()
