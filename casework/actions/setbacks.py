"""What every way of not getting on means for the case that is carried over: wait, settle, or a clerk."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from casework.actions import audit, claims, clock
from casework.actions.move import move
from casework.record.connections import RECORD_AWAY, hang_up
from casework.record.models import Attempt, Case
from casework.words.answers import FIRST_ANSWER_STEP
from casework.words.errors import LeaseLost, LoginRefused, NeedsReview, StoreError, TryAgainLater
from casework.words.states import OPEN_ATTEMPTS, Actor, State

TRIES = 8
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 600
UNCOUNTED = ("system_paused", "login_refused", "logins_busy", "record_unreachable")
"""Wrong moments that are no try of the case itself."""
LONG_WAITS = ("system_paused", "store_failed")
"""Wrong moments that a person ends: a few seconds more or less make no difference."""
log = logging.getLogger("amtsbote.transfer")


class SystemPaused(TryAgainLater):
    """The system is left alone for now; `until` is when its breaker closes, None while a person holds it."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        super().__init__("system_paused")


@contextmanager
def handled(case: Case) -> Iterator[None]:
    """Carry a claimed case over in this block: what goes wrong moves the case and ends here.

    Only `LeaseLost` moves nothing, because nothing may be written then; it is told to the log.
    """
    try:
        yield
    except LeaseLost as error:
        log.warning("%s", error)
    except NeedsReview as error:
        _to_review(case, error.reason)
    except SystemPaused as error:
        _wrong_moment(case, error.reason, not_before=error.until)
    except LoginRefused:
        _wrong_moment(case, "login_refused")
    except TryAgainLater as error:
        _wrong_moment(case, error.reason)
    except StoreError as error:
        log.warning("case %s waits for the store: %s", case.reference, error)
        _wrong_moment(case, "store_failed")
    except RECORD_AWAY as error:
        log.warning("the record's database did not answer while case %s was carried over: %s", case.reference, error)
        hang_up()
        _wrong_moment(case, "record_unreachable")
    except Exception:
        log.exception("case %s could not be carried over", case.reference)
        _unexpected(case)


def has_open_attempts(case: Case) -> bool:
    """May something of this case have left whose outcome nobody knows yet?"""
    return _open_attempts(case).exists()


def _open_attempts(case: Case) -> QuerySet[Attempt]:
    """Those of the case's own way; its answers end by themselves."""
    return Attempt.objects.filter(posting__case=case, posting__step__lt=FIRST_ANSWER_STEP, state__in=OPEN_ATTEMPTS)


def settle_later(case: Case, attempt: Attempt | None) -> None:
    """The case stays in `posting` without a lease until its outcome may be looked up."""
    until = attempt.settle_until if attempt else None
    updated = Case.objects.filter(pk=case.pk, token=case.token, state=State.POSTING)
    updated.update(not_before=until, reason="settling", lease_until=None, lease_holder="")


def found_by_hand(case: Case, number: int, receipt: str) -> None:
    """A human entered the same matter: the case closes, unless one of its own postings went before."""
    if number > 0:
        raise NeedsReview("already_posted")
    data = {"receipt": audit.keyed(case, receipt)}
    move(case, State.CLOSED, actor=Actor.TRANSFER, reason="done_by_hand", token=case.token, data=data)


def _to_review(case: Case, reason: str) -> None:
    _guarded(case, State.REVIEW, reason=reason, reasons=[reason])


def _wrong_moment(case: Case, reason: str, *, not_before: datetime | None = None) -> None:
    """Back to `ready` with a growing wait; after too many tries a clerk decides. What may have left waits to settle."""
    tries = case.tries if reason in UNCOUNTED else case.tries + 1
    again = _again(case, reason, not_before)
    if has_open_attempts(case):
        return _after_sent(case, reason, tries=tries, not_before=again)
    if tries >= TRIES and reason not in UNCOUNTED:
        return _guarded(case, State.REVIEW, reason="tried_too_often", reasons=["tried_too_often", reason], tries=tries)
    _guarded(case, State.READY, reason=reason, tries=tries, not_before=again)


def _unexpected(case: Case) -> None:
    reason = "posting_failed"
    if has_open_attempts(case):
        return _after_sent(case, reason, tries=case.tries + 1, not_before=_again(case, reason, None))
    _guarded(case, State.REVIEW, reason=reason, reasons=[reason])


def _after_sent(case: Case, reason: str, *, tries: int, not_before: datetime) -> None:
    """Something may have left, and looking it up failed: it is tried again, and after too many tries a clerk looks."""
    if tries >= TRIES and reason not in UNCOUNTED:
        return _guarded(case, State.REVIEW, reason="outcome_unknown", reasons=["outcome_unknown"], tries=tries)
    with transaction.atomic():
        waiting = Case.objects.filter(pk=case.pk, token=case.token, state=State.POSTING)
        let_go = {"reason": "settling", "lease_until": None, "lease_holder": ""}
        if not waiting.update(not_before=not_before, tries=tries, **let_go):
            log.warning("case %s was taken over; nothing was written", case.reference)
            return
        attempts = _open_attempts(case).filter(settle_until=None)
        attempts.update(settle_until=clock.now() + timedelta(seconds=claims.TRANSFER_SECONDS))
        if tries > case.tries:
            audit.write(case, "settling", actor=Actor.TRANSFER, data={"reason": reason})


def _guarded(case: Case, end: State, *, reason: str, **changes: Any) -> None:
    try:
        move(case, end, actor=Actor.TRANSFER, reason=reason, token=case.token, **changes)
    except LeaseLost as error:
        log.warning("%s", error)


def _again(case: Case, reason: str, not_before: datetime | None) -> datetime:
    """When to try again: never before `not_before`, and later each time."""
    moment = clock.now()
    if reason == "logins_busy":
        return moment
    if reason in LONG_WAITS and not_before is None:
        return moment + timedelta(seconds=LONGEST_WAIT_SECONDS)
    wait = timedelta(seconds=min(FIRST_WAIT_SECONDS * 2**case.tries, LONGEST_WAIT_SECONDS))
    return max(not_before or moment, moment + wait)
