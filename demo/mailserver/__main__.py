"""Dovecot, gateway and outgoing server as one process: `python -m demo.mailserver --folder F`.

Reads `F/mailserver.json` (see `MailserverPlan`), prints one JSON line when all are ready, ends on SIGTERM, on Ctrl-C
or with its parent, and leaves no process. Started again in the same folder it has the same ports, passwords and mail.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
from pathlib import Path

from setproctitle import setproctitle

from casework.words.errors import AmtsboteError
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from demo.mailserver.gateway import Gateway
from demo.mailserver.outgoing import Outgoing
from demo.mailserver.plan import MailserverPlan, die_with_parent

TITLE = "demo: mailserver"
WATCH_SECONDS = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop; 0 when stopped, 1 when something broke (its sentence goes to standard error)."""
    parser = argparse.ArgumentParser(prog="python -m demo.mailserver")
    parser.add_argument("--folder", type=Path, required=True, help="where mailserver.json lies and the mail is kept")
    folder: Path = parser.parse_args(arguments).folder
    setproctitle(TITLE)
    # aiosmtpd warns about its own attributes at every login
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    die_with_parent()
    try:
        return _serve(folder, stop)
    except AmtsboteError as error:
        print(error, file=sys.stderr)
        return 1


def _serve(folder: Path, stop: threading.Event) -> int:
    plan = MailserverPlan.read(folder)
    passwords = plan.make_passwords(folder)
    with (
        Dovecot(folder, plan.accounts) as server,
        Gateway(
            plan.rules, delivery=Delivery(server), passwords=passwords, port=plan.known_port(folder, "gateway")
        ) as gateway,
        Outgoing(
            folder,
            hostname=plan.rules.authserv_id,
            writers=plan.writers,
            passwords=passwords,
            own=plan.rules.mailboxes,
            port=plan.known_port(folder, "outgoing"),
        ) as outgoing,
    ):
        plan.remember_port(folder, "gateway", gateway.port)
        plan.remember_port(folder, "outgoing", outgoing.port)
        ready = {
            "ready": True,
            "imap": {"host": server.host, "port": server.port, "ca_file": str(server.ca_file)},
            "smtp": {"host": gateway.host, "port": gateway.port},
            "outgoing": {"host": outgoing.host, "port": outgoing.port, "ca_file": str(outgoing.ca_file)},
            "passwords": str(folder.resolve() / "passwords.json"),
        }
        print(json.dumps(ready), flush=True)
        while not stop.wait(WATCH_SECONDS):
            if not server.is_running():
                server.restart()
    return 0


if __name__ == "__main__":
    sys.exit(main())
