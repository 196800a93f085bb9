"""Who counted? Of those whom a sentence gives as its sources, the one that holds for a number.

A medium is never the counter unless it counted itself; any other publisher is, where its text
names nobody. A private person never is: the organisation that the person speaks for counts, or
nobody known.
"""

from dataclasses import dataclass, replace
from typing import Final

from displacement.extraction.document import Span
from displacement.extraction.numbers import Number
from displacement_schemas.vocabulary import CounterKind

_OF_SOURCES: Final = (
    "cue.according_to",
    "cue.counted_by",
    "cue.paper_of",
    "cue.figures_from",
    "cue.bracket_dated",
    "cue.registered_with",
)


@dataclass(frozen=True)
class Attribution:
    """One "X said" of a text: the words that say it, and whom they name."""

    start: int
    """Where the words that name the counter begin."""
    end: int
    """Where they end."""
    cue_end: int
    """Where the verb ends: what follows up to the next number belongs to the saying."""
    counter: str
    kind: CounterKind
    known: bool = True
    cue: str = ""
    private: bool = False
    """Whether somebody speaks who stands for no counter: no other clause then speaks for them."""
    spoken: bool = True
    """Whether the words can only be said of somebody who speaks."""
    counts: bool = False
    """Whether a number follows the verb at once: "X has counted 300" says nothing of others."""
    pointed: "Attribution | None" = None
    """The body named last before words that point back: "the agency" may mean no other."""
    heads: bool = False
    """Whether it is a body that has others below it: a ministry."""
    below: bool = False
    """Whether it is a part of some body: the ministry named before counts, if there is one."""

    @property
    def speaks(self) -> bool:
        """Whether somebody is said to speak, known or not: then nobody else does."""
        return self.private or (self.spoken and self.cue != "cue.colon")

    @property
    def bound(self) -> bool:
        """Whether it holds for its own clause alone: "registered with the agency"."""
        return self.cue == "cue.registered_with"

    @property
    def of_source(self) -> bool:
        """Whether it only names where a figure comes from: the text itself speaks on."""
        return self.cue in _OF_SOURCES


UNKNOWN: Final = Attribution(0, 0, 0, "unknown", CounterKind.UNKNOWN, known=False)


def choose(
    attributions: list[Attribution], number: Number, clause: Span, before: Attribution | None
) -> Attribution:
    """The attribution that holds for a number: of its clause first, then of its sentence.

    `before` is the last counter named in earlier sentences, for "it said".
    """
    of_others = [one for one in attributions if one.counts and one.start >= number.end]
    attributions = [one for one in attributions if one not in of_others]
    for scope in (clause, None):
        near = [
            attribution
            for attribution in attributions
            if (scope is None and not attribution.bound)
            or (scope and scope.start <= attribution.start < scope.end)
        ]
        known = [_filled(one, _earlier(one, attributions) or before) for one in near]
        known = [attribution for attribution in known if attribution.known]
        if known:
            return min(known, key=lambda found: (_rank(found), _distance(found, number)))
        if any(attribution.private for attribution in near):
            break
    return UNKNOWN


def passed_on_by(attributions: list[Attribution], source: Attribution) -> str | None:
    """Who told of the source's number: X in "X, citing Y"."""
    if not source.known or _rank(source) != 0:
        return None
    others = [one for one in attributions if _rank(one) and one.known and one.cue_end <= source.end]
    named = [one.counter for one in others if one.counter not in (source.counter, POINTS_BACK)]
    return named[-1] if named else None


def _earlier(pronoun: Attribution, attributions: list[Attribution]) -> Attribution | None:
    """The counter named before a pronoun in its own sentence."""
    return last_known([one for one in attributions if one.cue_end <= pronoun.start])


def _filled(attribution: Attribution, before: Attribution | None) -> Attribution:
    """A pronoun takes the counter of the sentences before, and so does a part of its body."""
    if attribution.counter == POINTS_BACK:
        before = before or attribution.pointed
    if before and (attribution.counter == POINTS_BACK or (attribution.below and before.heads)):
        return replace(attribution, counter=before.counter, kind=before.kind, known=before.known)
    return replace(attribution, known=attribution.known and attribution.counter != POINTS_BACK)


POINTS_BACK: Final = "\ue000"


def _rank(attribution: Attribution) -> int:
    # "X, citing Y": Y counted, X passed it on
    return 0 if attribution.of_source else 1


def _distance(attribution: Attribution, number: Number) -> int:
    return max(attribution.start - number.end, number.start - attribution.cue_end, 0)


def source_of_others(attributions: list[Attribution]) -> Attribution | None:
    """Who counted what other sentences tell, by one that says so: "These figures come from X"."""
    return last_known([one for one in attributions if one.cue == "cue.figures_from"])


def still_speaking(attributions: list[Attribution]) -> Attribution | None:
    """Whose words the next sentence may go on with: not those of a body that only plans."""
    return last_known([one for one in attributions if one.cue != "cue.plans" and not one.bound])


def last_known(attributions: list[Attribution]) -> Attribution | None:
    """The last counter that a sentence names, for sentences that point back to it."""
    known = [found for found in attributions if found.known and found.counter != POINTS_BACK]
    return known[-1] if known else None
