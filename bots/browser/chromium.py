"""Find and start Chromium, cut off from everything but its gates."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright

from bots.gate import Gate

# nothing listens there: what the browser asks for outside our contexts ends nowhere
_NOWHERE = "http://127.0.0.1:9"
_BROWSER = "/usr/bin/chromium"
_HEADLESS_SHELL = "/usr/lib/chromium/chromium-headless-shell"
_HOME = "amtsbote-browser-"
_LONGEST_FOLDER = 40
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XAUTHORITY")
_QUIET = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # at every start Chromium asks the name server for its maker's hosts, whatever the switches above say
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium_path(*, headed: bool = False) -> str | None:
    """The browser: `AMTSBOTE_CHROMIUM`, else Debian's, else None for the one Playwright brings.

    Without a window the headless shell is preferred: the same engine at half the work for the processor.
    """
    given = os.environ.get("AMTSBOTE_CHROMIUM")
    if given:
        return given
    candidates = [_BROWSER] if headed else [_HEADLESS_SHELL, _BROWSER]
    return next((path for path in candidates if Path(path).exists()), None)


@contextmanager
def quiet_browser(playwright: Playwright, *, headed: bool = False) -> Iterator[Browser]:
    """A browser without a gate, for people's pages on this machine: it knows no other host and calls none."""
    browser = playwright.chromium.launch(
        executable_path=chromium_path(headed=headed),
        args=list(_QUIET),
        chromium_sandbox=os.geteuid() != 0,
        headless=not headed,
    )
    try:
        yield browser
    finally:
        browser.close()


class Chromium:
    """One browser process with a home folder of its own, which goes with it."""

    def __init__(self, playwright: Playwright, *, pin: str, headed: bool = False) -> None:
        """`pin` is the public key of the gates' certificates, the only one besides the system's that is accepted."""
        _remove_orphaned_homes()
        self._home = tempfile.mkdtemp(prefix=f"{_HOME}{os.getpid()}-", dir=_short_folder())
        arguments = [*_QUIET, f"--ignore-certificate-errors-spki-list={pin}", "--proxy-bypass-list=<-loopback>"]
        try:
            self.browser: Browser = playwright.chromium.launch(
                executable_path=chromium_path(headed=headed),
                args=arguments,
                chromium_sandbox=os.geteuid() != 0,
                headless=not headed,
                proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
                env=self._environment(),
            )
        except BaseException:
            self._remove_home()
            raise

    def new_context(self, gate: Gate) -> BrowserContext:
        """A context of its own cookies whose every request goes through `gate`."""
        return self.browser.new_context(
            proxy={
                "server": gate.address,
                "username": gate.username,
                "password": gate.password,
                "bypass": "<-loopback>",
            },
            locale="de-DE",
            timezone_id="Europe/Berlin",
            viewport={"width": 1280, "height": 1000},
            service_workers="block",
        )

    def close(self) -> None:
        """End the browser and remove its folder."""
        try:
            self.browser.close()
        finally:
            self._remove_home()

    def _environment(self) -> dict[str, str | float | bool]:
        kept: dict[str, str | float | bool] = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return {**kept, "HOME": self._home, "TMPDIR": self._home}

    def _remove_home(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)


def _remove_orphaned_homes() -> None:
    """Folders of workers that were killed: their names carry the process, and it is gone."""
    for left in Path(_short_folder()).glob(f"{_HOME}*-*"):
        owner = left.name.removeprefix(_HOME).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _short_folder() -> str:
    """The folder for temporary files, unless Chromium's socket (108 bytes in all) would not fit below it."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= _LONGEST_FOLDER else "/tmp"
