"""Mail addresses and message ids: what may stand in a header that we write ourselves."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254
LONGEST_ID = 250
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_LOCAL})@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_NO_REPLY = re.compile(r"(?:no|do-?not|kein(?:e)?|nicht)[-_.]?(?:reply|antwort(?:en)?)|mailer-daemon|postmaster", re.I)


def is_address(text: str) -> bool:
    """Is this exactly one plain ASCII address, `local@domain`? No name, no comment, no list, no line break."""
    found = _ADDRESS.fullmatch(text)
    return found is not None and len(text) <= LONGEST_ADDRESS and len(found["local"]) <= 64


def domain_of(address: str) -> str:
    """The part behind the last at sign, in small letters; empty without one."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def same_address(one: str, other: str) -> bool:
    """Do both name one mailbox? Case is no difference, as no real server makes one."""
    return one.strip().lower() == other.strip().lower()


def is_no_reply(address: str) -> bool:
    """Does the address say of itself that nobody reads it, or that a mail server does?"""
    return bool(_NO_REPLY.match(address.partition("@")[0]))


def message_ids(text: str) -> tuple[str, ...]:
    """The message ids of a header, in order, each once; what is none, or too long, is left out."""
    found = (match[0] for match in _MESSAGE_ID.finditer(text))
    return tuple(dict.fromkeys(each for each in found if len(each) <= LONGEST_ID))


def message_id(marker: str, sender: str) -> str:
    """The Message-ID of what we send under a marker: always the same one, so that a bounce names it."""
    return f"<{marker.lower()}@{domain_of(sender)}>"
