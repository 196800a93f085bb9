"""The canaries: one for each kind of personal data and each place where it could come in."""

from typing import Final

from tests.canaries.search import Canary

_ARABIC: Final = "ابتجحخدذرز"
_LATIN: Final = "abcdefghij"


class Flock:
    """Makes canaries, each with words of its own, and remembers them all."""

    def __init__(self) -> None:
        self.all: list[Canary] = []

    def name(self, kind: str) -> str:
        """A name of two words that nobody has."""
        letters = self._letters(_LATIN)
        return self._made(f"{kind} name", f"T{letters}qzxvuk Al{letters}qzxvukan")

    def arabic_name(self, kind: str) -> str:
        """The same in Arabic."""
        letters = self._letters(_ARABIC)
        return self._made(f"{kind} name", f"محمد ال{letters}ضظغثي")

    def rare_arabic_name(self, kind: str) -> str:
        """One in Arabic whose first name nobody else bears."""
        letters = self._letters(_ARABIC)
        return self._made(f"{kind} rare name", f"ق{letters}ضظغث ال{letters}ضظغثي")

    def mobile(self, kind: str) -> str:
        """A number as people write it behind the name of a network."""
        return self._made(f"{kind} mobile", f"9{len(self.all):03d}590731")

    def phone(self, kind: str) -> str:
        """A number that no network has."""
        return self._made(f"{kind} phone", f"+963 {len(self.all):03d} 590 731")

    def arabic_phone(self, kind: str) -> str:
        """The same in Arabic digits."""
        digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
        return self._made(f"{kind} phone", f"0{len(self.all):03d} 590 731".translate(digits))

    def mail(self, kind: str) -> str:
        """An address of mail."""
        return self._made(f"{kind} mail", f"m{self._letters(_LATIN)}qzxvuk@canary.example")

    def account(self, kind: str) -> str:
        """The name of an account or of a machine."""
        return self._made(f"{kind} account", f"u{self._letters(_LATIN)}qzxvuk")

    def device(self, kind: str) -> str:
        """The number of a device."""
        return self._made(f"{kind} device", f"35590731{len(self.all):03d}0022")

    def position(self, kind: str) -> str:
        """Latitude and longitude."""
        number = f"{len(self.all):03d}"
        return self._made(f"{kind} position", f"35.590731{number}, 36.590731{number}")

    def words(self, kind: str) -> str:
        """Free text that is nobody's business."""
        letters = self._letters(_LATIN)
        return self._made(f"{kind} free text", f"secret{letters}qzxvuk, whisper{letters}qzxvuk")

    def _letters(self, alphabet: str) -> str:
        return "".join(alphabet[int(digit)] for digit in f"{len(self.all):03d}")

    def _made(self, kind: str, text: str) -> str:
        self.all.append(Canary(kind, text))
        return text
