"""The state of one gate: closed for commits, armed for exactly one, or spent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from casework.words.work import Departure, Permit

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Passage:
    """What happened at the gate while it was armed.

    `forwarded` False proves that nothing of a commit left. `status` is the system's answer; `trouble` says why there is
    none (`reset closed timeout garbled unreachable status_408 …`); `refused` lists the requests that were held back.
    """

    forwarded: bool = False
    sign: str = ""
    digest: str = ""
    status: int | None = None
    trouble: str = ""
    refused: tuple[str, ...] = ()
    answered: bool = False


class Held(Exception):
    """A request must not pass; `reason` is a code for the browser's page and the passage."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(detail or reason)


@dataclass
class _Arming:
    departure: Departure
    signs: frozenset[str]
    passage: Passage = field(default_factory=Passage)
    claimed: bool = False


class Claim:
    """The one chance of an armed gate to let a commit through."""

    def __init__(self, guard: Guard, arming: _Arming, sign: str, digest: str) -> None:
        self._guard = guard
        self._arming = arming
        self.sign = sign
        self.digest = digest

    def ask_departure(self) -> None:
        """Ask whether it may leave; after this returns the request counts as forwarded. Raises `Held`."""
        try:
            verdict = self._arming.departure.may_leave(self.sign, self.digest)
        except Exception as error:
            log.exception("the journal could not be written; the commit %s was held back", self.sign)
            raise Held("journal_failed") from error
        if not isinstance(verdict, Permit):
            raise Held(verdict.reason)
        self._guard.leave(self._arming)

    def answered(self, status: int) -> None:
        """The system answered."""
        self._guard.note(self._arming, status=status, answered=True)

    def broken(self, trouble: str) -> None:
        """No usable answer came, or nothing could be sent."""
        self._guard.note(self._arming, trouble=trouble, answered=True)


class Guard:
    """Decides over writing requests; every change of state happens under one lock."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._arming: _Arming | None = None

    @property
    def armed(self) -> bool:
        """Whether a commit is being waited for or has just passed."""
        return self._arming is not None

    def arm(self, departure: Departure, *, signs: Collection[str]) -> None:
        """Open for one commit with one of these signs; until `disarm`, unlisted writing requests are held."""
        with self._changed:
            if self._arming is not None:
                raise RuntimeError("the gate is armed already: disarm it first")
            self._arming = _Arming(departure, frozenset(signs))

    def disarm(self) -> Passage:
        """Close for good and say what happened. A commit not yet forwarded can never leave after this."""
        with self._changed:
            arming, self._arming = self._arming, None
        return arming.passage if arming else Passage()

    def passage(self) -> Passage:
        """What happened so far."""
        with self._changed:
            return self._arming.passage if self._arming else Passage()

    def claim(self, sign: str, digest: str) -> Claim:
        """Take the one chance for a commit. Raises `Held` when not armed, for another sign, or a second time."""
        with self._changed:
            arming = self._arming
            if arming is None:
                raise Held("commit_not_armed")
            if sign not in arming.signs:
                raise self._hold(arming, f"other_commit:{sign}")
            if arming.claimed:
                raise self._hold(arming, f"second_commit:{sign}")
            arming.claimed = True
            arming.passage = replace(arming.passage, sign=sign, digest=digest)
            return Claim(self, arming, sign, digest)

    def check_writing(self, *, harmless: bool, name: str) -> None:
        """Hold an unlisted writing request back while armed."""
        with self._changed:
            if self._arming is not None and not harmless:
                raise self._hold(self._arming, f"unlisted:{name}")

    def leave(self, arming: _Arming) -> None:
        """The point of no return. Raises `Held` when the gate was disarmed in the meantime."""
        with self._changed:
            if self._arming is not arming:
                raise Held("commit_not_armed")
            arming.passage = replace(arming.passage, forwarded=True)

    def note(self, arming: _Arming, **facts: object) -> None:
        """Add facts to the passage and wake who waits for them."""
        with self._changed:
            arming.passage = replace(arming.passage, **facts)  # type: ignore[arg-type]
            self._changed.notify_all()

    @staticmethod
    def _hold(arming: _Arming, reason: str) -> Held:
        arming.passage = replace(arming.passage, refused=(*arming.passage.refused, reason))
        return Held(reason.partition(":")[0])
