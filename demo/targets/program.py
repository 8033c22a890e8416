"""The command line of a target system: `python -m demo.NAME --data FOLDER [--port N] …`."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from setproctitle import setproctitle

from demo.targets.server import TargetServer, tls_context
from demo.targets.site import Settings, TargetSite


def run(name: str, open_site: Callable[[Path, Settings], TargetSite], *, default_seed: Path) -> None:
    """Serve until SIGTERM; prints one line of JSON {"name", "url", "port", "pid", "token"} when ready."""
    options = _parser(name).parse_args()
    setproctitle(f"demo: {name}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = _settings(options)
    site = open_site(options.data / f"{name}.sqlite3", settings)
    site.seed(_read(options.seed_file or default_seed))
    site.faults.set(_read(options.faults) if options.faults else [])
    tls = tls_context(options.tls_cert, options.tls_key) if options.tls_cert else None
    server = TargetServer((options.host, options.port), site, tls=tls)
    if options.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    port = server.server_address[1]
    url = f"{'https' if tls else 'http'}://{options.host}:{port}"
    ready = {"name": name, "url": url, "port": port, "pid": os.getpid(), "token": settings.token}
    print(json.dumps(ready), flush=True)
    with server:
        server.serve_forever(poll_interval=0.1)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m demo.{name}", description=f"the embedded system {name}")
    add = parser.add_argument
    add("--data", type=Path, required=True, help=f"folder of {name}.sqlite3")
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--tls-cert", type=Path, help="PEM; serves https")
    add("--tls-key", type=Path)
    add("--token", help="secret of the control interface; generated if not given")
    add("--seed-file", type=Path, help="JSON with users, offices and existing records")
    add("--faults", type=Path, help="JSON list of faults armed from the start")
    add("--latency", type=float, default=1.2, help="seconds a commit takes")
    add("--calm", action="store_true", help="no sleeps at all, for benchmarks")
    add("--session-seconds", type=float, default=900.0)
    add("--lock-seconds", type=float, default=0.0, help="how long an open mask locks its record for others")
    add("--one-login", action="store_true", help="a user may be logged in only once")
    add("--end-with-stdin", action="store_true", help="end when the starter has gone")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        token=options.token or secrets.token_hex(16),
        latency=0.0 if options.calm else options.latency,
        session_seconds=options.session_seconds,
        lock_seconds=options.lock_seconds,
        one_login=options.one_login,
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
