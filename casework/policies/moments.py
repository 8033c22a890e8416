"""When something may be done to a case, whoever asks. Pairs: `check_…` raises `WrongMoment`, `can_…` answers."""

from __future__ import annotations

from django.db.models import QuerySet

from casework.configuration.in_force import ProcessInForce
from casework.configuration.vocabulary import Stage
from casework.record.models import Answer, Attempt, Case, Decision, Posting
from casework.words.answers import FIRST_ANSWER_STEP, AnswerState
from casework.words.errors import AmtsboteError
from casework.words.states import OPEN_ATTEMPTS, State, needs_person

CLOSING = ("done_by_hand", "other_office", "duplicate", "withdrawn", "nothing_to_do")
"""Reasons for which a person closes a case."""
CLOSING_PARTLY_POSTED = ("done_by_hand", "correct_in_target")
"""The same, once a target system holds something of it."""
FIRST_RELEASE = "first_release"


class WrongMoment(AmtsboteError):
    """The case is not in a state in which this may be done. `code` says why, for the console's words."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def in_review(case: Case) -> bool:
    """Does the case wait for a person?"""
    return case.state == State.REVIEW


def open_attempt_of(case: Case) -> Attempt | None:
    """The attempt of which nobody knows whether it took effect, if there is one."""
    attempts = _own_attempts(case).filter(state__in=OPEN_ATTEMPTS)
    return attempts.select_related("posting").order_by("posting__step", "-number").first()


def asked_attempt_of(case: Case) -> Attempt | None:
    """The attempt that the question *Ausgang ungewiss* is about: an open one, or one after which a person must look.

    The question stays until it is answered, whatever the reason for which the case is in review by now.
    """
    opened = open_attempt_of(case)
    if opened is not None or not in_review(case):
        return opened
    attempts = _own_attempts(case).filter(posting__confirmed_at=None).select_related("posting")
    newest = {attempt.posting_id: attempt for attempt in attempts.order_by("-posting__step", "number")}
    return next((attempt for attempt in newest.values() if _needs_person(attempt)), None)


def _own_attempts(case: Case) -> QuerySet[Attempt]:
    """Those of the case's own way; what became of its answers is asked beside it."""
    return Attempt.objects.filter(posting__case=case, posting__step__lt=FIRST_ANSWER_STEP)


def _needs_person(attempt: Attempt) -> bool:
    return needs_person(attempt.state, reason=attempt.reason, kind=attempt.posting.operation_class)


def can_decide(case: Case) -> bool:
    """May the case be decided now? Only in review, and not while an attempt may still have taken effect."""
    return in_review(case) and open_attempt_of(case) is None


def check_decide(case: Case) -> None:
    check_in_review(case)
    _check_answered(case, open_attempt_of(case))


def _check_answered(case: Case, attempt: Attempt | None) -> None:
    if attempt is not None:
        raise WrongMoment("outcome_open", f"case {case.reference}: first say what became of the posting that was sent")


def check_in_review(case: Case) -> None:
    if not in_review(case):
        raise WrongMoment("not_in_review", f"case {case.reference} is {case.state}; it no longer waits for a decision")


def can_release(case: Case, process: ProcessInForce | None) -> bool:
    """May the case go to the bots? Never without a process that posts, and never out of shadow."""
    return in_review(case) and asked_attempt_of(case) is None and process is not None and _posts(process)


def check_release(case: Case, process: ProcessInForce | None) -> None:
    check_in_review(case)
    _check_answered(case, asked_attempt_of(case))
    if process is None or not process.postings:
        raise WrongMoment("no_process", f"case {case.reference}: no process takes this kind; choose one or close it")
    if process.stage is Stage.SHADOW:
        raise WrongMoment("shadow", f"case {case.reference}: shadow stage; do the work by hand and close it")
    if process.stage is Stage.OFF:
        raise WrongMoment("process_off", f"case {case.reference}: the process is off; do the work by hand and close it")


def _posts(process: ProcessInForce) -> bool:
    return bool(process.postings) and process.stage in (Stage.ASSISTED, Stage.AUTOMATIC)


