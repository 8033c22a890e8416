"""The console by gunicorn: one process, many threads, and nobody keeps a thread by sending slowly."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker
from setproctitle import setproctitle

THREADS = 32
HEAD_SECONDS = 10.0
"""A browser sends the head of a request at once; the web server before us does too."""
REQUEST_SECONDS = 120.0
"""For head, body and answer together."""
TITLE = "amtsbote: console"


class PunctualWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn comes without types
    """Gunicorn waits for the rest of a request as long as it takes: so few slow senders would hold every thread.

    The main loop turns at least once a second and cuts connections whose time is over; their threads then read an end.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._until: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """Serve one request of a connection, in a thread."""
        self._until[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._until.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head is there."""
        self._until[conn] = time.monotonic() + REQUEST_SECONDS
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """What the main loop does at each turn."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, until in self._until.copy().items() if until < now]:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)


class Console(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """Serves what `load_application` gives, which is called in the worker."""

    def __init__(self, load_application: Callable[[], Any], *, bind: str) -> None:
        self._load_application = load_application
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        """Everything gunicorn is told."""
        settings = {
            "bind": self._bind,
            "workers": 1,
            "threads": THREADS,
            "worker_class": PunctualWorker,
            "graceful_timeout": 3,
            "accesslog": None,
            "loglevel": "warning",
            "when_ready": _take_title,
            "post_worker_init": _take_title,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load_application()


def _take_title(_: object) -> None:
    setproctitle(TITLE)
