"""What was saved, per office, process and month, from the books: gross, measured clerk time, failures, net.

`savings` gives the exact sums; `publishable` is what people may see: nothing that rests on fewer than five cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from casework.record.models import EffortEntry, EffortKind

FEWEST = 5
"""A figure that rests on fewer cases could be a figure about a person (DESIGN §8)."""
OTHERS = "others"
"""Stands for the process of rows that were merged because each alone rested on too few cases."""


@dataclass(frozen=True)
class SavingsRow:
    """One office, process and month. Seconds; counts are cases. `known`: how the baselines are known, by cases.

    `human_cases` are those that took measured human time; `processes` names what a merged row holds.
    """

    office: str
    process: str
    month: date
    cases: int = 0
    gross: int = 0
    clerk: int = 0
    failures: int = 0
    human_cases: int = 0
    failure_cases: int = 0
    known: tuple[tuple[str, int], ...] = ()
    processes: tuple[str, ...] = ()

    @property
    def net(self) -> int:
        """Gross less the measured time of people; may be negative."""
        return self.gross - self.clerk - self.failures

    @property
    def is_publishable(self) -> bool:
        """Does every sum in the row rest on at least five cases, or on none?"""
        return all(count == 0 or count >= FEWEST for count in (self.cases, self.human_cases))


def savings(offices: Sequence[str], *, month: date | None = None, since: date | None = None) -> list[SavingsRow]:
    """The exact sums of these offices, newest month first; of one month, or from the month `since` on."""
    entries = EffortEntry.objects.filter(office__in=offices)
    if month is not None:
        entries = entries.filter(month=month.replace(day=1))
    if since is not None:
        entries = entries.filter(month__gte=since.replace(day=1))
    rows: dict[tuple[str, str, date], SavingsRow] = {}
    grouped = entries.values("office", "process", "month", "kind", "known").order_by()
    for sums in grouped.annotate(total=Coalesce(Sum("seconds"), 0), number=Count("case", distinct=True)):
        key = (sums["office"], sums["process"], sums["month"])
        row = rows.get(key) or SavingsRow(*key, processes=(sums["process"],))
        rows[key] = _with(row, sums["kind"], sums["known"], sums["total"], sums["number"])
    human = entries.exclude(kind=EffortKind.SAVED).values("office", "process", "month").order_by()
    for seen in human.annotate(number=Count("case", distinct=True)):
        key = (seen["office"], seen["process"], seen["month"])
        rows[key] = replace(rows[key], human_cases=seen["number"])
    return sorted(rows.values(), key=lambda row: (-row.month.toordinal(), row.office, row.process))


def publishable(rows: Iterable[SavingsRow]) -> list[SavingsRow]:
    """The rows people may see: within an office and month small ones are merged, and left out if still too small.

    So that no small row can be reckoned back from a total, the next smallest joins the merged row when needed.
    """
    groups: dict[tuple[str, date], list[SavingsRow]] = {}
    for row in rows:
        groups.setdefault((row.office, row.month), []).append(row)
    shown = [row for group in groups.values() for row in _merged(group)]
    return [_without_small_failures(row) for row in shown]


def total(rows: Iterable[SavingsRow]) -> SavingsRow | None:
    """The sum of rows; None of none."""
    summed: SavingsRow | None = None
    for row in rows:
        summed = row if summed is None else _plus(summed, row)
    return summed


def _merged(group: list[SavingsRow]) -> list[SavingsRow]:
    good = sorted(
        (row for row in group if row.is_publishable), key=lambda row: row.cases + row.human_cases, reverse=True
    )
    rest = total(row for row in group if not row.is_publishable)
    while rest is not None and not rest.is_publishable and good:
        rest = _plus(rest, good.pop())
    if rest is None:
        return sorted(good, key=lambda row: row.process)
    merged = rest if len(rest.processes) == 1 else replace(rest, process=OTHERS)
    return sorted(good, key=lambda row: row.process) + ([merged] if merged.is_publishable else [])


def _without_small_failures(row: SavingsRow) -> SavingsRow:
    """Time on fewer than five failed cases stands with the rest of the measured time."""
    if row.failure_cases == 0 or row.failure_cases >= FEWEST:
        return row
    return replace(row, clerk=row.clerk + row.failures, failures=0, failure_cases=0)


def _with(row: SavingsRow, kind: str, known: str, seconds: int, cases: int) -> SavingsRow:
    if kind == EffortKind.SAVED:
        return replace(row, cases=row.cases + cases, gross=row.gross + seconds, known=(*row.known, (known, cases)))
    if kind == EffortKind.CLERK:
        return replace(row, clerk=row.clerk + seconds)
    return replace(row, failures=row.failures + seconds, failure_cases=row.failure_cases + cases)


def _plus(one: SavingsRow, other: SavingsRow) -> SavingsRow:
    known: dict[str, int] = {}
    for name, cases in (*one.known, *other.known):
        known[name] = known.get(name, 0) + cases
    return replace(
        one,
        cases=one.cases + other.cases,
        gross=one.gross + other.gross,
        clerk=one.clerk + other.clerk,
        failures=one.failures + other.failures,
        human_cases=one.human_cases + other.human_cases,
        failure_cases=one.failure_cases + other.failure_cases,
        known=tuple(sorted(known.items())),
        processes=tuple(sorted({*one.processes, *other.processes})),
    )
