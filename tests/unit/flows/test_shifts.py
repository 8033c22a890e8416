"""Shifts: work off, linger, wake the next station, bear trouble, end when asked."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Self

import pytest

from casework.words.errors import LoginRefused, StoreError, TryAgainLater
from flows import shifts
from flows.stations import housekeeping, prepare, receive, transfer


class OneStop:
    """Ends the shift at its n-th wait."""

    def __init__(self, waits: int = 1_000) -> None:
        self.asked = False
        self.waits = waits

    def wait(self, seconds: float) -> bool:
        self.waits -= 1
        self.asked = self.waits <= 0
        return self.asked

    def interrupting(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Desk:
    """A station with a given amount of work, and perhaps more that comes later."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)

    def __call__(self, *_: object, **__: object) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def work_next(self) -> bool:
        return self.answers.pop(0) if self.answers else False


def test_a_shift_works_off_what_is_there_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "PrepareDesk", Desk(True, True, True))
    woken: list[str] = []
    assert shifts.prepare_cases(stop=_stop(), wake=woken.append, linger=0) == 3
    assert woken == ["transfer"] * 3


def test_a_lingering_shift_takes_what_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "TransferDesk", Desk(True, False, False, True))
    stop = OneStop()
    assert shifts.transfer_cases(None, None, stop=_as_stop(stop), linger=1.0) == 2
    assert stop.waits == 1_000 - 2 - 4, "two looks before the second case, four of a quarter second after it"


def test_a_shift_ends_between_two_cases_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(*[True] * 10)
    monkeypatch.setattr(transfer, "TransferDesk", desk)
    stop = OneStop()
    desk.work_next = _asking_at(2, stop)  # type: ignore[method-assign]
    assert shifts.transfer_cases(None, None, stop=_as_stop(stop), linger=60) == 2


def test_intake_wakes_prepare_only_for_new_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(3, 0)
    woken = _receive(monkeypatch, receiver, stop=OneStop(), rounds=2)
    assert woken == ["prepare"]


def test_a_mailbox_out_of_reach_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(TryAgainLater("mailbox_unreachable"), 2)
    assert _receive(monkeypatch, receiver, stop=OneStop(), rounds=1) == ["prepare"]


def test_a_full_store_leaves_the_mail_where_it_is_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(StoreError("the store could not keep a file (No space left on device)"), 2)
    assert _receive(monkeypatch, receiver, stop=OneStop(), rounds=1) == ["prepare"]


def test_a_refused_login_is_not_repeated_while_the_mailbox_waits_for_an_officer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receiver = Receiver(LoginRefused("no"), 7)
    usable = itertools.chain([True], itertools.repeat(False))
    woken = _receive(monkeypatch, receiver, stop=OneStop(waits=5), rounds=9, usable=lambda *_: next(usable))
    assert woken == []
    assert receiver.results == [7], "the second drain never came"


def test_by_hand_trouble_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "Receiver", Receiver(LoginRefused("the server refused the login")))
    with pytest.raises(LoginRefused):
        shifts.receive_mail("amt-a", "post", stop=_stop(), wake=lambda _: None, once=True)


def test_housekeeping_wakes_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "tidy", lambda: ["prepare", "transfer"])
    woken: list[str] = []
    assert shifts.keep_house(wake=woken.append) == ["prepare", "transfer"]
    assert woken == ["prepare", "transfer"]


class Receiver(Desk):
    """A mailbox whose drains give these results in turn."""

    def __init__(self, *results: int | Exception) -> None:
        super().__init__()
        self.results = list(results)
        self.on_wait: Callable[[], None] = lambda: None

    def drain(self) -> int:
        result = self.results.pop(0) if self.results else 0
        if isinstance(result, Exception):
            raise result
        return result

    def wait(self, seconds: float) -> bool:
        self.on_wait()
        return True


def _receive(
    monkeypatch: pytest.MonkeyPatch,
    receiver: Receiver,
    *,
    stop: OneStop,
    rounds: int,
    usable: Callable[..., bool] = lambda *_: True,
) -> list[str]:
    """Run the shift for so many waits for mail; what it woke."""
    left = itertools.count(rounds - 1, -1)

    def on_wait() -> None:
        stop.asked = next(left) <= 0

    receiver.on_wait = on_wait
    monkeypatch.setattr(receive, "Receiver", receiver)
    monkeypatch.setattr(shifts.health, "usable", usable)
    woken: list[str] = []
    shifts.receive_mail("amt-a", "post", stop=_as_stop(stop), wake=woken.append)
    return woken


def _asking_at(number: int, stop: OneStop) -> Callable[[], bool]:
    counter = itertools.count(1)

    def work_next() -> bool:
        stop.asked = next(counter) >= number
        return True

    return work_next


def _as_stop(stop: OneStop) -> Any:
    return stop


def _stop() -> Any:
    return OneStop()
