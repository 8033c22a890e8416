"""The chain of events holds however many write at once: each case has one chain, each office one without a case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from casework.actions import audit, clock
from casework.record.connections import hang_up
from casework.record.models import AuditEvent
from casework.words.states import Actor
from tests import factories

WRITERS, EVENTS = 4, 25


@pytest.mark.django_db
def test_an_office_has_each_number_once() -> None:
    audit.write(None, "paused", actor=Actor.OFFICER, office="amt-a")
    audit.write(None, "paused", actor=Actor.OFFICER, office="amt-b")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.create(office="amt-a", number=1, at=clock.now(), actor="officer", code="paused", digest="0")


@pytest.mark.django_db(transaction=True)
def test_many_writers_on_the_chain_of_an_office_leave_it_whole() -> None:
    _together(lambda number: audit.write(None, "paused", actor=Actor.OFFICER, office="amt-a", data={"n": number}))
    assert AuditEvent.objects.filter(case=None).count() == WRITERS * EVENTS
    assert list(audit.verify(None, office="amt-a")) == []


@pytest.mark.django_db(transaction=True)
def test_many_writers_on_the_chain_of_a_case_leave_it_whole() -> None:
    case = factories.case()
    before = case.events.count()
    _together(lambda number: audit.write(case, "effort_clerk", actor=Actor.CLERK, data={"seconds": number}))
    assert case.events.count() == before + WRITERS * EVENTS
    assert list(audit.verify(case)) == []


def _together(write: Callable[[int], object]) -> None:
    """Let several threads begin at the same moment, each with a connection of its own."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    begin = threading.Barrier(WRITERS)

    def writer() -> None:
        with _own_connection():
            begin.wait(30)
            for number in range(EVENTS):
                write(number)

    with ThreadPoolExecutor(WRITERS) as threads:
        for done in [threads.submit(writer) for _ in range(WRITERS)]:
            done.result()


@contextmanager
def _own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        hang_up()
