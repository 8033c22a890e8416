"""Log in as the catalogue says. A refused login is never repeated: it would lock the account."""

from __future__ import annotations

from collections.abc import Sequence

from bots.browser.controls import put
from bots.browser.signs import Glance, Seen
from bots.browser.windows import StillWaiting, is_new
from bots.catalogue.screen import Screen
from bots.catalogue.steps import StepRunner
from casework.configuration.masks import PageSign
from casework.words.errors import LoginRefused, TryAgainLater
from casework.words.work import Work


def log_in(screen: Screen, *, password: str) -> None:
    """Send the login form once. Raises `LoginRefused`, or `TryAgainLater` when the system does not let us try."""
    system, login = screen.system, screen.system.login
    _open_form(screen)
    seen = _submit(screen, password)
    if seen.sign == login.in_use:
        runner = StepRunner(screen, Work(business_key=""))
        runner.mask = screen.mask(login.mask)
        runner.run(login.take_over)
        seen = _submit(screen, password)
    if seen.sign == login.success:
        return
    if seen.sign.later or seen.sign == login.in_use:
        raise TryAgainLater("login_in_use", f"{system.title} does not let us in now: {seen.sign.name}")
    raise LoginRefused(
        f"{system.title} refused the login of {login.account!r} ({seen.sign.name}); no second try is made: "
        f"check the password behind the secret {system.secret!r}"
    )


def _open_form(screen: Screen) -> None:
    windows, mask = screen.windows, screen.mask(screen.system.login.mask)
    windows.close_others()
    screen.go(screen.system.login.page, loaded=False)
    try:
        windows.wait(lambda: screen.shows(mask) or Glance(windows).held())
    except StillWaiting:
        raise TryAgainLater("system_unreachable", f"{screen.system.title} does not show its login page") from None
    if Glance(windows).held():
        screen.raise_what_is_shown()


def _submit(screen: Screen, password: str) -> Seen:
    """Fill the form, send it, and wait for what the system makes of it."""
    login = screen.system.login
    mask = screen.mask(login.mask)
    for name, value in ((login.user, login.account), (login.password, password)):
        field, what = mask.fields[name], f"the field “{name}” of the login"
        put(screen.element(mask, field, what=what), field, value, what=what)
    button = screen.element(mask, mask.buttons[login.submit], what="the login button")
    token = screen.windows.mark(screen.frames(mask))
    button.click(no_wait_after=True)
    signs = [login.success, *login.failure, *([login.in_use] if login.in_use else [])]
    try:
        seen: Seen = screen.windows.wait(lambda: _fresh(screen, signs, token), seconds=screen.system.longest_request_s)
    except StillWaiting:
        return _unclear(screen, token)
    return seen


def _unclear(screen: Screen, token: str) -> Seen:
    """Neither success nor a known refusal. The form shown anew counts as refused: trying on would lock the account."""
    title, mask = screen.system.title, screen.mask(screen.system.login.mask)
    if screen.shows(mask) and any(is_new(frame, token) for frame in screen.frames(mask)):
        raise LoginRefused(
            f"{title} shows its login form again without a known sign: log in by hand and complete the catalogue"
        )
    raise TryAgainLater("system_unreachable", f"{title} did not answer the login in time")


def _fresh(screen: Screen, signs: Sequence[PageSign], token: str) -> Seen | None:
    """A sign that does not stand on the form that was sent."""
    seen = Glance(screen.windows).first(signs)
    return None if seen is not None and seen.token == token else seen
