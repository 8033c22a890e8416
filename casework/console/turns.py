"""Whose turn it is: the signed-in person, the version of the case they saw, the time they spent on it."""

from __future__ import annotations

from django.http import HttpRequest

from casework.actions.decisions import Turn
from casework.console import stopwatch
from casework.console.person import person
from casework.record.models import Case


def turn_of(request: HttpRequest, case: Case) -> Turn:
    """The turn a form of this case carries; a form without a version counts as outdated."""
    version = request.POST.get("version", "")
    token = request.POST.get("opened", "")
    measured = stopwatch.seconds(case, token, request.POST.get("seconds", ""))
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    return Turn(person(request), seen, measured, page=stopwatch.page(token))