def is_partly_posted(case: Case) -> bool:
    """Does a target system already hold something of this case?"""
    own = Posting.objects.filter(case=case, step__lt=FIRST_ANSWER_STEP)
    return own.exclude(confirmed_at=None).exists()


def closing_reasons(case: Case) -> tuple[str, ...]:
    """For which reasons a person may close this case."""
    if is_partly_posted(case):
        return CLOSING_PARTLY_POSTED
    # what could not be fetched cannot be handed over
    return CLOSING if case.message.has_bytes else tuple(reason for reason in CLOSING if reason != "other_office")


def check_close(case: Case, reason: str) -> None:
    """May a person close the case for this reason?"""
    check_decide(case)
    if reason not in closing_reasons(case):
        raise WrongMoment("closing_reason", f"case {case.reference} cannot be closed as {reason!r}")


def can_read_again(case: Case) -> bool:
    """May the case be prepared once more? Not when a target system already holds something of it, or may hold it.

    Nor while its letter could not be fetched.
    """
    asked = asked_attempt_of(case) is not None
    return in_review(case) and case.message.has_bytes and not asked and not is_partly_posted(case)


def check_read_again(case: Case) -> None:
    check_in_review(case)
    _check_answered(case, asked_attempt_of(case))
    if not case.message.has_bytes:
        raise WrongMoment("no_bytes", f"case {case.reference}: its letter still lies in the mailbox")
    if is_partly_posted(case):
        raise WrongMoment("partly_posted", f"case {case.reference} is partly posted; its kind and fields are fixed")


def check_answer_outcome(case: Case) -> Attempt:
    """Is the one question open: did the posting take effect? The attempt it is about."""
    check_in_review(case)
    attempt = asked_attempt_of(case)
    if attempt is None:
        raise WrongMoment("no_question", f"case {case.reference} has no posting whose outcome is unknown")
    return attempt


def can_withdraw(case: Case) -> bool:
    """May the case be taken back? Only while no bot has it."""
    return case.state == State.READY


def check_withdraw(case: Case) -> None:
    if not can_withdraw(case):
        raise WrongMoment("not_ready", f"case {case.reference} is {case.state}; only a waiting case can be taken back")


def can_reopen(case: Case) -> bool:
    """May the case be decided anew?"""
    return case.state in (State.DONE, State.CLOSED)


def check_reopen(case: Case) -> None:
    if not can_reopen(case):
        raise WrongMoment(
            "not_finished", f"case {case.reference} is {case.state}; only a finished case can be reopened"
        )


def can_answer(case: Case) -> bool:
    """May somebody write to the sender? Not while a bot has the case, nor when the letter and its sender are erased."""
    return case.state in (State.REVIEW, State.DONE, State.CLOSED) and case.message.erased_at is None


def check_answer(case: Case) -> None:
    if not can_answer(case):
        raise WrongMoment(
            "not_at_rest",
            f"case {case.reference} is {case.state}; answer when no bot has it and while its letter is kept",
        )


def can_withdraw_answer(answer: Answer) -> bool:
    """May the answer be struck off? Only while it waits, or when it did not go out."""
    return answer.state in (AnswerState.WAITING, AnswerState.FAILED) and can_answer(answer.case)


def check_withdraw_answer(answer: Answer) -> None:
    if not can_withdraw_answer(answer):
        raise WrongMoment("answer_gone", f"answer {answer.number} of {answer.case.reference} is {answer.state}")


def check_answer_unknown(answer: Answer) -> None:
    """Is the one question open: did the answer arrive?"""
    if answer.state != AnswerState.UNKNOWN:
        raise WrongMoment("no_question", f"answer {answer.number} of {answer.case.reference} is {answer.state}")


def first_release_of(case: Case) -> Decision | None:
    """The first of four eyes, if somebody gave it on what the case says now."""
    last = case.decisions.order_by("-pk").first()
    return last if last is not None and last.answer == FIRST_RELEASE else None
