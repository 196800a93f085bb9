"""Which numbers are settled by the words right beside them: dates, ages, money, names?

What is settled here is never looked at again, neither as a figure nor as the end of a clause.
"""

from displacement.extraction.binder import Refusal
from displacement.extraction.numbers import Number
from displacement.extraction.rules import load_rules
from displacement_schemas.vocabulary import NumberReason


def settle(clean: str, masked: str, numbers: list[Number], lang: str) -> dict[int, Refusal]:
    """The numbers that a local rule rejects, by their first character; the first rule wins."""
    at = {number.start: number for number in numbers}
    settled: dict[int, Refusal] = {}
    for rule in load_rules(lang).table("local"):
        reason = NumberReason(rule.get("reason"))
        if kind := rule.get("kind"):
            hits = [number.start for number in numbers if number.kind == kind]
        else:
            hits = [
                start
                for match in rule.pattern.finditer(masked)
                for name in match.groupdict()
                if (start := match.start(name)) >= 0
            ]
        for start in hits:
            number = at.get(start)
            if number is None or start in settled:
                continue
            if (word := rule.get("word")) and clean[start : number.end].lower() != word:
                continue
            settled[start] = Refusal(number, rule.id, reason)
    return settled
