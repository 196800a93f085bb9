"""How could somebody be reached or found? Takes numbers, addresses, accounts and positions out."""

import re
import tomllib
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from displacement.normalise.privacy.words import one_of

REMOVED: Final = "[removed]"
_ID: Final = 8
"""Digits of a number in an address; a longer one may be a telephone's."""

_WORDS: Final = tomllib.loads(Path(__file__).with_name("contacts.toml").read_text("utf-8"))


def redact_contacts(text: str) -> str:
    """Take out phone numbers, device ids, e-mail addresses, accounts and positions."""
    return _CONTACT.sub(REMOVED, _LABELLED.sub(_without_number, text))


def redact_addresses(text: str) -> str:
    """Web addresses within a text as `public_address` has them; bare runs of digits go."""
    text = _URL.sub(lambda found: public_address(found[0]), text)
    return _LONG_RUN.sub(REMOVED, text)


def public_address(url: str) -> str:
    """A web address without accounts: scheme, host and path, and of a query only numbers.

    Of the path goes what names a user: what follows a word such as “user”, what begins with @ or
    ~, names joined by dots, and the whole path where people keep their accounts.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return REMOVED
    host = parts.netloc.rpartition("@")[2]
    asked = [one for one in parse_qsl(parts.query) if one[1].isdecimal() and len(one[1]) <= _ID]
    steps = parts.path.split("/")
    social = any(host.casefold().endswith(one) for one in _WORDS["accounts"]["hosts"])
    kept = [
        REMOVED
        if step and ((social and number == 1) or _is_account(steps[number - 1], step))
        else _MAIL.sub(REMOVED, step)
        for number, step in enumerate(steps)
    ]
    return urlunsplit((parts.scheme, host, "/".join(kept), urlencode(asked), ""))


def _is_account(before: str, step: str) -> bool:
    """Whether a step of a path names somebody, by the step before it or by its form."""
    if before.casefold() in _WORDS["accounts"]["steps"]:
        return True
    return bool(_ACCOUNT.match(step)) or _digits(step) > _ID


def _digits(text: str) -> int:
    return max(map(len, re.findall(r"\d+", text)), default=0)


def _without_number(match: re.Match[str]) -> str:
    return f"{match['label']}{REMOVED}"


def _any(name: str) -> str:
    return one_of(_WORDS["labels"][name])


_ACCOUNT: Final = re.compile(
    r"[@~]|(?!.*\.(?:html?|php|aspx?|pdf|jsp|xml)\Z)[^\W\d_]+\.[^\W\d_]+\Z"
)
_URL: Final = re.compile(r"\bhttps?://[^\s<>\"”»)\[\]]{1,2000}")
_LONG_RUN: Final = re.compile(r"(?<![\w.,/#$€£=-])\d{9,}(?![\w.,-]*\d)(?!\s*%)")
"""No count of people has so many digits without a sign between them."""

_MAIL: Final = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_BETWEEN: Final = (
    r"(?:[ \t]*(?:number|no\.?|n°|nr\.?|#|رقم|is|at|on|on:|est|au)?[ \t]*[:=：]?[ \t]*)"
)
_COORDINATE: Final = r"[-+−]?\d{1,3}[.,٫]\d{3,12}(?:\s?°)?"
_PAIR: Final = r"\s?[,;/|،؛ ]\s?"
_MINUTES: Final = (
    r"\d{1,3}\s?[°º]\s?\d{1,2}(?:[.,]\d+)?\s?['’′]\s?"
    r"(?:\d{1,2}(?:[.,]\d+)?\s?(?:[\"”″]|''|’’|′′)\s?)?"
)
_LABELLED: Final = re.compile(
    rf"(?i:(?P<label>(?<![^\W\d_])(?:(?:{_any('phones')}){_BETWEEN}"
    r"(?=\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\d,]))"
    rf"|(?:{_any('devices')}){_BETWEEN}(?=(?=[\w:.-]*\d)[\w:.-]{{6,40}})"
    rf"|(?:{_any('accounts')}){_BETWEEN}(?=@)"
    rf"|(?:{_any('positions')}){_BETWEEN}(?={_COORDINATE}))))"
    rf"(?:{_COORDINATE}(?:{_PAIR}{_COORDINATE})?(?![\d])|@[\w.-]{{2,40}}|"
    r"\+?\(?\d(?:[\s().-]{0,2}\d){6,14}(?![\w:-])|[\w:.-]{6,40})"
)
_CONTACT: Final = re.compile(
    rf"{_MAIL.pattern}"
    r"|(?<![\w.@])@[A-Za-z_][\w.]{2,40}"
    r"|(?<![\w+])(?:\+|[0٠۰]{2})\d{1,3}(?:[\s().-]{0,2}\d){6,12}(?!\d)"
    r"|(?<![\w.,])\(?[0٠۰]\d{1,4}\)?(?:[\s.-]?\d){6,9}(?![\d,])"
    r"|(?<![\w.])-?\d{1,3}\.\d{3,12}\s?(?:°\s?)?[NS]?\s?[,;/ ]\s?"
    r"-?\d{1,3}\.\d{3,12}(?:\s?°)?(?:\s?[EW]\b)?"
    r"|(?<![\w.,])-?\d{1,3},\d{4,12}\s?(?:°\s?)?[NS]?\s?[;/ ]\s?-?\d{1,3},\d{4,12}(?:\s?°)?"
    r"(?:\s?[EWO]\b)?"
    r"|(?<![\w.,])\d{1,3}[.,]\d{2,12}\s?°\s?[NSEWO]?(?!\w)"
    r"|\b[NSEWO]\s?\d{1,3}[.,]\d{3,12}(?!\w)"
    rf"|\b(?:[NSEWO]\s?)?{_MINUTES}(?:[NSEWO]\b)?"
    r"|(?<![\w:])(?:[\dA-Fa-f]{2}[:-]){5}[\dA-Fa-f]{2}(?![\w:])"
)
