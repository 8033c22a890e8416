"""What should become of a document: alone or by a clerk, with which reason, and how it ends.

The codes are written down here a second time on purpose: the generator shares nothing with the house it tries.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expectation:
    """`automatic_expected`: it goes its way without a clerk when the office is set to *automatic*.

    `expected_reason` is the code of the review (or of the closing, for what closes alone); `also_right` are codes that
    are as right. `expected_final` is the last state, `done` or `closed`. `decision` is what a clerk answers when
    the document waits (also when it was expected to go alone): `release`, `correct_and_release` (the fields are then
    those of the truth) or `close`, for the reason `closing`.
    """

    automatic_expected: bool
    expected_final: str
    expected_reason: str | None = None
    also_right: tuple[str, ...] = ()
    decision: str = "release"
    closing: str | None = None


def posted_alone() -> Expectation:
    """The bytes prove it all: posted without a clerk."""
    return Expectation(automatic_expected=True, expected_final="done", decision="release")


def closed_alone(reason: str) -> Expectation:
    """Nothing to do, and the head of the mail says so: closed without a clerk."""
    return Expectation(True, "closed", expected_reason=reason, decision="close", closing=reason)


def released(reason: str, *also_right: str) -> Expectation:
    """A clerk looks, completes or corrects what is missing, and releases."""
    return Expectation(
        automatic_expected=False,
        expected_final="done",
        expected_reason=reason,
        also_right=also_right,
        decision="correct_and_release",
    )


def closed_by_clerk(reason: str, *also_right: str, closing: str) -> Expectation:
    """A clerk looks and closes it."""
    return Expectation(
        automatic_expected=False,
        expected_final="closed",
        expected_reason=reason,
        also_right=also_right,
        decision="close",
        closing=closing,
    )
