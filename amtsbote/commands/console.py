"""`amtsbote console`: the console by gunicorn threads; `up` starts it the same way."""

from __future__ import annotations

from typing import Any

import click

from amtsbote.output import say


@click.command()
@click.option("--port", type=int, default=8017, show_default=True)
@click.option("--bind", default="127.0.0.1", show_default=True, help="Put a reverse proxy with TLS before others.")
def console(port: int, bind: str) -> int:
    """Serve the console until Ctrl-C."""
    from amtsbote.serving import Console

    say(f"console at http://{bind}:{port}")
    Console(_application, bind=f"{bind}:{port}").run()
    return 0


def _application() -> Any:
    from casework.site.wsgi import application

    return application
