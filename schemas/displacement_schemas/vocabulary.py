"""The words of the field, each spelled once: which values may a coded column hold?

The vocabulary follows IDMC's Helix; every table and every rule refers to these names.
"""

from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """What is counted: flows happen over a period, stocks hold on a day."""

    NEW_DISPLACEMENT = "new_displacement"
    RETURN = "return"
    CROSS_BORDER_FLIGHT = "cross_border_flight"
    CROSS_BORDER_RETURN = "cross_border_return"
    IDPS = "idps"
    RETURNEES = "returnees"
    REFUGEES = "refugees"


FLOWS: Final = frozenset(
    {
        Measure.NEW_DISPLACEMENT,
        Measure.RETURN,
        Measure.CROSS_BORDER_FLIGHT,
        Measure.CROSS_BORDER_RETURN,
    }
)
STOCKS: Final = frozenset({Measure.IDPS, Measure.RETURNEES, Measure.REFUGEES})


class Quantifier(StrEnum):
    """How the words around a number bind it."""

    EXACT = "exact"
    APPROXIMATELY = "approximately"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    NEARLY = "nearly"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    RANGE = "range"
    VAGUE = "vague"


class Unit(StrEnum):
    """Who is counted one by one."""

    PERSON = "person"
    HOUSEHOLD = "household"


class Population(StrEnum):
    """Who the counted people are, as far as a text tells."""

    IDP = "idp"
    REFUGEE = "refugee"
    RETURNEE = "returnee"
    MIXED = "mixed"


class Term(StrEnum):
    """The publisher's word for what happened to the people (Helix)."""

    DISPLACED = "displaced"
    FORCED_TO_FLEE = "forced_to_flee"
    EVACUATED = "evacuated"
    SHELTERED = "sheltered"
    IN_RELIEF_CAMP = "in_relief_camp"
    RELOCATED = "relocated"
    RETURNS = "returns"
    REFUGEES = "refugees"
    ARRIVED = "arrived"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """What drove the people out."""

    CONFLICT = "conflict"
    DISASTER = "disaster"
    OTHER = "other"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a source itself says of a figure: the one to use, or a cross-check."""

    RECOMMENDED = "recommended"
    TRIANGULATION = "triangulation"


class Modality(StrEnum):
    """Whether the figure tells what happened, or what may happen."""

    ASSERTED = "asserted"
    PLANNED = "planned"
    FORECAST = "forecast"
    ORDERED = "ordered"


class DatePrecision(StrEnum):
    """How exactly the source dated the figure."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    CARRIED = "carried"
    PUBLICATION = "publication"


class AreaRole(StrEnum):
    """Where the figure's area stands in the movement; estimates call it the view."""

    ORIGIN = "origin"
    DESTINATION = "destination"
    LOCATION = "location"


class Tier(StrEnum):
    """Only accepted figures are reconciled; the others wait for a reviewer."""

    ACCEPTED = "accepted"
    REVIEW = "review"


class MatchMethod(StrEnum):
    """How a figure's area text was linked to an area code."""

    CODE = "code"
    EXACT = "exact"
    ALIAS = "alias"
    FUZZY = "fuzzy"
    DESCRIBED = "described"
    PART_OF = "part_of"


class CounterKind(StrEnum):
    """The kind of an organisation that counts; it sets the usual error."""

    UN_AGENCY = "un_agency"
    NGO = "ngo"
    LOCAL_VOLUNTEERS = "local_volunteers"
    GOVERNMENT = "government"
    MEDIA = "media"
    UNKNOWN = "unknown"


class Method(StrEnum):
    """How an estimate came about, from the plainest to the most worked.

    `stated`: a lone figure, spread evenly. `even`: several figures that one even level
    satisfies. `balanced`: the most even spread their allowed ranges let be. `tense`: the same,
    where they hold together only at the edges of what their counters' errors allow.
    `stretched`: the same after contradicting ranges were widened (see `conflicts`).
    """

    STATED = "stated"
    EVEN = "even"
    BALANCED = "balanced"
    TENSE = "tense"
    STRETCHED = "stretched"


class NumberReason(StrEnum):
    """Why a number in a text is no displacement figure."""

    DATE = "date"
    YEAR = "year"
    TIME = "time"
    DURATION = "duration"
    AGE = "age"
    PERCENTAGE = "percentage"
    FRACTION = "fraction"
    RATIO = "ratio"
    MONEY = "money"
    DISTANCE_OR_MEASURE = "distance_or_measure"
    MAGNITUDE = "magnitude"
    SHIP_DISPLACEMENT = "ship_displacement"
    DOCUMENT_NUMBER = "document_number"
    NAME = "name"
    ORDINAL = "ordinal"
    PRONOUN = "pronoun"
    KILLED = "killed"
    INJURED = "injured"
    MISSING = "missing"
    DETAINED = "detained"
    AFFECTED = "affected"
    PEOPLE_IN_NEED = "people_in_need"
    FOOD_INSECURITY = "food_insecurity"
    AID_RECIPIENTS = "aid_recipients"
    AID_ITEMS = "aid_items"
    AID_TARGET = "aid_target"
    SURVEY_SAMPLE = "survey_sample"
    INTERVIEW_SAMPLE = "interview_sample"
    COMBATANTS = "combatants"
    POPULATION_BASE = "population_base"
    HOUSING_DAMAGE = "housing_damage"
    CONFINEMENT_OR_BESIEGED = "confinement_or_besieged"
    DEFINITION = "definition"
    SUBSET = "subset"
    FORECAST = "forecast"
    EVACUATION_ORDER = "evacuation_order"
    DENIED = "denied"
    SUPERSEDED = "superseded"
    OTHER_EVENT = "displaced_people_as_subject_of_other_event"
    MIXED_MIGRATION = "mixed_migration"
    HISTORIC = "historic"
    NO_UNIT = "no_unit"
    NO_DISPLACEMENT_TERM = "no_displacement_term"
    IMPLAUSIBLE = "implausible"
