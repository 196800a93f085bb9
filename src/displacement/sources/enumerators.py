"""How many people counted, without knowing who? A token for each of them, made with a secret key.

Without the key nothing of them is kept, and without it nobody can tell whose a token is.
"""

import hmac
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from displacement.normalise.quantities import without_marks
from displacement.sources.source import SourceError

ROLE: Final = "enumerators"
"""What the key is for, among the keys of a source."""
SHORTEST_KEY: Final = 32
"""Characters; with a shorter one all names could be tried out."""
DIGITS: Final = 16

Token = Callable[[object], str | None]
"""Makes the token of a person out of a name or an account; None where there is neither."""


def tokens(secrets: Mapping[str, str]) -> Token | None:
    """What makes the tokens, where there is a key; the same person has one in every source.

    Raises SourceError where the key is too short.
    """
    key = secrets.get(ROLE)
    if key is None:
        return None
    if len(key) < SHORTEST_KEY:
        raise SourceError(
            f"the key for enumerators has fewer than {SHORTEST_KEY} characters, so that names "
            "could be guessed; take a longer one, or none"
        )

    def token(who: object) -> str | None:
        plain = without_marks(str(who)) if isinstance(who, int | str) else ""
        if not plain:
            return None
        named = unicodedata.normalize("NFKC", plain).casefold()
        return hmac.new(key.encode(), named.encode(), "sha256").hexdigest()[:DIGITS]

    return token
