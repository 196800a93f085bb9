"""What does a text say around a claim, as far as it tells its measure?"""

from dataclasses import dataclass

from displacement.extraction.candidates import ABOUT, only_pattern
from displacement.extraction.claims import Claim
from displacement.extraction.nations import nations_in
from displacement.extraction.periods import Period
from displacement.extraction.places import Place
from displacement_schemas.vocabulary import AreaRole, Measure


@dataclass(frozen=True)
class Scene:
    """A claim with its words, places and periods, and the figures on which it leans."""

    claim: Claim
    lang: str
    clean: str
    """The text, in which the spans of claim, places and periods lie."""
    places: list[Place]
    """The places of its part of the sentence."""
    periods: list[Period]
    """The periods of its part of the sentence."""
    leader: Measure | None
    """The measure of the figure whose people and predicate it carries on."""
    before: Measure | None
    """The measure of the figure on whose people it leans."""

    def tells(self, table: str, words: str) -> bool:
        """Whether words hold what the only rule of a table looks for."""
        return bool(only_pattern(self.lang, table).search(words))

    @property
    def begin(self) -> int:
        """Where its number or its predicate begins, whichever comes first."""
        return min(self.claim.number.start, self.claim.predicate.start)

    @property
    def spoken(self) -> int:
        """Where its number and its predicate are over."""
        return max(self.claim.number.end, self.claim.predicate.end)

    @property
    def end(self) -> int:
        """Where its words end, and those on a part of its people or on others begin."""
        end = self.claim.candidate.body.end
        aside = only_pattern(self.lang, "aside").search(self.clean, self.spoken, end)
        return aside.start() if aside else end

    @property
    def predicate(self) -> str:
        """The words that make it a claim, with those between the noun and them."""
        start, end = self.claim.predicate
        return self.clean[
            min(start, self.claim.candidate.right_start) if self.behind else start : end
        ]

    @property
    def behind(self) -> bool:
        """Whether the predicate stands behind the noun."""
        return self.claim.predicate.start >= self.claim.candidate.right_start

    @property
    def own_words(self) -> str:
        """The words from the number to the predicate, or the other way round."""
        return self.clean[self.begin : self.spoken]

    @property
    def thought(self) -> str:
        """The words from the number or its predicate up to the end of that thought."""
        comma = self.clean.find(",", self.spoken, self.end)
        return self.clean[self.begin : comma if comma >= 0 else self.end]

    @property
    def said(self) -> str:
        """Its part of the sentence up to the end of its words."""
        candidate = self.claim.candidate
        return self.clean[candidate.phrase_start - len(candidate.before) : self.end]

    @property
    def told_before(self) -> str:
        """What the text tells up to the end of its sentence, as far as its reader remembers."""
        start, end = self.claim.candidate.sentence
        return self.clean[max(0, start - ABOUT) : end]

    @property
    def counted(self) -> Measure | None:
        """What the noun says that its people are, be it that of the figure before."""
        if self.claim.measure is Measure.RETURNEES:
            return Measure.RETURNEES
        noun = self.claim.candidate.noun
        return Measure(noun.measure) if noun and noun.measure else None

    @property
    def people(self) -> frozenset[str]:
        """The nations by which the people are named."""
        noun = self.claim.candidate.noun
        if not noun:
            return frozenset()
        behind = only_pattern(self.lang, "adjective_behind").match(self.clean, noun.end)
        return self.nations(f"{noun.modifiers} {noun.noun}{behind[0] if behind else ''}")

    def nations(self, words: str) -> frozenset[str]:
        """The nations that words name."""
        return nations_in(words, self.lang)

    def nations_of(self, role: AreaRole) -> frozenset[str]:
        """The nations of the places of one role; a border itself lies in none."""
        texts = (
            self.clean[place.start : place.end]
            for place in self.places
            if place.role is role
            and place.start <= self.end
            and not self.tells("frontier", self.clean[place.end : place.end + 30])
        )
        return frozenset(nation for text in texts for nation in self.nations(text))

    def whole(self, role: AreaRole) -> bool:
        """Whether a country is named, behind number or predicate, that people left or reached."""
        return any(
            place.country
            and place.role is role
            and self.begin <= place.start <= self.end
            and not self.tells("dwelling", self.clean[self.begin : place.start])
            for place in self.places
        )
