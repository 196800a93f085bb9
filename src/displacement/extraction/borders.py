"""Does a border lie between where people were at home and where they are counted?

By the surest sign that there is: that they are refugees, words for a border, two nations, the
figure on which this one leans, and last what the text around is about.
"""

from typing import Final

from displacement.extraction.candidates import only_pattern
from displacement.extraction.nations import countries
from displacement.extraction.scene import Scene
from displacement_schemas.vocabulary import AreaRole, Measure, Modality, Term


def is_abroad(scene: Scene, *, back: bool, state: bool) -> bool:
    """Whether people crossed a border, or came back over one, or live beyond one."""
    claim = scene.claim
    if claim.modality is Modality.ORDERED:
        return False
    if (back and walks_home(scene)) or (not state and _brought_to_others(scene)):
        return True
    if _stays_inside(scene, state=state):
        return False
    settled = state or back or claim.term in _MOVING
    if scene.counted is Measure.REFUGEES and settled:
        return True
    refuge = state and scene.tells("refuge_abroad", scene.predicate)
    if refuge or scene.tells("border", scene.thought):
        return True
    return _comes_home(scene) if back else _is_away(scene, state=state)


def _stays_inside(scene: Scene, *, state: bool) -> bool:
    """Whether people are moved by whoever rules there, or said to be within their country."""
    claim = scene.claim
    if not state and claim.term in _WITHIN:
        return True
    noun = claim.candidate.noun
    named = f"{noun.modifiers} {noun.noun}" if noun else ""
    if scene.counted is Measure.IDPS and scene.tells("internal", named):
        return True
    return claim.term is Term.DISPLACED and scene.tells("within", scene.thought)


def walks_home(scene: Scene) -> bool:
    """Whether people of one nation cross over, in a text on those who go home from another."""
    if not scene.people or not scene.tells("over", scene.thought):
        return False
    found = only_pattern(scene.lang, "homeward").search(scene.told_before)
    return bool(found and scene.nations(found["nation"]) - scene.people)


def _brought_to_others(scene: Scene) -> bool:
    """Whether people are brought, from no place named, to where refugees of another nation are."""
    to, told = scene.nations_of(AreaRole.DESTINATION), scene.told_before
    if not to or scene.nations_of(AreaRole.ORIGIN) or not scene.tells("bringing", scene.own_words):
        return False
    home = _named(scene, "peoples", told)
    return bool(home) and not to & home and scene.tells("refugee_setting", told)


_WITHIN: Final = (Term.EVACUATED, Term.RELOCATED)
_MOVING: Final = (Term.ARRIVED, Term.FORCED_TO_FLEE)


def _comes_home(scene: Scene) -> bool:
    """Whether people come home to their country from another one."""
    people, left = scene.people, scene.nations_of(AreaRole.ORIGIN)
    away = (left | _here(scene)) - people if people else left - _here(scene)
    if scene.counted is Measure.IDPS and not scene.whole(AreaRole.ORIGIN):
        away = frozenset()  # the displaced come back from a town, not from a country
    if away or scene.before is Measure.CROSS_BORDER_RETURN:
        return True
    if not people:
        return scene.whole(AreaRole.DESTINATION)
    if scene.counted is Measure.RETURNEES and scene.tells("crossing_over", scene.own_words):
        return True
    named = _is_nation(scene) or scene.counted is Measure.RETURNEES
    return named and not _within_country(scene)


def _is_nation(scene: Scene) -> bool:
    """Whether people are called by their nation, and by nothing else."""
    head = scene.claim.candidate.head
    return head is not None and head.demonym


def _within_country(scene: Scene) -> bool:
    """Whether people come to a place within their country, or are displaced there."""
    place = any(one.role is not AreaRole.ORIGIN and not one.country for one in scene.places)
    return place or scene.counted is Measure.IDPS or scene.tells("inland", scene.thought)


def _is_away(scene: Scene, *, state: bool) -> bool:
    """Whether people who left their homes are in another country."""
    if _of_two_nations(scene, state=state) or _in_part_of_another(scene):
        return True
    if scene.tells("inland", scene.own_words):
        return False
    return scene.before in _ABROAD or _beside_others_abroad(scene, state=state)


