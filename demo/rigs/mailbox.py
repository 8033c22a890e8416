"""The mailbox rig: mail comes in over a line that breaks at every command, into intakes that are killed at any moment.

Counted by bytes, against the mails as they were put in: what the record lacks is lost, what it holds twice is double.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.rigs.apart import database, own_environment, run_apart

MESSAGES_PER_KILL = 50
MUST_BE_ZERO = (
    "lost",
    "double",
    "unexplained_parts",
    "strange",
    "discrepancies",
    "left_in_inbox",
    "not_in_done",
    "double_in_done",
    "unmoved",
    "wrong_place",
    "without_bytes",
    "without_case",
)


def mailbox(
    messages: int,
    *,
    kills: int,
    seed: int = 1,
    read: int = 0,
    backend: str = "sqlite",
    say: Callable[[str], None] = lambda _line: None,
) -> dict[str, Any]:
    """Put in so many mails and kill so often; the counts as INTERFACES names them, and more.

    `read` is how many of the recorded mails are read too, so that their parts can be counted. Raises `RigFailed`.
    """
    options = [f"--messages={messages}", f"--kills={kills}", f"--seed={seed}", f"--read={read}"]
    with tempfile.TemporaryDirectory(prefix="amtsbote-rig-") as name, database(backend, Path(name)) as url:
        folder = Path(name) / "run"
        folder.mkdir()
        for place in (Path(name), folder):
            # the mail server runs as an account of its own, which must be able to pass
            place.chmod(0o711)
        counted = run_apart("mailbox_run", options, folder, own_environment(folder, url))
    say(json.dumps(counted))
    return counted


def broken(counted: dict[str, Any]) -> list[str]:
    """The counts that should be 0 and are not."""
    return [name for name in MUST_BE_ZERO if counted[name]]
