"""Betrieb: what ran, what waits, what failed; the health of systems and mailboxes; stopping and resuming."""

from __future__ import annotations

import os
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.actions import clock, health, pauses
from casework.actions.force import current
from casework.actions.pauses import Backlog, NothingToPause
from casework.console import words
from casework.console.doorways import door_views, reconciliation_views
from casework.console.person import person
from casework.policies import permissions
from casework.record.models import AuditEvent, Case, Lease, Pause, SystemHealth
from casework.words.states import State

TROUBLES = ("attempt_rejected", "attempt_absent", "attempt_unknown", "settling")


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The page; asked for by htmx only its live part."""
    user = person(request)
    permissions.check_operate(user)
    offices = permissions.offices_with(user, permissions.OPERATORS)
    house = list(current().offices)
    context = {
        "section": "operations",
        "processes": _processes(offices),
        "working": _working(offices),
        "troubles": _troubles(offices),
        "doors": door_views(offices),
        "reconciliations": reconciliation_views(offices),
        "health": _systems(offices),
        "pauses": _pauses(request, house),
        "scopes": _scopes(request, house),
        "backlogs": [(policy.value, words.word(words.BACKLOGS, policy)) for policy in Backlog],
        "prefect": os.environ.get("AMTSBOTE_PREFECT_UI", ""),
        "now": clock.now(),
    }
    live = bool(request.headers.get("HX-Request"))
    return render(request, "console/_operations_live.html" if live else "console/operations.html", context)


@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Stop what the form names."""
    user = person(request)
    permissions.check_operate(user)
    scope, _colon, name = request.POST.get("what", "").partition(":")
    permissions.check_pause(user, scope, name, offices=current().offices)
    try:
        pauses.pause(scope, name, backlog=_backlog(request), user=user)
    except NothingToPause:
        messages.error(request, _("Bitte wählen Sie, was angehalten werden soll."))
        return redirect("operations")
    messages.success(request, _("Angehalten. Was schon begonnen ist, wird noch zu Ende gebracht."))
    return redirect("operations")


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """End the pause that the form names."""
    user = person(request)
    permissions.check_operate(user)
    scope, _colon, name = request.POST.get("what", "").partition(":")
    permissions.check_pause(user, scope, name, offices=current().offices)
    try:
        concerned = pauses.resume(scope, name, backlog=_backlog(request), user=user)
    except NothingToPause:
        messages.error(request, _("Das war nicht angehalten. Es wurde nichts geändert."))
        return redirect("operations")
    messages.success(request, _("Es geht weiter. Wartende Vorgänge: %(number)s.") % {"number": concerned})
    return redirect("operations")


def _backlog(request: HttpRequest) -> Backlog:
    given = request.POST.get("backlog", "")
    return Backlog(given) if given in list(Backlog) else Backlog.WORK_OFF


def _processes(offices: list[str]) -> list[dict[str, object]]:
    """Cases per process by state, and since when the oldest waits for a bot."""
    cases = Case.objects.filter(office__in=offices).order_by().values("process")
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    waiting = Min("changed_at", filter=Q(state__in=(State.NEW, State.READY, State.POSTING)))
    rows = cases.annotate(**counts, waiting_since=waiting)
    titled = ({**row, "title": words.process_title(row["process"])} for row in rows)
    return sorted(titled, key=lambda row: str(row["title"]))


def _systems(offices: list[str]) -> QuerySet[SystemHealth]:
    return SystemHealth.objects.filter(office__in=[*offices, ""]).exclude(kind="mailbox").order_by("name", "office")


def _working(offices: list[str]) -> list[Lease]:
    """Who holds a lease for these offices now: mailboxes, login slots, shifts."""
    held = Lease.objects.filter(office__in=offices, until__gt=clock.now()).exclude(holder="")
    return list(held.order_by("name"))


def _troubles(offices: list[str]) -> list[AuditEvent]:
    """The latest events of the last day that say something did not work."""
    since = clock.now() - timedelta(days=1)
    events = AuditEvent.objects.filter(office__in=offices, code__in=TROUBLES, at__gte=since)
    return list(events.select_related("case").order_by("-pk")[:15])


def _pauses(request: HttpRequest, house: list[str]) -> list[dict[str, object]]:
    """What stands still until somebody resumes it: what a person stopped, and what a refused login stopped."""
    user = person(request)
    held = [(pause, "") for pause in pauses.active().select_related("user")]
    held += [(_as_pause(row), row.reason) for row in _waiting_for_officer(user)]
    once = {(pause.scope, pause.name): (pause, reason) for pause, reason in reversed(held)}
    return [
        {"pause": pause, "reason": reason, "may": permissions.can_pause(user, pause.scope, pause.name, offices=house)}
        for pause, reason in reversed(once.values())
    ]


def _waiting_for_officer(user: User) -> list[SystemHealth]:
    offices = permissions.offices_with(user, permissions.OPERATORS)
    return list(SystemHealth.objects.filter(office__in=[*offices, ""], needs_officer=True).order_by("kind", "name"))


def _as_pause(row: SystemHealth) -> Pause:
    """A system or mailbox that waits for an officer, told like a pause; it is never saved."""
    name = health.paused_name(row.office, row.kind, row.name)
    return Pause(scope=row.kind, name=name, since=row.last_failure or clock.now(), backlog=Backlog.WORK_OFF)


def _scopes(request: HttpRequest, house: list[str]) -> list[tuple[str, str]]:
    """What this person may stop, as choices of the form."""
    user, configuration = person(request), current()
    choices = [("all", "", _("Alles"))]
    choices += [("office", name, f"{_('Amt')}: {words.office_name(name)}") for name in configuration.offices]
    choices += [("process", name, f"{_('Prozess')}: {words.process_title(name)}") for name in configuration.processes]
    choices += [("system", name, f"{_('Zielsystem')}: {words.system_title(name)}") for name in configuration.systems]
    choices += [("mailbox", name, f"{_('Postfach')}: {words.mailbox_title(name)}") for name in pauses.mailboxes()]
    return [
        (f"{scope}:{name}", title)
        for scope, name, title in choices
        if permissions.can_pause(user, scope, name, offices=house)
    ]
