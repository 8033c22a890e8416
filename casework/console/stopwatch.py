"""Time on task: measured in the page while it is visible and used, bounded by a signed moment of opening."""

from __future__ import annotations

import secrets
from math import ceil

from django.core import signing

from casework.actions import clock
from casework.actions.decisions import LONGEST_SECONDS
from casework.record.models import Case

SALT = "amtsbote.case.opened"
WITHOUT_SCRIPT = 300
"""Seconds at most where the page could not measure and only the moment of opening is known."""


def begin(case: Case) -> str:
    """A signed token that says when this page of a case was opened."""
    return signing.dumps([case.pk, clock.now().timestamp(), secrets.token_hex(8)], salt=SALT)


def page(token: str) -> str:
    """The mark of the opened page, by which its time is counted once; empty for a false token."""
    try:
        return str(signing.loads(token, salt=SALT)[2])
    except signing.BadSignature:
        return ""


def seconds(case: Case, token: str, measured: str) -> int:
    """Whole seconds of work: what the page measured, at most what passed since it was opened; 0 for a false token.

    A started second counts as one: whoever answered spent time on it.
    """
    try:
        number, opened, _mark = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return 0
    if number != case.pk:
        return 0
    passed = max(1, ceil(clock.now().timestamp() - float(opened)))
    if measured.isdecimal() and len(measured) < 7:
        return min(max(1, int(measured)), passed, LONGEST_SECONDS)
    return min(passed, WITHOUT_SCRIPT)
