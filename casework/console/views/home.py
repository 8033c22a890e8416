"""The start page: what waits for this person, what stands still, what was done today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from casework.actions import clock, pauses
from casework.console import review_list
from casework.console.answering import needing_somebody
from casework.console.person import person
from casework.policies import permissions
from casework.record.models import Case, SystemHealth
from casework.register import savings
from casework.words.states import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ONE_YEAR = 365 * 86400


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    user = person(request)
    return render(
        request,
        "console/home.html",
        {
            "section": "home",
            "roles": sorted(permissions.roles_of(user).items()),
            "work": _work(user),
            "today": _today(user),
            "saved": _saved(user),
            "stopped": _stopped(user),
            "unsent": needing_somebody(permissions.cases_visible_to(user)),
        },
    )


def _work(user: User) -> dict[str, object] | None:
    if not permissions.can_read_cases(user):
        return None
    nothing = review_list.Narrowing()
    waiting = review_list.narrowed(user, nothing).order_by()
    sums = waiting.aggregate(
        number=Count("pk"), oldest=Min("opened_at"), overdue=Count("pk", filter=Q(due__lt=clock.now()))
    )
    following = review_list.next_case(user, nothing)
    return {**sums, "next": following, "reasons": review_list.reasons(user, nothing)[:6]}


def _today(user: User) -> dict[str, int] | None:
    if not permissions.can_read_cases(user):
        return None
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    cases = permissions.cases_visible_to(user)
    return cases.aggregate(
        received=Count("pk", filter=Q(opened_at__gte=midnight)),
        done=Count("pk", filter=Q(state=State.DONE, closed_at__gte=midnight)),
        closed=Count("pk", filter=Q(state=State.CLOSED, closed_at__gte=midnight)),
        moving=Count("pk", filter=Q(state__in=(State.NEW, State.READY, State.POSTING))),
    )


def _saved(user: User) -> savings.SavingsRow | None:
    offices = permissions.offices_with(user, permissions.BOOK_READERS)
    if not offices:
        return None
    month = timezone.localdate().replace(day=1)
    return savings.total(savings.publishable(savings.savings(offices, month=month)))


def _stopped(user: User) -> dict[str, list[object]] | None:
    """Pauses and systems in trouble, for those who can do something about them."""
    offices = permissions.offices_with(user, permissions.OPERATORS)
    if not offices:
        return None
    troubled = SystemHealth.objects.filter(office__in=[*offices, ""])
    troubled = troubled.filter(Q(needs_officer=True) | Q(paused_until__gt=clock.now()))
    stuck = Case.objects.filter(office__in=offices, state=State.POSTING)
    stuck = stuck.filter(changed_at__lt=clock.now() - timedelta(minutes=30))
    return {"pauses": list(pauses.active()), "systems": list(troubled), "stuck": list(stuck[:5])}


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of the pages in a cookie."""
    wanted = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    if translation.check_for_language(wanted) and wanted in dict(settings.LANGUAGES):
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=secure
        )
    return response
