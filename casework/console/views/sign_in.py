"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

login = LoginView.as_view(template_name="console/login.html", redirect_authenticated_user=True)


def alive(request: HttpRequest) -> HttpResponse:
    """Says that the console answers; for the supervisor, without signing in."""
    return HttpResponse("ok\n", content_type="text/plain")
