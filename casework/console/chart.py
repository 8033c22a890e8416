"""Bars for inline SVG: gross as an outline, net as the filled part, both in per cent of the longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One row of a chart: seconds in `net`, lengths in per cent, never below nothing."""

    title: str
    net: int
    gross_width: float
    net_width: float


def bars(values: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """Bars for rows of title, gross and net seconds, all on one scale."""
    longest = max((gross for _title, gross, _net in values), default=0) or 1
    return [
        Bar(title, net, round(gross / longest * 100, 1), round(max(0, net) / longest * 100, 1))
        for title, gross, net in values
    ]
