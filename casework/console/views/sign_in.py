"""Signing in and out."""

from __future__ import annotations

import unicodedata
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from casework.actions import sign_ins
from casework.actions.sign_ins import TooManyTries

AT_ONCE = BoundedSemaphore(2)
"""Each look at a password takes 100 MiB and a core for a moment (Argon2): so many at once, the others wait."""
LONGEST_NAME = 150


class SignIn(LoginView):
    """The page to sign in: guessing is slowed down, and every try is on the trail."""

    template_name = "console/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        """Take a try first, then look at the password."""
        try:
            sign_ins.take_try(self._account, address_of(request))
        except TooManyTries as error:
            return self._too_early(error)
        with AT_ONCE:
            return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        sign_ins.succeeded(form.get_user(), address_of(self.request))
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        sign_ins.failed(self._account, address_of(self.request))
        return super().form_invalid(form)

    @property
    def _account(self) -> str:
        """The typed name in the one form Django gives it: otherwise each spelling had tries of its own."""
        typed = str(self.request.POST.get("username", "")).strip()
        return unicodedata.normalize("NFKC", typed)[:LONGEST_NAME]

    def _too_early(self, error: TooManyTries) -> HttpResponse:
        # unbound: a bound form would look at the password after all
        form = self.get_form_class()(self.request, initial={"username": self._account})
        words = _("Zu viele Versuche. Bitte warten Sie %(seconds)s Sekunden und versuchen Sie es dann noch einmal.")
        context = self.get_context_data(form=form, too_early=words % {"seconds": error.seconds})
        response = self.render_to_response(context, status=429)
        response["Retry-After"] = str(error.seconds)
        return response


login = SignIn.as_view()


def address_of(request: HttpRequest) -> str:
    """Who asks. Behind the office's web server it is what that server wrote last into `X-Forwarded-For`."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_TLS else ""
    return forwarded.rpartition(",")[2].strip()[:64] or str(request.META.get("REMOTE_ADDR", ""))


def alive(request: HttpRequest) -> HttpResponse:
    """Says that the console answers; for the supervisor, without signing in."""
    return HttpResponse("ok\n", content_type="text/plain")
