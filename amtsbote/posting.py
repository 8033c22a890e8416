"""`amtsbote post` and `amtsbote evidence`: one posting by hand through the same runner, journal, gate and evidence."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from amtsbote.output import say
from casework.words.errors import ConfigurationError, NeedsReview, NothingLeft, TryAgainLater
from casework.words.work import Operation, Work


@dataclass(frozen=True)
class PostOrder:
    """What the command line asks for; `login` picks one of the office's accounts by its user name."""

    system: str
    operation: str
    work: Path
    office: str
    base_url: str | None = None
    login: str | None = None
    headed: bool = False
    step: bool = False
    dry_run: bool = False
    again: str = ""


def post(order: PostOrder) -> dict[str, Any]:
    """Carry out the order; returns the result as INTERFACES names it (`state`, `receipt`, `attempt`, `reason`, …)."""
    from casework.site import boot

    boot()
    started = time.monotonic()
    result = _post(order, _read_work(order.work))
    return {**result, "seconds": round(time.monotonic() - started, 3)}


def write_evidence(attempt: int, folder: Path) -> list[Path]:
    """Unseal the bundle of one attempt into a folder; returns the files written."""
    from casework.site import boot

    boot()
    from casework.actions import evidence
    from casework.record.models import Attempt

    row = Attempt.objects.filter(pk=attempt).select_related("posting").first()
    if row is None:
        raise ConfigurationError(f"there is no attempt {attempt}; `amtsbote post --json` and the console name them")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for name, data in evidence.open_bundle(row).items():
        _write_privately(folder / name, data)
        written.append(folder / name)
    return written


def _write_privately(path: Path, data: bytes) -> None:
    """For the owner alone, and never through a link that somebody laid in a shared folder."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _read_work(path: Path) -> Work:
    try:
        work = Work.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); give the path of a WORK.json") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "file"
        raise ConfigurationError(f"{path}: {where}: {first['msg']}; see INTERFACES, WORK.json") from error
    attachments = [
        entry.model_copy(update={"path": (path.parent / entry.path).resolve()}) for entry in work.attachments
    ]
    return work.model_copy(update={"attachments": attachments})


def _post(order: PostOrder, work: Work) -> dict[str, Any]:
    from casework.actions import byhand, reaping, runner
    from casework.actions.force import current

    reaping.clear_up()
    configuration = current()
    catalogue = configuration.system_for(order.office, order.system)
    if order.operation not in catalogue.operations:
        known = ", ".join(sorted(catalogue.operations))
        raise ConfigurationError(f"{order.system} has no operation {order.operation!r}; known are {known}")
    try:
        byhand.check_may_begin(order.office, order.system)
        held = runner.counted(order.office, order.system, lambda: _open(configuration, order))
    except TryAgainLater as error:
        say(str(error))
        return _result("not_sent", reason=error.reason)
    with held as session:
        operation = session.operation(order.operation)
        if not order.dry_run:
            return _run(order, work, catalogue, operation)
        entered = operation.enter(work)
    return _result("dry_run", heals=list(entered.heals))


def _open(configuration: Any, order: PostOrder) -> Any:
    from flows.stations.logins import HeldSession

    return HeldSession(
        configuration,
        order.office,
        order.system,
        user=order.login,
        base_url=order.base_url,
        headed=order.headed,
        step=order.step,
    )


def _run(order: PostOrder, work: Work, catalogue: Any, operation: Operation) -> dict[str, Any]:
    from casework.actions import byhand, journal, runner
    from casework.actions.ending import Result, Terms

    terms = Terms.of(catalogue, order.operation)
    hand = byhand.Order(order.office, order.system, order.operation, terms.operation_class, work, order.again)
    posting = byhand.posting_for(hand)
    marked = work.model_copy(update={"marker": posting.marker, "case": posting.case.reference})
    try:
        outcome = runner.run_counted(posting, marked, operation, terms=terms, token=posting.case.token)
    except (NeedsReview, TryAgainLater) as error:
        byhand.put_down(posting, reason=error.reason)
        say(_in_words(error))
        last = journal.last_attempt(posting)
        return _result(_state_of(last), attempt=last, reason=error.reason)
    except Exception:
        byhand.put_down(posting, reason="posting_failed")
        raise
    byhand.put_down(posting, reason=str(outcome.result))
    if outcome.attempt is not None and outcome.result is Result.SETTLING:
        say(f"it may still take effect until {outcome.attempt.settle_until:%H:%M:%S} UTC: give the command again then")
    state = "unknown" if outcome.result is Result.SETTLING else "confirmed"
    reason = "" if outcome.result is Result.CONFIRMED else str(outcome.result)
    return _result(state, attempt=outcome.attempt, receipt=outcome.receipt, reason=reason)


def _in_words(error: Exception) -> str:
    """What happened: the proof that nothing left says more than the code under which it is booked."""
    return str(error.__cause__ if isinstance(error.__cause__, NothingLeft) else error)


def _state_of(attempt: Any) -> str:
    """`armed` and `sent` are unknown to the one who asks; nothing left while the attempt is only prepared."""
    if attempt is None or attempt.state == "prepared":
        return "not_sent"
    return "unknown" if attempt.state in ("armed", "sent") else str(attempt.state)


def _result(
    state: str, *, attempt: Any = None, receipt: str = "", reason: str = "", heals: list[str] | None = None
) -> dict[str, Any]:
    return {
        "state": state,
        "receipt": receipt or (attempt.receipt if attempt else "") or None,
        "attempt": attempt.number if attempt else None,
        "reason": reason or None,
        "evidence": attempt.pk if attempt else None,
        "heals": heals or [],
    }
