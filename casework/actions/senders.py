"""Senders in the record: the verdict on a message, and the organisations whose letters were carried over before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from casework.checks import SenderBook, organisation
from casework.configuration.configuration import Configuration
from casework.configuration.doors import FolderSettings
from casework.configuration.mailboxes import MailboxSettings
from casework.record.models import Message
from casework.words.reading import FileReading
from casework.words.sender import SenderOutcome, SenderVerdict, of_folder
from casework.words.states import State

HANDED_OVER = "amtsbote:"
"""How the account of a message begins that another office handed over; its number there is the message's `uid`."""
MOST_KNOWN = 5_000
"""So many organisations are compared by how they look; beyond that the office has a table of suppliers."""


@dataclass(frozen=True)
class SenderHistory(SenderBook):
    """Known senders with those of the office's own record: a proven letter whose case was done makes a sender known."""

    office: str = ""

    def knows(self, domain: str) -> bool:
        """Also by one done case; asks for the one domain only."""
        return super().knows(domain) or self._proven().filter(sender_domain=organisation(domain)).exists()

    def domains(self) -> frozenset[str]:
        """Every organisation's domain, the record's among them."""
        return super().domains() | self._recorded

    @cached_property
    def _recorded(self) -> frozenset[str]:
        return frozenset(self._proven().values_list("sender_domain", flat=True).distinct()[:MOST_KNOWN])

    def _proven(self) -> QuerySet[Message]:
        return Message.objects.filter(
            office=self.office, sender_proof=SenderOutcome.PROVEN, cases__state=State.DONE
        ).exclude(sender_domain="")


def came_in_as(message: Message) -> Message:
    """The message as it came into the house: for one that another office handed over, the one it got."""
    while message.account.startswith(HANDED_OVER):
        office = message.account.removeprefix(HANDED_OVER)
        first = Message.objects.filter(office=office, pk=message.uid).first()
        if first is None:
            return message
        message = first
    return message


def door_of(message: Message, configuration: Configuration) -> MailboxSettings | FolderSettings | None:
    """The mailbox or watched folder through which a message came into the house; None when it is no longer set up."""
    first = came_in_as(message)
    office = configuration.offices.get(first.office)
    return next((door for door in office.doors if door.account == first.account), None) if office else None


def verdict_on(message: Message, configuration: Configuration, reading: FileReading) -> SenderVerdict:
    """The verdict on a message just read: its head's, or for what lay in a watched folder the office's word."""
    folder = door_of(message, configuration)
    if isinstance(folder, FolderSettings):
        return of_folder(trusted=folder.trusted_sender)
    return reading.head.verdict or SenderVerdict(reasons=("sender_not_vouched",))


def recorded(message: Message) -> SenderVerdict | None:
    """The verdict as it stands on the message; None while it was not read."""
    return SenderVerdict.model_validate(message.sender_verdict) if message.sender_verdict else None
