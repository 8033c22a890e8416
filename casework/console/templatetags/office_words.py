"""Filters and tags for the words and figures of the console."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from casework.actions import clock
from casework.console import formats, words
from casework.policies import permissions

register = template.Library()

TABLES = {
    "state": words.STATES,
    "answer_state": words.ANSWER_STATES,
    "kind": words.KINDS,
    "answer": words.ANSWERS,
    "closing": words.CLOSINGS,
    "event": words.EVENTS,
    "attempt": words.ATTEMPTS,
    "actor": words.ACTORS,
    "severity": words.SEVERITIES,
    "fate": words.FATES,
    "known": words.KNOWN,
    "scope": words.SCOPES,
    "backlog": words.BACKLOGS,
    "role": words.ROLES,
}


@register.filter
def in_words(code: str, table: str) -> str:
    """The words of a code: `{{ case.state|in_words:"state" }}`."""
    return words.word(TABLES[table], str(code))


register.filter("reason_words", words.reason_words)
register.filter("reason_title", words.reason_title)
register.filter("process_title", words.process_title)
register.filter("office_name", words.office_name)
register.filter("scope_words", lambda pause: words.scope_words(pause.scope, pause.name))
register.filter("health_name", lambda health: words.health_name(health.kind, health.name))
register.filter("lease_words", lambda lease: words.lease_words(lease.name))
register.filter("hours", formats.shown_hours)
register.filter("system_title", words.system_title)
register.filter("money", formats.shown_money)
register.filter("shown_subject", formats.shown_subject)
register.filter("shown_sender", formats.shown_sender)
register.filter("listed_sender", formats.listed_sender)
register.filter("domain", formats.domain)


@register.simple_tag
def nothing(what: str) -> SafeString:
    """A dash in a table for what is not there; who cannot see it hears what: `{% nothing _("keine Frist") %}`."""
    return format_html('<span class="soft" aria-hidden="true">–</span><span class="unseen">{}</span>', what)


@register.filter
def unlocalised(number: float) -> str:
    """A number as SVG wants it, with a point in every language."""
    return f"{number:g}"


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    return duration(clock.now() - moment)


def duration(gone: timedelta) -> str:
    """A time span in words, rounded down."""
    minutes = max(0, int(gone.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(number)s Minute", "%(number)s Minuten", minutes) % {"number": minutes}
    if minutes < 48 * 60:
        return ngettext("%(number)s Stunde", "%(number)s Stunden", minutes // 60) % {"number": minutes // 60}
    return ngettext("%(number)s Tag", "%(number)s Tage", minutes // 1440) % {"number": minutes // 1440}


@register.filter(expects_localtime=True)
def day(when: date, form: str = "day") -> str:
    """A day in the page's language: `23.11.2026` or `2026-11-23`; with `"short"` without the year."""
    return date_format(when, formats.DAYS[form, formats.is_german()])


@register.filter(expects_localtime=True)
def moment(when: datetime, form: str = "day") -> str:
    """Day and time; with `"exact"` to the second, with `"short"` without the year."""
    time = "H:i:s" if form == "exact" else "H:i"
    return f"{day(when, 'short' if form == 'short' else 'day')} {date_format(when, time)}"


@register.filter
def is_past(moment: datetime | None) -> bool:
    """Is the moment over?"""
    return moment is not None and moment < clock.now()


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> list[dict[str, Any]]:
    """The pages this person may open, with the one they are on."""
    request: HttpRequest = context["request"]
    user = request.user
    if not isinstance(user, User):
        return []
    pages = [
        ("home", _("Start"), True),
        ("queue", _("Prüfliste"), permissions.can_read_cases(user)),
        ("cases", _("Vorgänge"), permissions.can_read_cases(user)),
        ("savings", _("Einsparungen"), permissions.can_see_books(user)),
        ("operations", _("Betrieb"), permissions.can_operate(user)),
        ("trails", _("Revision"), permissions.can_see_trail(user)),
    ]
    section = context.get("section", "")
    return [{"url": reverse(name), "title": title, "current": name == section} for name, title, may in pages if may]


@register.simple_tag(takes_context=True)
def person_words(context: RequestContext) -> str:
    """Who is signed in: the name, or the account."""
    user: User = context["request"].user
    name: str = user.get_full_name() or user.get_username()
    return name


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """The languages of the console."""
    return list(settings.LANGUAGES)


@register.simple_tag(takes_context=True)
def page_query(context: RequestContext, number: int) -> str:
    """The address of another page of the same list."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"
