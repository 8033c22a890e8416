from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from casework.actions import health
from casework.record.connections import hang_up
from casework.record.models import SystemHealth

FINANCE = ("amt-a", "system", "haushaltskasse")


@pytest.mark.django_db
def test_what_waits_for_an_officer_goes_on_waiting_when_another_worker_succeeds(watch) -> None:
    health.failed(*FINANCE, reason="login_refused", words="the login was refused", needs_officer=True)
    health.succeeded(*FINANCE)
    row = SystemHealth.objects.get()
    assert (row.needs_officer, row.reason, health.usable(*FINANCE)) == (True, "login_refused", False)


@pytest.mark.django_db
def test_a_success_lets_the_count_of_failures_start_anew(watch) -> None:
    for _ in range(health.FAILURES_BEFORE_PAUSE):
        health.failed(*FINANCE, reason="system_unreachable", words="no answer")
    assert not health.usable(*FINANCE)
    health.succeeded(*FINANCE)
    row = SystemHealth.objects.get()
    assert (row.failures, row.reason, row.words, row.last_ok) == (0, "", "", watch())
    assert health.usable(*FINANCE)


@pytest.mark.django_db
def test_what_a_person_holds_has_no_time_at_which_it_goes_on(watch) -> None:
    for _ in range(health.FAILURES_BEFORE_PAUSE):
        health.failed(*FINANCE, reason="system_unreachable")
    assert health.usable_from(*FINANCE) == SystemHealth.objects.get().paused_until
    health.failed(*FINANCE, reason="login_refused", needs_officer=True)
    assert health.usable_from(*FINANCE) is None


@pytest.mark.django_db(transaction=True)
def test_no_failure_is_lost_when_several_workers_fail_at_once() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    begin = threading.Barrier(4)

    def worker() -> None:
        try:
            begin.wait(30)
            for _ in range(10):
                health.failed(*FINANCE, reason="system_unreachable")
        finally:
            hang_up()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(worker) for _ in range(4)]:
            done.result()
    assert SystemHealth.objects.get().failures == 40
