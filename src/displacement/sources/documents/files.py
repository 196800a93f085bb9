"""What does a report file say, and when was it published? Text out of .txt, .html, .pdf, .eml.

The only place that touches the readers for HTML and PDF, which are an extra of the package.
"""

import codecs
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from displacement.extraction import split_header
from displacement.extraction.language import detect_language
from displacement.extraction.rules import languages
from displacement.extraction.visible import shows_nothing
from displacement.normalise.dates import read_day
from displacement.sources.documents.messages import read_message
from displacement.sources.documents.unreadable import UnreadableError
from displacement.sources.sidecar import read_sidecar

READABLE: Final = frozenset({".txt", ".html", ".htm", ".pdf", ".eml"})
LARGEST: Final = 50_000_000
"""Bytes; a larger file is no report."""
NO_EXTRA: Final = "reading {kind} files needs the extra: pip install displacement[documents]"
LONGEST_CODE: Final = 7
"""Characters of a language's code, such as pt-BR; longer words are none."""
BINARY: Final = "\x00"

DECLARED_DATES: Final = {"extensive_search": False, "original_date": True}
"""Only what the page declares: a date found somewhere in the text is no publication date."""

_HEADER_LINE: Final = re.compile(r"(?i)(?:title|publisher|published|language|url|source):[ \t]+\S")
_DAY_IN_NAME: Final = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


@dataclass(frozen=True)
class Report:
    """The text of a report file and what is known about its publication."""

    text: str
    published: date | None
    publisher: str | None
    lang: str
    url: str | None


def read_report(path: Path) -> Report:
    """Read a report; a sidecar `<stem>.toml` overrides the file's own header or metadata.

    Raises UnreadableError where the file gives no text.
    """
    try:
        content = path.read_bytes()
    except OSError as wrong:
        raise UnreadableError(f"the file cannot be opened ({wrong.strerror})") from None
    if not content.strip():
        raise UnreadableError("the file is empty")
    if len(content) > LARGEST:
        raise UnreadableError(f"the file is larger than {LARGEST // 1_000_000} MB")
    match path.suffix.lower():
        case ".html" | ".htm":
            text, found = _from_html(content)
        case ".pdf":
            text, found = text_of_pdf(content), {}
        case ".eml":
            text, found = read_message(content)
        case _:
            text, found = _from_text(content)
    if shows_nothing(text):
        raise UnreadableError("the file holds no text; if it shows pictures of pages, type it out")
    facts = found | split_header(text)[0] | _sidecar(path)
    if "published" not in facts and (named := _DAY_IN_NAME.search(path.stem)):
        facts["published"] = named.group()
    return Report(
        text=text,
        published=_day(facts.get("published")),
        publisher=facts.get("publisher"),
        lang=_language(facts.get("language"), text),
        url=facts.get("url"),
    )


def _from_text(content: bytes) -> tuple[str, dict[str, str]]:
    marked = (encoding for mark, encoding in _MARKED.items() if content.startswith(mark))
    encoding = next(marked, "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        place = f"byte {wrong.start + 1:,} belongs to another encoding"
        raise UnreadableError(
            f"this is not {encoding.upper()} text ({place}); save it as UTF-8 and try again"
        ) from None
    if BINARY in text:
        raise UnreadableError(f"this is not text{_hint_of_width(content)}")
    return text.replace("\r\n", "\n").removeprefix("\ufeff"), {}


_MARKED: Final = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings that a file names by its first bytes; the mark of UTF-32 begins like that of UTF-16."""
_SAMPLE: Final = 2_000


def _hint_of_width(content: bytes) -> str:
    """Letters of two bytes each, most of them with a zero, are a text that lacks its mark."""
    sides = (content[:_SAMPLE:2].count(0), content[1:_SAMPLE:2].count(0))
    wide = min(sides) == 0 and max(sides) > len(content[:_SAMPLE:2]) // 2
    return ", or UTF-16 without its mark; save it as UTF-8 and try again" if wide else ""


def _from_html(content: bytes) -> tuple[str, dict[str, str]]:
    try:
        import trafilatura  # noqa: PLC0415 - an extra
    except ImportError:
        raise UnreadableError(NO_EXTRA.format(kind="HTML")) from None
    page = trafilatura.bare_extraction(
        content, with_metadata=True, include_comments=False, date_extraction_params=DECLARED_DATES
    )
    if page is None or isinstance(page, dict) or not page.text:
        raise UnreadableError("no article was found in this HTML page")
    known = {
        "publisher": _site(page.sitename, content),
        "published": page.date,
        "language": page.language,
        "url": page.url,
    }
    # One paragraph a line is what it gives; a headline is no part of the sentence below it.
    return page.text.replace("\n", "\n\n"), {name: value for name, value in known.items() if value}


def _site(name: str | None, content: bytes) -> str | None:
    """The name of a site; the name of an account is none."""
    return None if name is None or f"@{name}".lower().encode() in content.lower() else name


def text_of_pdf(content: bytes) -> str:
    """The text of a PDF, page by page. Raises UnreadableError where it gives none."""
    try:
        import pypdfium2  # noqa: PLC0415 - an extra
    except ImportError:
        raise UnreadableError(NO_EXTRA.format(kind="PDF")) from None
    try:
        with pypdfium2.PdfDocument(content) as document:
            pages = [page.get_textpage().get_text_bounded() for page in document]
    except pypdfium2.PdfiumError as wrong:
        if "password" in str(wrong).lower():
            reason = "this PDF asks for a password; save it without one and try again"
            raise UnreadableError(reason) from None
        raise UnreadableError("this is not a readable PDF") from None
    return _with_header_apart("\n\n".join(page.replace("\r\n", "\n") for page in pages))


def _language(declared: str | None, text: str) -> str:
    """The language declared, else the one that the words show."""
    if declared is None:
        return detect_language(text)
    lang = declared.strip().lower()[:2]
    if lang not in languages():
        known = ", ".join(languages())
        shown = f" “{declared}”" if len(declared) <= LONGEST_CODE else ""
        raise UnreadableError(f"there are no rules for the language{shown}, only for {known}")
    return lang


def _with_header_apart(text: str) -> str:
    """A PDF keeps no blank lines: put one below a header, so that it is seen as one."""
    lines = text.split("\n")
    above = next((n for n, line in enumerate(lines) if not _HEADER_LINE.match(line)), len(lines))
    return "\n".join([*lines[:above], "", *lines[above:]]) if above else text


def _sidecar(path: Path) -> dict[str, str]:
    try:
        found = read_sidecar(path.with_suffix(".toml"))
    except ValueError as wrong:
        raise UnreadableError(f"its sidecar {wrong}") from None
    return {name: str(value) for name, value in found.items()}


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return read_day(written)
    except ValueError as wrong:
        told = wrong if not re.search(r"[^\W\d_]", written) else "write it as 2018-01-31"
        raise UnreadableError(f"its publication date cannot be read: {told}") from None
