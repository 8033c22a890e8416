"""The figures of a demo, without the record behind them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """How far the post is: what came is `stored`, what nobody read yet is `new`, what still moves by itself
    `open`, answers on their way among it."""

    stored: int
    new: int
    open: int
    review: int
    ended: int


@dataclass(frozen=True)
class Counted:
    """The record's figures in the words of summary.json; `markers` by system/operation."""

    messages: int
    cases: int
    processes: dict[str, dict[str, int]]
    reasons: dict[str, int]
    record: dict[str, int]
    markers: dict[str, set[str]]
    lost: int
    unexplained_parts: int
    seconds: dict[str, float]
    saved: dict[str, int] = field(default_factory=dict)
