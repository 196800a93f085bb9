"""Which of the seven measures is a figure? Asks three things of its words, in this order.

Do the people go away or come back? Is it a move within days, or a state on a day? And does a
border lie between where they were at home and where they are counted?
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from displacement.extraction.candidates import only_pattern
from displacement.extraction.claims import Claim
from displacement.extraction.nations import countries, nations_in
from displacement.extraction.periods import Period
from displacement.extraction.places import Place
from displacement.extraction.rules import rules_that
from displacement_schemas.vocabulary import AreaRole, Measure, Modality, Term


class Kind(NamedTuple):
    """The three answers that make a measure."""

    back: bool
    state: bool
    abroad: bool


_KINDS: Final = {
    Measure.NEW_DISPLACEMENT: Kind(back=False, state=False, abroad=False),
    Measure.CROSS_BORDER_FLIGHT: Kind(back=False, state=False, abroad=True),
    Measure.IDPS: Kind(back=False, state=True, abroad=False),
    Measure.REFUGEES: Kind(back=False, state=True, abroad=True),
    Measure.RETURN: Kind(back=True, state=False, abroad=False),
    Measure.CROSS_BORDER_RETURN: Kind(back=True, state=False, abroad=True),
    Measure.RETURNEES: Kind(back=True, state=True, abroad=False),
}
_MEASURES: Final = {
    **{kind: measure for measure, kind in _KINDS.items()},
    Kind(back=True, state=True, abroad=True): Measure.RETURNEES,
}


@dataclass(frozen=True)
class Scene:
    """What a text says around a claim, as far as it tells its measure."""

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

    def nations(self, text: str) -> frozenset[str]:
        """The nations that a phrase names."""
        return nations_in(text, self.lang)

    @property
    def predicate(self) -> str:
        """The words that make it a claim, with those between the noun and them."""
        start, end = self.claim.predicate
        candidate = self.claim.candidate
        after = candidate.right_start <= start
        return self.clean[min(start, candidate.right_start) if after else start : end]

    @property
    def end(self) -> int:
        """Where its words end, and those on a part of its people or on others begin."""
        spoken = max(self.claim.predicate.end, self.claim.number.end)
        end = self.claim.candidate.body.end
        aside = only_pattern(self.lang, "aside").search(self.clean, spoken, end)
        return aside.start() if aside else end

    @property
    def thought(self) -> str:
        """The words from the number or its predicate up to the end of that thought."""
        number, predicate = self.claim.number, self.claim.predicate
        comma = self.clean.find(",", max(predicate.end, number.end), self.end)
        end = comma if comma >= 0 else self.end
        return self.clean[min(number.start, predicate.start) : end]

    @property
    def said(self) -> str:
        """Its part of the sentence up to the end of its words."""
        candidate = self.claim.candidate
        start = candidate.phrase_start - len(candidate.before)
        return self.clean[start : self.end]

    @property
    def counted(self) -> Measure | None:
        """What the noun says that its people are, be it that of the figure before."""
        if self.claim.measure is Measure.RETURNEES:
            return Measure.RETURNEES
        noun = self.claim.candidate.noun
        return Measure(noun.measure) if noun and noun.measure else None


def measure_of(scene: Scene) -> Measure:
    """The measure of a claim in its scene."""
    claim = scene.claim
    said = _KINDS[scene.leader or claim.measure]
    back = said.back or _comes_back(scene, said)
    state = _is_state(scene, said)
    abroad = said.abroad or _is_abroad(scene, Kind(back, state, abroad=False))
    return _MEASURES[Kind(back, state, abroad)]


def _comes_back(scene: Scene, said: Kind) -> bool:
    """Whether people have gone home, by their name or by the verb that moves them."""
    if scene.counted is Measure.RETURNEES:
        return True
    if said.state:
        return False
    received = scene.claim.predicate.start < scene.claim.number.start
    if received and scene.claim.term is Term.ARRIVED and scene.before in _HOME:
        return True
    return scene.tells("back", scene.predicate) or _sent_home(scene)


_HOME: Final = (Measure.RETURN, Measure.CROSS_BORDER_RETURN)


def _sent_home(scene: Scene) -> bool:
    """Whether one nation puts out the people of another, and to nowhere else."""
    if not scene.tells("putting_out", scene.predicate):
        return False
    people = _people(scene)
    by = _nations_of(scene, AreaRole.ORIGIN) or scene.nations(scene.claim.candidate.before)
    to = _nations_of(scene, AreaRole.DESTINATION)
    return bool(people and by - people) and not people & by and not to - people


def _is_state(scene: Scene, said: Kind) -> bool:
    """People counted as they came in a period moved in it; who still is displaced does not move."""
    if said.state:
        return not _came_within(scene)
    if said.back or scene.claim.term not in (Term.DISPLACED, Term.SHELTERED):
        return False
    return scene.tells("state", scene.predicate) or _stays(scene)


def _stays(scene: Scene) -> bool:
    """Whether people "displaced by the storm", as a clause beside the noun says, now are in camps."""
    claim = scene.claim
    if claim.rule_id not in rules_that(scene.lang, "relative"):
        return False
    return scene.tells("staying", scene.clean[claim.predicate.end : scene.end])


def _came_within(scene: Scene) -> bool:
    """Whether people were counted as they came, at a border or within a stretch of days."""
    candidate = scene.claim.candidate
    noun = candidate.head.noun if candidate.head else ""
    if scene.tells("befallen", f"{noun}|{candidate.right}"):
        return True
    stretches = any(period.kind in _STRETCHES for period in scene.periods)
    if stretches and scene.counted is Measure.RETURNEES:
        return True
    counting = f"{candidate.left[-NEAR:]} {scene.predicate}"
    if not scene.tells("registering", counting) or scene.tells("census", scene.said):
        return False
    at_border = scene.tells("gate", scene.thought) or scene.tells("natural_border", scene.thought)
    return stretches or at_border


NEAR: Final = 40
"""So many characters before a number hold the verb that governs it."""


_STRETCHES: Final = ("range", "since")


def _is_abroad(scene: Scene, kind: Kind) -> bool:
    """Whether a border lies between home and here, by the surest sign that there is."""
    claim = scene.claim
    if claim.modality is Modality.ORDERED or (not kind.state and claim.term in _WITHIN):
        return False
    if scene.counted is Measure.REFUGEES and (kind.state or kind.back or claim.term in _MOVING):
        return True
    if kind.state and scene.tells("refuge_abroad", scene.predicate):
        return True
    if scene.tells("border", scene.thought) or _between_nations(scene, kind):
        return True
    if kind.back:
        return scene.before is Measure.CROSS_BORDER_RETURN or _nation_came_home(scene)
    if scene.tells("inland", _own_words(scene)):
        return False
    return scene.before in _ABROAD or _among_refugees(scene)


_WITHIN: Final = (Term.EVACUATED, Term.RELOCATED)
_MOVING: Final = (Term.ARRIVED, Term.FORCED_TO_FLEE)
_ABROAD: Final = (Measure.CROSS_BORDER_FLIGHT, Measure.REFUGEES)


def _own_words(scene: Scene) -> str:
    number, predicate = scene.claim.number, scene.claim.predicate
    start = min(number.start, predicate.start)
    return scene.clean[start : max(number.end, predicate.end)]


def _among_refugees(scene: Scene) -> bool:
    """Whether a text that speaks of refugees, and of nobody displaced, has people come or stay."""
    around = scene.claim.candidate.around
    if scene.claim.term not in _STAYING:
        return False
    return scene.tells("refugee_setting", around) and not scene.tells("inland_setting", around)


_STAYING: Final = (Term.ARRIVED, Term.SHELTERED, Term.IN_RELIEF_CAMP)


def _between_nations(scene: Scene, kind: Kind) -> bool:
    """Whether people, the place they left and the place where they are belong to two nations."""
    left = _nations_of(scene, AreaRole.ORIGIN)
    reached = _nations_of(scene, AreaRole.DESTINATION)
    here = reached or _nations_of(scene, AreaRole.LOCATION)
    people = _people(scene)
    if kind.back:
        away = (left | here) - people if people else left - here
        return bool(away) or (not people and _whole(scene, AreaRole.DESTINATION))
    home = left or people
    if home and not reached and _met_abroad(scene, home):
        return True
    if home and here:
        return not home & here
    if people and kind.state and not left:
        return bool(_hosts(scene) - people)
    arrive = not kind.state and (_whole(scene, AreaRole.DESTINATION) or _country_takes_in(scene))
    return arrive or _leaves(scene)


def _met_abroad(scene: Scene, home: frozenset[str]) -> bool:
    """Whether another nation sees them come, or they cross what often is a border."""
    if scene.tells("natural_border", scene.thought):
        return True
    before = scene.nations(scene.claim.candidate.before)
    return bool(before - home) and scene.tells("entering", scene.predicate)


def _hosts(scene: Scene) -> frozenset[str]:
    """The nations whose officials count the people."""
    before = scene.claim.candidate.before
    officials = only_pattern(scene.lang, "officials").finditer(before)
    return frozenset(nation for match in officials for nation in scene.nations(match[0]))


def _country_takes_in(scene: Scene) -> bool:
    """Whether a whole country, which can receive people from outside only, takes them in."""
    before = scene.clean[: scene.claim.predicate.start][-40:].rstrip()
    named = before.endswith(tuple(countries(scene.lang)))
    return named and scene.counted is None and scene.tells("entering", scene.predicate)


def _people(scene: Scene) -> frozenset[str]:
    """The nations by which the people are named."""
    noun = scene.claim.candidate.noun
    return scene.nations(f"{noun.modifiers} {noun.noun}") if noun else frozenset()


def _nations_of(scene: Scene, role: AreaRole) -> frozenset[str]:
    """The nations of the places of one role; a border itself lies in none."""
    texts = (
        scene.clean[place.start : place.end]
        for place in scene.places
        if place.role is role
        and place.start <= scene.end
        and not scene.tells("frontier", scene.clean[place.end :][:30])
    )
    return frozenset(nation for text in texts for nation in scene.nations(text))


def _leaves(scene: Scene) -> bool:
    """Whether people leave a whole country, or come from it."""
    return _whole(scene, AreaRole.ORIGIN)


def _whole(scene: Scene, role: AreaRole) -> bool:
    """Whether a country is named behind the number or its predicate as what people left or reached."""
    begin = min(scene.claim.number.start, scene.claim.predicate.start)
    return any(
        place.country
        and place.role is role
        and begin <= place.start <= scene.end
        and not scene.tells("dwelling", scene.clean[begin : place.start])
        for place in scene.places
    )


def _nation_came_home(scene: Scene) -> bool:
    """Whether people named by their nation came home, and to no place within it."""
    head = scene.claim.candidate.head
    inland = scene.tells("inland", scene.thought) or scene.counted is Measure.IDPS
    within = any(place.role is not AreaRole.ORIGIN and not place.country for place in scene.places)
    return bool(head and head.demonym) and not inland and not within
