"""Revision: what happened to a case, event by event, with the verified chain and the pictures."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.actions import verification
from casework.console import review_list
from casework.console.person import person, visible_case
from casework.policies import permissions
from casework.record.models import Attempt, AuditEvent, Case

PER_PAGE = 50


@require_GET
def trails(request: HttpRequest) -> HttpResponse:
    """Look for a case to revise, and the latest events that belong to no case."""
    user = person(request)
    permissions.check_see_trail(user)
    offices = permissions.offices_with(user, permissions.TRAIL_READERS)
    text = request.GET.get("q", "").strip()[:200]
    cases = Case.objects.filter(office__in=offices).select_related("message")
    if text:
        cases = review_list.found(cases, text)
    house = AuditEvent.objects.filter(case=None, office__in=[*offices, ""]).select_related("user").order_by("-pk")
    context = {
        "section": "trails",
        "q": text,
        "page": Paginator(cases.order_by("-changed_at", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "events": house[:20],
    }
    return render(request, "console/trails.html", context)


@require_GET
def trail(request: HttpRequest, reference: str) -> HttpResponse:
    """The audit trail of one case."""
    case = visible_case(request, reference)
    permissions.check_see_trail(person(request), case.office)
    attempts = Attempt.objects.filter(posting__case=case).select_related("posting").prefetch_related("evidence")
    context = {
        "section": "trails",
        "case": case,
        "events": case_events(case),
        "breaks": list(verification.verify_case(case)),
        "attempts": attempts.order_by("posting__step", "number"),
    }
    return render(request, "console/trail.html", context)


def case_events(case: Case) -> list[AuditEvent]:
    """The events of a case in their order."""
    return list(AuditEvent.objects.filter(case=case).select_related("user").order_by("number"))
