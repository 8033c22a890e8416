"""A small bar chart as numbers for inline SVG: gross as an outline, net as a filled bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 760
LABEL = 300
ROW = 34
BAR = 16


@dataclass(frozen=True)
class Bar:
    """One row of the chart; lengths and places in SVG units, `net` never shorter than nothing."""

    title: str
    gross: int
    net: int
    y: int
    text_y: int
    gross_width: float
    net_width: float
    value_x: float


@dataclass(frozen=True)
class Bars:
    """The chart: its rows and its size."""

    rows: tuple[Bar, ...]
    width: int
    height: int
    label: int
    bar: int


def bars(values: Sequence[tuple[str, int, int]]) -> Bars:
    """Bars for rows of title, gross and net seconds, all on one scale."""
    longest = max((gross for _title, gross, _net in values), default=0) or 1
    room = WIDTH - LABEL - 90
    rows = []
    for index, (title, gross, net) in enumerate(values):
        long, short = gross / longest * room, max(0, net) / longest * room
        y = index * ROW + 8
        rows.append(Bar(title, gross, net, y, y + 13, round(long, 1), round(short, 1), round(LABEL + long + 8, 1)))
    return Bars(tuple(rows), WIDTH, len(rows) * ROW + 8, LABEL, BAR)
