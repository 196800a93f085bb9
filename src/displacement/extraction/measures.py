"""Which of the seven measures is a figure? Asks three things of its words, in this order.

Do the people go away or come back? Is it a move within days, or a state on a day? And does a
border lie between where they were at home and where they are counted?
"""

from typing import Final, NamedTuple

from displacement.extraction.borders import is_abroad, walks_home
from displacement.extraction.candidates import only_pattern
from displacement.extraction.rules import rules_that
from displacement.extraction.scene import Scene
from displacement_schemas.vocabulary import AreaRole, Measure, Term


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
_MEASURES: Final = {kind: measure for measure, kind in _KINDS.items()}


def measure_of(scene: Scene) -> Measure:
    """The measure of a claim in its scene; people who are back are not told apart by borders."""
    said = _KINDS[scene.leader or scene.claim.measure]
    gone = scene.tells("went_back", scene.claim.candidate.right)
    back = said.back or gone or _comes_back(scene, said)
    state = _is_state(scene, said) and not (gone and not said.back)
    state = state or (back and _is_back(scene))
    if back and state:
        return Measure.RETURNEES
    abroad = said.abroad or is_abroad(scene, back=back, state=state)
    return _MEASURES[Kind(back, state, abroad)]


def _comes_back(scene: Scene, said: Kind) -> bool:
    """Whether people have gone home, by their name or by the verb that moves them."""
    if scene.counted is Measure.RETURNEES:
        return True
    if said.state:
        return False
    received = scene.claim.term is Term.ARRIVED and not scene.behind
    return (
        (received and scene.before in _HOME)
        or scene.tells("back", scene.thought)
        or _sent_home(scene)
        or _goes_home(scene)
        or walks_home(scene)
    )


def _is_back(scene: Scene) -> bool:
    """Whether people who came home are counted as a stock: where they live, not when they came."""
    stretched = any(period.kind in (*_STRETCHES, "month") for period in scene.periods)
    return scene.tells("back_now", scene.clean[scene.begin : scene.end]) and not stretched


_HOME: Final = (Measure.RETURN, Measure.CROSS_BORDER_RETURN)


def _sent_home(scene: Scene) -> bool:
    """Whether one nation puts out the people of another, and to nowhere else."""
    if not scene.tells("putting_out", scene.predicate):
        return False
    people, to = scene.people, scene.nations_of(AreaRole.DESTINATION)
    by = scene.nations_of(AreaRole.ORIGIN) or scene.nations(scene.claim.candidate.before)
    return bool(people and by) and not people & by and to <= people


def _goes_home(scene: Scene) -> bool:
    """Whether people leave a whole country that is not theirs, for the one that is."""
    if not scene.whole(AreaRole.ORIGIN):
        return False
    people, reached = scene.people, scene.nations_of(AreaRole.DESTINATION)
    return bool(reached) and reached <= people and not people & scene.nations_of(AreaRole.ORIGIN)


def _is_state(scene: Scene, said: Kind) -> bool:
    """People counted as they came in a period moved in it; who still is displaced does not move."""
    if said.state:
        return not _came_within(scene)
    moved = scene.claim.term is Term.EVACUATED  # "the town, home to 900 people, was cleared"
    if not scene.behind and not moved and scene.tells("hosting", scene.predicate):
        return True
    if not scene.behind and not said.back and scene.tells("still_away", scene.predicate):
        return True
    if said.back or scene.claim.term not in (Term.DISPLACED, Term.SHELTERED):
        return False
    return (scene.tells("state", scene.predicate) and not _befell(scene)) or _stays(scene)


def _befell(scene: Scene) -> bool:
    """Whether people "were internally displaced" by something or within some days: it happened."""
    said = scene.clean[scene.claim.predicate.start : scene.end]
    happened = only_pattern(scene.lang, "happened").search(said)
    stretched = any(period.kind in (*_STRETCHES, "month") for period in scene.periods)
    return bool(happened and (happened["cause"] or stretched))


def _stays(scene: Scene) -> bool:
    """Whether people whom a clause beside the noun calls displaced now are in camps."""
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
    if not scene.behind and scene.tells("since_when", scene.predicate):
        return True
    stretches = any(period.kind in _STRETCHES for period in scene.periods)
    if stretches and scene.counted is Measure.RETURNEES:
        return True
    counting = f"{candidate.left[-NEAR:]} {scene.predicate}"
    if not scene.tells("registering", counting) or scene.tells("census", scene.said):
        return False
    stretches = stretches or scene.tells("one_day", scene.thought)
    return stretches or any(scene.tells(at, scene.thought) for at in ("gate", "natural_border"))


_STRETCHES: Final = ("range", "since")

NEAR: Final = 40
"""So many characters before a number hold the verb that governs it."""
