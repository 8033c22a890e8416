from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from casework.words.mailbox import MailboxPlace

if TYPE_CHECKING:
    from casework.record.models import Case


class Watch:
    """The clock of a test: stands still until it is told to go on."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    from casework.actions import clock

    held = Watch()
    monkeypatch.setattr(clock, "now", held)
    return held


@pytest.fixture
def case(db: None, watch: Watch) -> Case:
    """A case in `new`, of a message that intake recorded."""
    from casework.actions import intake

    place = MailboxPlace("posteingang", "INBOX", 7, 1)
    recorded = intake.record_message(b"From: a@b.example\r\n\r\nHallo", office="amt-a", place=place)
    return recorded.message.cases.get()


@pytest.fixture
def ready(case: Case) -> Case:
    """The same case, read and released for transfer."""
    from casework.record.models import Case

    Case.objects.filter(pk=case.pk).update(state="ready", process="invoice", part="1")
    case.refresh_from_db()
    return case
