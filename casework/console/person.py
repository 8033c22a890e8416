"""Who asks: the signed-in person behind a request."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from casework.policies import permissions
from casework.record.models import Case


def person(request: HttpRequest) -> User:
    """The signed-in person; LoginRequiredMiddleware lets nobody else through."""
    if not isinstance(request.user, User):
        raise PermissionDenied("sign in first")
    return request.user


def visible_case(request: HttpRequest, reference: str) -> Case:
    """The case with this reference if it exists for this person; a foreign one answers 404 like an unknown one."""
    cases = permissions.cases_visible_to(person(request)).select_related("message", "assigned_to")
    return get_object_or_404(cases, reference=reference)
