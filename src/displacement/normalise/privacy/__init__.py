"""Who must not be known from a text? Takes private persons out of it before anything is written.

People keep their role and lose their name; numbers, addresses, accounts and positions go.
"""

import re
from typing import Final

from displacement.normalise.privacy.arabic import names_arabic_person, without_arabic_people
from displacement.normalise.privacy.contacts import (
    REMOVED,
    public_address,
    redact_addresses,
    redact_contacts,
)
from displacement.normalise.privacy.latin import without_people
from displacement.normalise.privacy.persons import names_latin_person
from displacement.normalise.privacy.words import any_of, tells_role

__all__ = [
    "REMOVED",
    "is_role",
    "names_person",
    "public_address",
    "redact_contacts",
    "redact_speakers",
]

_MOST_ROUNDS: Final = 8


def redact_speakers(text: str) -> str:
    """Replace the names of private persons by their roles, and take out how to reach them.

    "Ahmad Khalil, a spokesman for the volunteers, said" becomes "A spokesman for the volunteers
    said", "the volunteer Ahmad Khalil" "the volunteer"; a name without a role becomes "a source".
    A name once found is replaced in the whole text, in part and in any case, by the noun of its
    role alone. Organisations, places, newspapers and holders of public offices stay. Applying it
    twice changes nothing.
    """
    for _ in range(_MOST_ROUNDS):
        unsigned = _BYLINE.sub(_unsigned, redact_addresses(text))
        cleared = without_arabic_people(without_people(redact_contacts(unsigned)))
        if cleared == text:
            break
        text = cleared
    return text


def names_person(words: str) -> bool:
    """Whether words that should name an organisation or a role name a private person."""
    return names_latin_person(words) or names_arabic_person(words)


def is_role(words: str) -> bool:
    """Whether words say what somebody is or where they work, and no name."""
    return tells_role(words) and not names_person(words)


_SIGNED: Final = r"[A-Z\u00c0-\u00de][\w.'’-]{0,30}(?:[ \t]+[A-Z\u00c0-\u00de][\w.'’-]{0,30}){1,3}"
_BYLINE: Final = re.compile(
    rf"(?m)^(?P<by>{any_of('bylines')})[ \t]+{_SIGNED}"
    rf"(?:(?:,|[ \t]+(?:and|et))[ \t]+{_SIGNED}){{0,4}}[ \t]*$"
    rf"|^(?P<dear>{any_of('greetings')})[ \t]+{_SIGNED}(?=[ \t]*[,!]?[ \t]*$)"
    rf"|^(?P<arabic>(?:{any_of('bylines', 'ar')})[ \t]*:|{any_of('greetings', 'ar')})"
    r"(?:[ \t]+[\u0621-\u065f]{2,15}){1,4}(?=[ \t]*[،,]?[ \t]*$)"
)


def _unsigned(match: re.Match[str]) -> str:
    return f"{match['by'] or match['dear'] or match['arabic']} {REMOVED}"
