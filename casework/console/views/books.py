"""Einsparungen: what was saved per process and month, how it is known, and the entries behind every figure."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.actions.force import current
from casework.console import chart, savings_table, words
from casework.console.person import person
from casework.console.views.lists import csv_answer
from casework.policies import permissions
from casework.record.models import EffortEntry, EffortKind
from casework.register import savings
from casework.register.savings import SavingsRow

MONTHS = 12
MOST_ENTRIES = 500


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The table per process and month, with bars for the newest month."""
    rows = _rows(request)
    months = sorted({row.month for row in rows}, reverse=True)
    chosen = _month(request.GET.get("month", "")) or (months[0] if months else None)
    of_month = [row for row in rows if row.month == chosen]
    several = len({row.office for row in rows}) > 1
    context = {
        "section": "savings",
        "months": months,
        "chosen": chosen,
        "rows": of_month,
        "total": savings.total(of_month),
        "bars": chart.bars([(_bar_title(row, several), row.gross, row.net) for row in of_month]),
        "history": [(month, savings.total(row for row in rows if row.month == month)) for month in months],
        "several": several,
        "fewest": savings.FEWEST,
    }
    return render(request, "console/savings.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same table as CSV."""
    return csv_answer("einsparungen.csv", savings_table.sheet(_rows(request)))


@require_GET
def entries(request: HttpRequest, office: str, process: str, month: str) -> HttpResponse:
    """The entries behind one row: cases with the baseline that counted; measured time only as a sum."""
    user = person(request)
    day = _month(month)
    if day is None or office not in permissions.offices_with(user, permissions.BOOK_READERS):
        raise Http404
    shown = savings.publishable(savings.savings([office], month=day))
    row = next((row for row in shown if process == row.process), None)
    if row is None:
        raise Http404
    saved = EffortEntry.objects.filter(office=office, process__in=row.processes, month=day, kind=EffortKind.SAVED)
    saved = saved.select_related("case", "event").order_by("event__at")
    used = sorted(saved.order_by().values_list("baseline", flat=True).distinct())
    context = {
        "section": "savings",
        "row": row,
        "entries": saved[:MOST_ENTRIES],
        "more": max(0, saved.count() - MOST_ENTRIES),
        "baselines": [found for name in used if (found := current().baselines.get(name))],
        "may_open": permissions.has_role(user, office, permissions.READERS),
    }
    return render(request, "console/savings_entries.html", context)


def _rows(request: HttpRequest) -> list[SavingsRow]:
    user = person(request)
    permissions.check_see_books(user)
    offices = permissions.offices_with(user, permissions.BOOK_READERS)
    since = (timezone.localdate().replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    return savings.publishable(savings.savings(offices, since=since))


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _bar_title(row: SavingsRow, several: bool) -> str:
    title = words.process_title(row.process)
    return f"{words.office_name(row.office)}: {title}" if several else title
