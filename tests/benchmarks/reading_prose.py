"""How fast is ordinary prose read, in which few numbers count people? By hand, at any size.

    python -m tests.benchmarks.reading_prose --megabytes 10

The peer does what every reader of text does first, and nothing more: it cuts the same text into
sentences and words with `re`. Both run in this process, in turns.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, NamedTuple

from displacement.extraction import extract

PUBLISHED: Final = date(2019, 6, 3)
TURNS: Final = 3
DENSITIES: Final = {"no numbers": 0.0, "ordinary": 0.15, "dense": 1.0}
"""In how many sentences of a text there is a number."""


def _words(listed: str, sign: str | None = None) -> tuple[str, ...]:
    return tuple(listed.split(sign))


_NOUNS: Final = _words(
    "river harbour orchestra teacher engine novel garden committee bridge market painter "
    "factory court judge village letter winter museum voyage doctor council ferry library school "
    "theatre shepherd lawyer captain kitchen chapel valley railway editor senator budget forest "
    "merchant student festival hotel season league parliament minister company shareholder "
    "surgeon hospital laboratory comet telescope cathedral island storm lighthouse farmer tenant "
    "landlord bakery printer newspaper reader critic album singer choir violin archive harvest"
)
_ADJECTIVES: Final = _words(
    "old quiet narrow famous northern wooden careful distant early modern public young heavy "
    "damp private stubborn foreign local royal cheap crowded empty gentle hidden steep tired "
    "ancient broken royal annual proud late former official small large strange warm severe"
)
_VERBS: Final = _words(
    "crossed followed opened described rebuilt sold praised visited remembered painted closed won "
    "admired inspected refused measured borrowed approved reviewed repaired lost carried founded "
    "watched replaced ignored mentioned planted recorded defended printed welcomed left"
)
_NAMES: Final = _words(
    "Anna Bergmann|Oliver Trent|Lake Constance|Leipzig|Mr Harding|Porto|the Duke of Alba|Marseille|"
    "Professor Lindqvist|Kyoto|Edinburgh|the Royal Society|Lady Ashdown|Valparaiso|Dr Mbeki|"
    "Captain Rowe|Genoa|the Baltic|Queensland|Mrs Okafor|Winnipeg|the Danube",
    "|",
)
_PLAIN: Final = (
    "The {a} {n} {v} the {n} near {p}, and nobody asked why the {n} had been so {a}.",
    "{p} {v} a {a} {n} before the {n} of the {n} {v} it again.",
    "When the {n} came back from {p}, the {a} {n} was still there.",
    "It was, as {p} liked to say, a {a} {n} for a {a} {n}.",
    "In the {n} behind the {n} the {a} {n} of {p} {v} the {n}, which pleased the {n}.",
    '"No {n} has ever {v} a {n} like this," said {p}, and the {n} agreed.',
    "Although the {n} {v} the {a} {n}, the {n} of {p} never {v} its {n}.",
    "Her {a} {n} and his {n} {v} the road to {p}; the rest stayed with the {n}.",
)
_NUMBERED: Final = (
    "In {year} the {a} {n} of {p} {v} the {n}.",
    "{p}, {age}, a {n}, {v} the {n} after the {a} {n}.",
    "The {n} sold {count} copies and earned ${money} million for the {a} {n}.",
    "On page {count} the {n} {v} one of the {a} {n}s of {p}.",
    "The {a} {n} had {small} children, and the {n} {v} two of them.",
    "{p} {v} the {n} {count} metres above the {n} on {day} {month} {year}.",
    "About {count} people {v} the {n} in {p} that {n}.",
    "The {n} was built between {year} and {year} for {count} workers of the {n}.",
    "The {n} rose by {money} percent, the {a} {n} by {small} percent.",
    "The {small} {n}s of {p} {v} the {n} for the first time in {count} years.",
    "Some {count} families {v} the {a} {n} with the {n} of {p}.",
)
_SMALL: Final = ("two", "three", "four", "five", "seven", "nine", "a dozen", "twenty", "forty-one")
_MONTHS: Final = ("January", "March", "May", "August", "October", "December")


class Pace(NamedTuple):
    """How long a text took to read."""

    density: str
    characters: int
    ours: float
    """Seconds of processor time."""
    peer: float


def prose(characters: int, density: float, seed: int = 1) -> str:
    """An invented text of so many characters, with a number in this share of its sentences."""
    return "".join(_sentences(characters, density, random.Random(seed)))[:characters]


def pace(megabytes: float, density: str) -> Pace:
    """Ours and the peer over the same text, each the fastest of its turns."""
    text = prose(int(megabytes * 1_000_000), DENSITIES[density])
    extract(text[:5_000], PUBLISHED)  # the rules are loaded once
    turns = [(_seconds(_ours, text), _seconds(_peer, text)) for _ in range(TURNS)]
    ours, peer = (min(column) for column in zip(*turns, strict=True))
    return Pace(density, len(text), ours, peer)


def _sentences(characters: int, density: float, chance: random.Random) -> Iterator[str]:
    written = 0
    while written < characters:
        for _ in range(chance.randint(3, 9)):
            numbered = chance.random() < density
            sentence = _filled(chance.choice(_NUMBERED if numbered else _PLAIN), chance)
            written += len(sentence)
            yield sentence
        written += 1
        yield "\n\n"


def _filled(template: str, chance: random.Random) -> str:
    """A sentence with its gaps filled, and a blank behind it."""
    makers: dict[str, Callable[[], str]] = {
        "n": lambda: chance.choice(_NOUNS),
        "a": lambda: chance.choice(_ADJECTIVES),
        "v": lambda: chance.choice(_VERBS),
        "p": lambda: chance.choice(_NAMES),
        "year": lambda: str(chance.randint(1850, 2018)),
        "age": lambda: str(chance.randint(18, 95)),
        "count": lambda: f"{chance.randint(2, 9000):,}",
        "money": lambda: f"{chance.uniform(1, 90):.1f}",
        "small": lambda: chance.choice(_SMALL),
        "day": lambda: str(chance.randint(1, 28)),
        "month": lambda: chance.choice(_MONTHS),
    }
    filled = re.sub(r"\{(\w+)\}", lambda gap: makers[gap[1]](), template)
    return filled[0].upper() + filled[1:] + " "


def _ours(text: str) -> None:
    extract(text, PUBLISHED)


def _peer(text: str) -> None:
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        re.findall(r"[^\W\d_]+|\d[\d,.]*|[^\w\s]", sentence)


def _seconds(way: Callable[[str], None], text: str) -> float:
    begin = time.process_time()
    way(text)
    return time.process_time() - begin


def main() -> None:
    """Measure all densities."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=float, default=1)
    size = parser.parse_args().megabytes
    for density in DENSITIES:
        one = pace(size, density)
        speed = one.characters / 1e6 / one.ours
        print(
            f"{density}: {speed:.2f} million characters a second, {one.ours / one.peer:.1f} peers"
        )


if __name__ == "__main__":
    main()
