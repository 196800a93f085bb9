"""What do the rules of a language say? Loads the rule data of this package.

Rules are data (TOML files in one folder per language); this module only compiles them, each when it
is first asked for: a text needs few of them, and compiling all takes longer than reading it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

MARKS: Final = {
    "n": "[\ue001-\ue004](?<![\ue001-\ue004].)[\ue001-\ue004]*+",
    "year": "\ue002(?<![\ue001-\ue004].)\ue002{3}(?![\ue001-\ue004])",
    "day": "[\ue003\ue004](?<![\ue001-\ue004].)[\ue003\ue004]*+",
    "ordinal": "\ue004(?<![\ue001-\ue004].)\ue004*+",
    "two_digits": "[\ue001\ue003](?<![\ue001-\ue004].)[\ue001\ue003](?![\ue001-\ue004])",
}
"""How patterns speak of numbers: masked texts hold these marks in place of their characters.

The mark comes first, what must not stand before it second: a search skips fast to a first mark.
"""


NEVER: Final = re.compile(r"(?!)")
FOLDED: Final = dict(zip(map(ord, "أإآٱى"), "ااااي", strict=True))
"""Letters that people write for one another: rules and texts are read in one spelling."""


@dataclass(frozen=True)
class Rule:
    """One rule: when it applies, what it then says, and texts that show both."""

    id: str
    purpose: str
    source: str
    """The pattern as text, what it names filled in."""
    flags: int
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    says: Mapping[str, Any]
    also: Mapping[str, str]
    """Further patterns as text, by what they are for."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What has to fit."""
        return re.compile(self.source, self.flags)

    @cached_property
    def then(self) -> re.Pattern[str] | None:
        """What has to follow the number."""
        return self._also("then")

    @cached_property
    def between(self) -> re.Pattern[str] | None:
        """What has to stand between the number and its noun."""
        return self._also("between")

    @cached_property
    def heads(self) -> re.Pattern[str] | None:
        """The nouns that the rule is about."""
        return self._also("heads")

    def _also(self, name: str) -> re.Pattern[str] | None:
        return re.compile(self.also[name], re.IGNORECASE) if name in self.also else None

    def get(self, name: str) -> Any:
        """What the rule says of `name`, or None."""
        return self.says.get(name)


@dataclass(frozen=True)
class Rules:
    """All rules of one language."""

    lang: str
    words: Mapping[str, Any]
    macros: Mapping[str, str]
    tables: Mapping[str, tuple[Rule, ...]]

    def table(self, name: str) -> tuple[Rule, ...]:
        """The rules of one kind, in the order in which they are tried; a language may lack some."""
        return self.tables.get(name, ())

    def only(self, name: str) -> re.Pattern[str]:
        """The pattern of a kind that has one rule; one that never fits where there is none."""
        rules = self.table(name)
        return rules[0].pattern if rules else NEVER

    def compile(self, pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
        """Compile a pattern that may name the words and marks of the language."""
        return re.compile(_expanded(pattern, self.macros), flags)


@cache
def rules_that(lang: str, table: str, **says: object) -> frozenset[str]:
    """The ids of the rules of a table that say all this: `review=True`."""
    return frozenset(
        rule.id
        for rule in load_rules(lang).table(table)
        if all(rule.get(name) == value for name, value in says.items())
    )


def has_rules(lang: str) -> bool:
    """Whether texts of a language can be read."""
    return bool(re.fullmatch(r"[a-z]{2}", lang)) and (_data() / lang).is_dir()


@cache
def languages() -> tuple[str, ...]:
    """The languages that have rules, in order."""
    folders = _data().iterdir()
    return tuple(sorted(one.name for one in folders if one.joinpath("words.toml").is_file()))


@cache
def load_words(lang: str) -> Mapping[str, Any]:
    """The words of a language alone, as the file has them."""
    return _loaded(_data() / lang / "words.toml")


@cache
def load_nations(lang: str) -> Mapping[str, Any]:
    """The nations of the world, as a language names them and what is theirs."""
    return _loaded(_data() / lang / "nations.toml")


@cache
def load_rules(lang: str) -> Rules:
    """The rules of a language; raises ValueError where there are none."""
    folder = _data() / lang
    if not has_rules(lang):
        raise ValueError(
            f"There are no extraction rules for the language {lang!r}; "
            "give the text a language that has some, such as 'en'."
        )
    raw: dict[str, dict[str, Any]] = {
        entry.name.removesuffix(".toml"): _loaded(entry)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml") and entry.name != "nations.toml"
    }
    words = raw.pop("words")
    macros = _macros(words)
    tables: dict[str, list[Rule]] = {}
    for content in (raw[name] for name in sorted(raw)):
        for name, entries in content.items():
            tables.setdefault(name, []).extend(_rule(entry, macros) for entry in entries)
    return Rules(lang, words, macros, {name: tuple(rules) for name, rules in tables.items()})


def _data() -> "Traversable":
    """Where the rules lie; what reads them is loaded with them, not with this module."""
    from importlib.resources import files  # noqa: PLC0415 - slow

    return files("displacement.extraction")


def _loaded(path: "Traversable") -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - slow

    return tomllib.loads(path.read_text(encoding="utf-8").translate(FOLDED))


def _macros(words: Mapping[str, Any]) -> dict[str, str]:
    macros = dict(MARKS)
    for name in ("months", "weekdays"):
        both = [*words[name], *(word.upper() for word in words[name])]
        macros[name.removesuffix("s")] = _any_of(dict.fromkeys(both))
    for name, noun in words["nouns"].items():
        macros[name] = _any_of(noun["words"])
    for name, listed in words.get("lists", {}).items():
        macros[name] = _any_of(listed)
    for name, pattern in words["patterns"].items():
        macros[name] = _expanded(pattern, macros)
    for name, template in words["dates"].items():
        for place, digit in (("one", "1"), ("two", "2")):
            macros[f"{name}_{place}"] = _expanded(template, macros).replace("@", digit)
    return macros


def _any_of(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    spelled = (re.escape(word).replace(r"\ ", r"\s+") + _marked(word) for word in longest_first)
    return "(?:" + "|".join(spelled) + ")"


def _marked(word: str) -> str:
    """Arabic words may bear a mark on their last letter."""
    return "[\u064b-\u0652]*" if "\u0620" <= word[-1] <= "\u064a" else ""


def _rule(entry: dict[str, Any], macros: Mapping[str, str]) -> Rule:
    flags = 0 if entry.get("case") else re.IGNORECASE
    known = (
        "id",
        "purpose",
        "pattern",
        "examples",
        "counterexamples",
        "then",
        "between",
        "case",
        "heads",
    )
    return Rule(
        id=entry["id"],
        purpose=entry["purpose"],
        source=_expanded(entry["pattern"], macros),
        flags=flags,
        examples=tuple(entry["examples"]),
        counterexamples=tuple(entry["counterexamples"]),
        says={name: value for name, value in entry.items() if name not in known},
        also={
            name: _expanded(entry[name], macros)
            for name in ("then", "between", "heads")
            if entry.get(name)
        },
    )


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    """Fill in what the pattern names in braces; it may be broken over several lines."""
    return re.sub(r"\{([a-z_]+)\}", lambda macro: macros[macro[1]], pattern.replace("\n", ""))
