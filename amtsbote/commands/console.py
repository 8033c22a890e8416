"""`amtsbote console`: the console by gunicorn threads; `up` starts it the same way."""

from __future__ import annotations

from typing import Any

import click

from amtsbote.output import say

THREADS = 8
TITLE = "amtsbote: console"


@click.command()
@click.option("--port", type=int, default=8017, show_default=True)
@click.option("--bind", default="127.0.0.1", show_default=True, help="Put a reverse proxy with TLS before others.")
def console(port: int, bind: str) -> int:
    """Serve the console until Ctrl-C."""
    from gunicorn.app.base import BaseApplication
    from setproctitle import setproctitle

    def take_title(_: object) -> None:
        setproctitle(TITLE)

    class Console(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
        def load_config(self) -> None:
            settings = {
                "bind": f"{bind}:{port}",
                "workers": 1,
                "threads": THREADS,
                "worker_class": "gthread",
                "graceful_timeout": 3,
                "accesslog": None,
                "loglevel": "warning",
                "when_ready": take_title,
                "post_worker_init": take_title,
            }
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from casework.site.wsgi import application

            return application

    say(f"console at http://{bind}:{port}")
    Console().run()
    return 0
