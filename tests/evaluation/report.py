"""How is a score shown to people? Lays the figures, the misses and the errors out as text."""

from collections import Counter
from collections.abc import Iterator

from tests.evaluation.gold import Passage
from tests.evaluation.scoring import Score


def render(result: Score, floors: dict[str, float]) -> str:
    """The whole report; figures below their floor are marked."""
    return "\n".join((*_figures(result, floors), *_errors(result)))


def render_rules(result: Score) -> str:
    """A Markdown table: how often each rule decided, and how often rightly."""
    decided = [(row["rule_id"], True) for *_, row in result.found]
    decided += [(row["rule_id"], False) for _, row, _ in result.false]
    right = Counter(rule for rule, good in (*decided, *result.rejections) if good)
    total = Counter(rule for rule, _ in (*decided, *result.rejections))
    lines = ["| rule | decided | rightly | precision |", "| --- | ---: | ---: | ---: |"]
    lines += [
        f"| `{rule}` | {count} | {right[rule]} | {right[rule] / count:.2f} |"
        for rule, count in sorted(total.items())
    ]
    return "\n".join(lines)


def _figures(result: Score, floors: dict[str, float]) -> Iterator[str]:
    yield f"{'figure':24} {'value':>6} {'of':>9}  {'95 % interval':15} {'floor':>6}"
    for name, share in result.figures().items():
        low, high = share.interval()
        floor = floors.get(name)
        mark = "  BELOW ITS FLOOR" if floor is not None and share.value < floor else ""
        of = f"{share.hits}/{share.total}"
        shown = "" if floor is None else f"{floor:.4f}"
        yield f"{name:24} {share.value:6.3f} {of:>9}  {low:.3f} to {high:.3f}  {shown:>6}{mark}"


def _errors(result: Score) -> Iterator[str]:
    yield f"\nTaken wrongly ({len(result.false)}), by what they are:"
    for reason, count in Counter(reason for *_, reason in result.false).most_common():
        yield f"  {count:3}  {reason}"
    for passage, row, reason in result.false:
        about = f"{row['tier']}, {row['rule_id']}; is {reason}"
        yield f"  {passage.id}: {row['number_text']} ({about})\n      {_around(passage, row)}"
    yield f"\nMissed ({len(result.missed)}):"
    for passage, gold, fate in result.missed:
        place = _around(passage, {"number_start": gold.start, "number_end": gold.end})
        yield f"  {passage.id} [{gold.difficulty}]: {gold.text} ({fate})\n      {place}"
    yield f"\nRead otherwise ({len(result.differences)}):"
    for one in sorted(result.differences, key=lambda difference: difference.field):
        yield f"  {one.field:10} {one.passage.id}: {one.gold.text}: {one.read} for {one.expected}"
    wrong = [(p, trap, given) for p, trap, given in result.reasons if given not in trap.reasons]
    yield f"\nRejected for another reason ({len(wrong)}):"
    for passage, trap, given in wrong:
        yield f"  {passage.id}: {trap.text}: {given} for {'|'.join(trap.reasons)}"


def _around(passage: Passage, row: dict[str, int]) -> str:
    start, end = row["number_start"], row["number_end"]
    before, after = passage.text[max(0, start - 60) : start], passage.text[end : end + 60]
    return " ".join(f"{before}[{passage.text[start:end]}]{after}".split())
