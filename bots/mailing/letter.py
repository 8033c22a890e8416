"""The mail that leaves: built from the work, checked line by line, read back as a stranger would read it."""

from __future__ import annotations

import email
import re
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from casework.configuration.systems import MailSystem
from casework.words.addresses import is_address, message_ids
from casework.words.errors import NeedsReview
from casework.words.work import EnteredValue, Work

LONGEST_SUBJECT = 250
MOST_REFERENCES = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_POLICY = policy.SMTP.clone(max_line_length=78)


def build(work: Work, system: MailSystem) -> bytes:
    """The mail as bytes with CRLF: the same bytes for the same work.

    Fields: `to`, `subject`, `body`, `message_id`, `date` (ISO with zone), `in_reply_to`, `references`,
    `auto_submitted`. Raises `NeedsReview("answer_unsendable")` when a header would not be one line, or the recipient
    is not exactly one address.
    """
    fields = work.fields
    recipient = fields.get("to", "")
    for address in (recipient, system.sender, *filter(None, [system.reply_to])):
        if not is_address(address):
            raise NeedsReview("answer_unsendable", "the recipient or the sender is not exactly one e-mail address")
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(system.from_name, system.sender)
    mail["To"] = _mailbox("", recipient)
    mail["Subject"] = _line(fields.get("subject", ""), "subject", longest=LONGEST_SUBJECT)
    mail["Date"] = format_datetime(datetime.fromisoformat(fields["date"]))
    mail["Message-ID"] = _only_id(fields.get("message_id", ""))
    if system.reply_to:
        mail["Reply-To"] = _mailbox("", system.reply_to)
    _thread(mail, fields.get("in_reply_to", ""), fields.get("references", ""))
    # RFC 3834: who answers by machine must be able to tell that this needs no answer; Exchange looks at the other one
    mail["Auto-Submitted"] = _line(fields.get("auto_submitted", "auto-generated"), "Auto-Submitted", longest=40)
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_body(fields.get("body", "")), charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def compare(content: bytes, work: Work, system: MailSystem) -> dict[str, EnteredValue]:
    """Parse the mail again and compare what a recipient reads with what was wanted.

    Raises `NeedsReview("content_differs")`.
    """
    read = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    body = read.get_body(("plain",))
    fields = work.fields
    wanted = {name: fields.get(name, "") for name in ("to", "subject", "body", "message_id", "in_reply_to")}
    there = {
        "to": ", ".join(address for _, address in getaddresses(read.get_all("To", []) + read.get_all("Cc", []))),
        "subject": str(read["Subject"]),
        "body": str(body.get_content()).replace("\r\n", "\n") if body is not None else "",
        "message_id": str(read["Message-ID"]),
        "in_reply_to": str(read["In-Reply-To"] or ""),
    }
    values = {name: EnteredValue(text, there[name]) for name, text in wanted.items()}
    values["from"] = EnteredValue(system.sender, ", ".join(each for _, each in getaddresses(read.get_all("From", []))))
    differing = [name for name, value in values.items() if value.wanted != value.read_back]
    if differing or read.is_multipart() or read.defects:
        raise NeedsReview(
            "content_differs", f"the mail reads differently in: {', '.join(differing) or 'its structure'}"
        )
    return values


def _thread(mail: EmailMessage, in_reply_to: str, references: str) -> None:
    answered = message_ids(in_reply_to)[:1]
    if answered:
        mail["In-Reply-To"] = answered[0]
        chain = [each for each in message_ids(references) if each != answered[0]]
        mail["References"] = " ".join([*chain[-MOST_REFERENCES:], answered[0]])


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=_line(name, "sender's name", longest=120), username=local, domain=domain)


def _line(text: str, what: str, *, longest: int) -> str:
    """One line of a header. What would break it is refused, not mended: it may be somebody's own header."""
    if _CONTROL.search(text) or len(text) > longest:
        raise NeedsReview("answer_unsendable", f"the {what} holds line breaks or control characters, or is too long")
    return text


def _only_id(text: str) -> str:
    if message_ids(text) != (text,):
        raise NeedsReview("answer_unsendable", "the Message-ID of the answer is none")
    return text


def _body(text: str) -> str:
    if _BODY_CONTROL.search(text) or not text.strip():
        raise NeedsReview("answer_unsendable", "the text of the answer is empty or holds control characters")
    if not text.endswith("\n"):
        raise NeedsReview("answer_unsendable", "the text of the answer does not end with a line break")
    return text
