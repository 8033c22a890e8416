"""The Prüfliste and the list of all cases: filter, search, sort, page; the same rows as CSV."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.console import review_list, words
from casework.console.formats import shown_sender
from casework.console.person import person
from casework.policies import permissions
from casework.record.models import Case
from casework.register.table import csv_text
from casework.words.states import State

PER_PAGE = 50
MOST_EXPORTED = 20_000


@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """The Prüfliste; asked for by htmx only its rows, unchanged ones as 304."""
    user = person(request)
    permissions.check_read_cases(user)
    narrowing = review_list.Narrowing.of(request.GET)
    page = _page(request, _listed(review_list.narrowed(user, narrowing)))
    reasons = review_list.reasons(user, narrowing)
    context = {
        "section": "queue",
        "narrowing": narrowing,
        "page": page,
        "reasons": reasons,
        "total": sum(number for _reason, number in reasons),
        "offices": permissions.offices_with(user, permissions.READERS),
        "processes": _processes(review_list.waiting(user)),
        "may_decide": bool(permissions.offices_with(user, permissions.DECIDERS)),
    }
    if not request.headers.get("HX-Request"):
        return render(request, "console/queue.html", context)
    return _revalidated(request, render(request, "console/_queue_rows.html", context))


@require_GET
def following(request: HttpRequest) -> HttpResponse:
    """Open the next case of the list, or the one after `nach`, which stays as it is; the list when there is none."""
    user = person(request)
    permissions.check_read_cases(user)
    narrowing = review_list.Narrowing.of(request.GET)
    left = request.GET.get("nach", "")
    case = review_list.case_following(user, narrowing, left) if left else review_list.next_case(user, narrowing)
    if case is None:
        return redirect("queue")
    response = redirect("case", reference=case.reference)
    if narrowing.query:
        response["Location"] += f"?{narrowing.query}"
    return response


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """All cases, done and closed ones too, newest first."""
    user = person(request)
    permissions.check_read_cases(user)
    narrowing = review_list.Narrowing.of(request.GET)
    state = request.GET.get("state", "")
    listed = permissions.cases_visible_to(user)
    if state in list(State):
        listed = listed.filter(state=state)
    if narrowing.office:
        listed = listed.filter(office=narrowing.office)
    if narrowing.process:
        listed = listed.filter(process=narrowing.process)
    if narrowing.q:
        listed = review_list.found(listed, narrowing.q)
    context = {
        "section": "cases",
        "narrowing": narrowing,
        "state": state,
        "states": [(name.value, words.word(words.STATES, name)) for name in State],
        "page": _page(request, _listed(listed).order_by("-opened_at", "-pk")),
        "offices": permissions.offices_with(user, permissions.READERS),
        "processes": _processes(permissions.cases_visible_to(user)),
    }
    return render(request, "console/cases.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The Prüfliste as it is filtered, as CSV for a spreadsheet."""
    user = person(request)
    permissions.check_read_cases(user)
    listed = _listed(review_list.narrowed(user, review_list.Narrowing.of(request.GET)))[:MOST_EXPORTED]
    head = [_("Vorgang"), _("Amt"), _("Prozess"), _("Grund"), _("Eingang"), _("Fällig"), _("Absender"), _("Betreff")]
    return csv_answer("pruefliste.csv", [head, *(_csv_row(case) for case in listed)])


def csv_answer(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Rows as a CSV file, with the byte order mark by which spreadsheets know UTF-8."""
    response = HttpResponse("\ufeff" + csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_row(case: Case) -> list[object]:
    message = case.message
    return [
        case.reference,
        words.office_name(case.office),
        words.process_title(case.process),
        words.reason_title(case.reason),
        timezone.localtime(case.opened_at).strftime("%Y-%m-%d %H:%M"),
        timezone.localtime(case.due).strftime("%Y-%m-%d") if case.due else "",
        shown_sender(message),
        message.subject,
    ]


def _listed(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_related("message", "assigned_to")


def _page(request: HttpRequest, cases: QuerySet[Case]) -> Page[Case]:
    return Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))


def _processes(cases: QuerySet[Case]) -> list[tuple[str, str]]:
    found = cases.order_by().values_list("process", flat=True).distinct()
    return sorted(((name, words.process_title(name)) for name in found), key=lambda pair: pair[1])


def _revalidated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """With an ETag, and empty when the page that asks has the same content already."""
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "HX-Request, Cookie"
    return response
