"""`amtsbote up`: one box."""

from __future__ import annotations

import sys

import click

from amtsbote import prefect_server
from amtsbote.output import say

CONSOLE_PORT = 8017


@click.command()
@click.option("--port", type=int, default=CONSOLE_PORT, show_default=True, help="Of the console; 0 takes a free one.")
def up(port: int) -> int:
    """Start Prefect's server, the deployments, the worker and the console, and keep them alive until Ctrl-C."""
    from setproctitle import setproctitle

    from amtsbote.record import migrate_command
    from amtsbote.supervisor import LongRun, Plan, Supervisor
    from casework.configuration import checkout, current, home
    from flows.stop import Stop

    setproctitle("amtsbote: up")
    port = port or prefect_server.free_port()
    prefect_server.check_free(port)
    doors = [(office.id, door.account) for office in current().offices.values() for door in office.doors]
    plan = Plan(
        project=checkout(),
        home=home(),
        long_runs=tuple(LongRun("intake/main", {"office": office, "mailbox": door}) for office, door in doors),
        first=(migrate_command(),),
        console=[sys.executable, "-m", "amtsbote", "console", "--port", str(port)],
        console_url=f"http://127.0.0.1:{port}",
        at_start=("housekeeping/main",),
    )
    with Stop() as stop:
        supervisor = Supervisor(plan)
        supervisor.run(stop_asked=lambda: stop.asked, on_ready=lambda: say(f"up: console at {plan.console_url}"))
    say("down")
    return 0
