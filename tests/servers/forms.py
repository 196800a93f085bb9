"""The seeded counts that volunteers send in by form, with invented personal data around them."""

import datetime as dt
import random
import uuid
from dataclasses import dataclass

from tests.servers.exchange import Personal

SUBDISTRICTS = (
    "SY070001", "SY070003", "SY070005", "SY070200", "SY070201", "SY070203", "SY070301", "SY070302",
    "SY070303", "SY070402", "SY070501", "SY050100", "SY050103", "SY050302", "SY050304", "SY050501",
)  # fmt: skip
FIRST = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 10, 1, 6, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Count:
    """What one submission says: a sub-district, days, households, and persons if counted."""

    subdistrict: str
    first_day: dt.date
    last_day: dt.date
    households: int
    persons: int | None
    submitted: dt.datetime
    person: int
    chance: float

    @property
    def district(self) -> str:
        """The district of the sub-district."""
        return self.subdistrict[:6]

    @property
    def governorate(self) -> str:
        """The governorate of the sub-district."""
        return self.subdistrict[:4]


def count(seed: int, number: int, total: int) -> Count:
    """The count of submission `number` of `total`: the same for the same seed."""
    draw = random.Random(f"{seed}-{number}")
    span = NOW - FIRST
    submitted = FIRST + span * (number / max(total, 1))
    last_day = submitted.date() - dt.timedelta(days=draw.randrange(4))
    households = draw.randint(3, 240)
    return Count(
        subdistrict=draw.choice(SUBDISTRICTS),
        first_day=last_day - dt.timedelta(days=draw.choice((0, 6, 6, 13))),
        last_day=last_day,
        households=households,
        persons=None if draw.random() < 0.2 else round(households * draw.uniform(4, 6.5)),
        submitted=submitted.replace(microsecond=0),
        person=draw.randrange(40),
        chance=draw.random(),
    )


def identifier(seed: int, number: int, edition: int = 0) -> str:
    """The uuid of a submission; every edit has another."""
    return str(uuid.UUID(int=random.Random(f"id-{seed}-{number}-{edition}").getrandbits(128)))


def name(person: int) -> str:
    """An invented name."""
    return f"{Personal.NAME} {person}"


def phone(person: int) -> str:
    """A number that no network has."""
    return f"{Personal.PHONE}{person:04d}"


def account(person: int) -> str:
    """An invented account."""
    return f"{Personal.ACCOUNT}_{person}"


def device(person: int) -> str:
    """An invented device."""
    return f"{Personal.DEVICE}:{person:04d}"


def position(person: int) -> tuple[float, float]:
    """Latitude and longitude that are no place on earth."""
    return float(f"{Personal.PLACE}{person:02d}"), float(f"{Personal.PLACE}{person + 1:02d}")
