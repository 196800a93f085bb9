"""The seeded series of the ODP stand-in: what each population group counts, where, and how."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Measure = Literal["stock", "cumulative", "flow"]

LAST = dt.date(2026, 9, 30)
MOST_DAYS = 20_000
PLACES = {
    112: "Syrian Arab Republic", 113: "Türkiye", 71: "Lebanon", 36: "Jordan", 5: "Iraq",
    1: "Egypt", 295: "Sudan", 259: "South Sudan", 410: "Chad", 220: "Uganda", 160: "Ethiopia",
    751: "Ukraine", 693: "Myanmar", 656: "Italy", 640: "Greece", 729: "Spain",
}  # fmt: skip
# Areas inside a country: id, name; each reports on days of its own.
AREAS = {
    410: ((9101, "Ouaddai"), (9102, "Sila"), (9103, "Wadi Fira"), (9104, "Ennedi Est")),
    295: ((9201, "North Darfur"), (9202, "White Nile"), (9203, "Gedaref"), (9204, "Kassala")),
    656: ((9301, "Lampedusa"), (9302, "Sicilia"), (9303, "Calabria")),
}


@dataclass(frozen=True)
class Group:
    """One population group (or collection): its codes, its situation, and where it is counted."""

    number: int
    name: str
    measure: Measure
    data_type: str
    kind: str
    frequency: str
    origin: tuple[str, str]
    situation: int
    places: tuple[int, ...]


SUDAN, MYANMAR = ("SUD", "Sudan"), ("MYA", "Myanmar")
VARIOUS = ("VAR", "Various")
GROUPS = {
    group.number: group
    for group in (
        Group(5550, "Refugees from Sudan - Newly Arrival 2023", "cumulative", "NEW", "REF", "D",
              SUDAN, 63, (410, 259, 160, 1, 220)),
        Group(5551, "Returnees from Sudan", "cumulative", "NEW", "RET", "D", ("SSD", "South Sudan"),
              63, (259, 410)),
        Group(5552, "IDPs in Sudan", "stock", "EST", "IDP", "M", SUDAN, 63, (295,)),
        Group(4999, "IDPs in Myanmar", "stock", "EST", "IDP", "M", MYANMAR, 0, (693,)),
        Group(5460, "Refugees from Ukraine", "cumulative", "EST", "REF", "D", ("UKR", "Ukraine"),
              54, (751,)),
        Group(5457, "Border crossings from Ukraine", "flow", "NEW", "REF", "D",
              ("UKR", "Ukraine"), 54, (751,)),
        Group(4797, "Sea arrivals", "flow", "NEW", "REF", "D", VARIOUS, 100, (656, 640, 729)),
        Group(4798, "Land arrivals", "flow", "NEW", "REF", "D", VARIOUS, 100, (640, 729)),
        Group(5634, "Arrivals in the Canary Islands", "flow", "NEW", "REF", "D", VARIOUS, 100,
              (729,)),
    )
}  # fmt: skip
COLLECTIONS = {
    24: Group(24, "Registered Syrian refugees", "stock", "REG", "REF", "M",
              ("SYR", "Syrian Arab Rep."), 4, (113, 71, 36, 5, 1)),
}  # fmt: skip
FREQUENCIES = {"D": "Daily", "M": "Monthly", "A": "Annual"}
# Frequency codes of cumulation are given for cumulative groups, and wrongly for some stocks.
CUMULATIVE = {"cumulative": ("cumulative", "C"), "stock": ("cumulative", "C"), "flow": ("", "")}
DATA_TYPES = {"REG": "Registered", "NEW": "New Arrivals", "EST": "Estimated"}
KINDS = {"REF": "Refugees", "ASY": "Asylum-Seekers", "IDP": "IDPs", "RET": "Returnees"}


def values(group: Group, place: int, days: int, seed: int) -> npt.NDArray[np.int64]:
    """The value of every day up to LAST; a cumulative series falls once, as it is corrected."""
    rng = np.random.default_rng([seed, group.number, place])
    daily = rng.poisson(rng.uniform(20, 900) * (1.2 + np.sin(np.arange(days) / 40)))
    if group.measure == "flow":
        return daily
    whole = int(rng.integers(20_000, 900_000)) if group.measure == "stock" else 0
    summed = np.cumsum(daily if group.measure == "cumulative" else daily - int(daily.mean()))
    found = np.maximum(whole + summed, 1)
    if group.measure == "cumulative" and days > 4:
        found[days // 2 :] -= int(found[days // 2] * 0.05)
    return found


def day(position: int, days: int) -> dt.date:
    """The day of a position in `values`."""
    return LAST - dt.timedelta(days=days - 1 - position)
