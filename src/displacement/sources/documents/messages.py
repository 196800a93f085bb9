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
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", _BREAK.sub("\n", text)))
    return text.replace("\r\n", "\n")


def _unsigned(text: str) -> str:
    """The text without the lines that name people: signature and quoted headers."""
    text = _QUOTED_HEADER.sub("", text)
    lines = text.rstrip().split("\n")
    for number in range(max(1, len(lines) - _SIGNED_OFF), len(lines)):
        if _SIGNATURE.match(lines[number]):
            return "\n".join(lines[:number]).rstrip() + "\n"
    return "\n".join(lines) + "\n"
