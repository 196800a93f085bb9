"""What does an e-mail report? Its text and its day; never who wrote it, nor to whom.

Senders, recipients, subject lines, attachments and signatures are not read at all.
"""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Final

from displacement.sources.documents.unreadable import UnreadableError

_SIGNATURE: Final = re.compile(
    r"(?mi)^(?:-- ?|_{5,}|(?:(?:kind|best|warm|with)\s+)*regards,?|sincerely,?|yours\s.*|"
    r"cheers,?|best,?|(?:many\s+)?thanks,?|salutations,?|cordialement,?|مع التحية.*|تحياتي.*)\s*$"
)
_SIGNED_OFF: Final = 12
"""A signature is no longer than so many lines."""
_QUOTED_HEADER: Final = re.compile(
    r"(?m)^(?:>\s*)*(?:From|To|Cc|Bcc|Sent|Reply-To|De|À|من|إلى):[ \t].*$|^On .{5,80} wrote:\s*$"
)
_TAG: Final = re.compile(
    r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)


def read_message(content: bytes) -> tuple[str, dict[str, str]]:
    """The text of an e-mail and the day it was sent, where its header tells one."""
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    facts = {}
    if day := _sent_on(message):
        facts["published"] = day
    return _unsigned(_body(message)), facts


def _sent_on(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(str(message["Date"])).date().isoformat()
    except (TypeError, ValueError):
        return None


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    text = _decoded(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", _BREAK.sub("\n", text)))
    return text.replace("\r\n", "\n")


def _decoded(content: bytes, declared: str | None) -> str:
    """The text in the encoding that the message names, else in UTF-8; never with letters lost."""
    for encoding in (declared or "utf-8", "utf-8"):
        try:
            return content.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    other = declared and declared != "utf-8"
    named = f"in the encoding that it names ({declared}), nor " if other else ""
    raise UnreadableError(f"its text is not {named}in UTF-8; save the text as UTF-8 and try again")


def _unsigned(text: str) -> str:
    """The text without the lines that name people: signature and quoted headers."""
    text = _QUOTED_HEADER.sub("", text)
    lines = text.rstrip().split("\n")
    for number in range(max(1, len(lines) - _SIGNED_OFF), len(lines)):
        if _SIGNATURE.match(lines[number]):
            return "\n".join(lines[:number]).rstrip() + "\n"
    return "\n".join(lines) + "\n"