_ABROAD: Final = (Measure.CROSS_BORDER_FLIGHT, Measure.REFUGEES)


def _of_two_nations(scene: Scene, *, state: bool) -> bool:
    """Whether people or the place they left belong to another nation than where they are."""
    people, left, here = scene.people, scene.nations_of(AreaRole.ORIGIN), _here(scene)
    home = left or people
    if home and not scene.nations_of(AreaRole.DESTINATION) and _met_abroad(scene, home):
        return True
    if home and here:
        return not home & here
    if people and state and not left:
        hosts = _named(scene, "officials", scene.claim.candidate.before)
        return bool(hosts - people) or (_is_nation(scene) and scene.tells("camp", scene.own_words))
    at_border = scene.claim.term is Term.ARRIVED and scene.tells("border_force", scene.said)
    arrive = at_border or scene.whole(AreaRole.DESTINATION)
    arrive = arrive or _country_takes_in(scene) or _country_counts(scene)
    return scene.whole(AreaRole.ORIGIN) or (arrive and not state)


def _in_part_of_another(scene: Scene) -> bool:
    """Whether people went to a region called by its nation, in a text that speaks of another."""
    found = only_pattern(scene.lang, "part_of_nation").search(scene.thought)
    reached = scene.nations(found["nation"]) if found else frozenset()
    told = scene.told_before.rpartition(scene.thought)[0]
    return bool(reached) and bool(scene.nations(told) - reached)


def _here(scene: Scene) -> frozenset[str]:
    """The nations of the places where the people are."""
    return scene.nations_of(AreaRole.DESTINATION) or scene.nations_of(AreaRole.LOCATION)


def _met_abroad(scene: Scene, home: frozenset[str]) -> bool:
    """Whether another nation sees them come, or they cross what often is a border."""
    if scene.tells("natural_border", scene.thought):
        return True
    before = scene.nations(scene.claim.candidate.before)
    words = scene.predicate if scene.behind else scene.thought
    return bool(before - home) and scene.tells("entering", words)


def _country_takes_in(scene: Scene) -> bool:
    """Whether a whole country, which can receive people from outside only, takes them in."""
    start = scene.claim.predicate.start
    before = scene.clean[max(0, start - LONGEST_NAME) : start].rstrip()
    named = before.endswith(tuple(countries(scene.lang)))
    return named and scene.counted is None and scene.tells("entering", scene.predicate)


def _country_counts(scene: Scene) -> bool:
    """Whether a whole country counts arrivals, who can only have come from outside."""
    counts = only_pattern(scene.lang, "counts").fullmatch(scene.claim.candidate.left)
    if scene.claim.term is not Term.ARRIVED or not counts:
        return False
    return bool(scene.nations(counts["who"]))


LONGEST_NAME: Final = 40
"""Characters of the longest name of a country."""


def _beside_others_abroad(scene: Scene, *, state: bool) -> bool:
    """Whether the text around speaks of people abroad, and of nobody displaced in his country."""
    crossing = scene.tells("crossing_over", scene.predicate)
    coming = scene.claim.term in _STAYING or crossing
    coming = coming or scene.tells("natural_border", scene.thought)
    around = scene.claim.candidate.around
    own = scene.people | scene.nations_of(AreaRole.ORIGIN)
    at_home = own & scene.nations(scene.claim.candidate.before)
    if not coming or at_home or scene.tells("inland_setting", around):
        return False
    told = scene.told_before
    settled = state or scene.claim.modality is not Modality.ASSERTED
    if scene.tells("refugee_setting", told) or (settled and scene.tells("border", told)):
        return True
    home = _named(scene, "peoples", told)
    return bool(home and (_here(scene) or _named(scene, "located", told)) - home)


def _named(scene: Scene, table: str, words: str) -> frozenset[str]:
    """The nations that phrases of one kind name."""
    phrases = only_pattern(scene.lang, table).finditer(words)
    return frozenset(nation for phrase in phrases for nation in scene.nations(phrase[0]))


_STAYING: Final = (Term.ARRIVED, Term.SHELTERED, Term.IN_RELIEF_CAMP)
