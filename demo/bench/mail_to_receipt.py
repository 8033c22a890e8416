"""From the mail handed to the gateway to the document in Haushaltskasse, with every worker warm.

`python -m demo.bench.mail_to_receipt`: e-invoices one after the other through mailbox, Prefect, readers, gate and
browser, in the demo's world with its slow target; no peer.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from contextlib import closing
from datetime import date
from pathlib import Path

from casework.words.errors import AmtsboteError
from demo.bench.figures import row, tell
from demo.letters import Letter, dogs_already_registered, morning
from demo.sending import deliver
from demo.world import World

SEED = 3
LETTERS = 8
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 180


class NotPosted(AmtsboteError):
    """An e-invoice did not arrive in the finance system."""


def main() -> None:
    """Measure and tell."""
    today = date.today()
    invoices = [letter for letter in morning(seed=SEED, day=today, count=60) if _goes_alone(letter)][: LETTERS + 1]
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as folder, World(Path(folder) / "world") as world:
        world.build(seed=SEED, letters=invoices, dogs=dogs_already_registered(seed=SEED, day=today))
        world.start_house()
        world.await_house(threading.Event())
        seconds = [_carry(letter, world, number) for number, letter in enumerate(invoices, start=1)]
    note = "median from SMTP to the row in the target's database; the first, cold one took " + f"{seconds[0]:.1f} s"
    tell(row("mail_to_receipt", unit="s", ours=seconds[1:], note=note))


def _goes_alone(letter: Letter) -> bool:
    """An e-invoice of the first office that no clerk has to see; one office, so one login."""
    alone = all(document.expectation.automatic_expected for document in letter.truth.documents)
    return alone and letter.truth.recipe.startswith("xrechnung") and letter.envelope_to.endswith("moorwiek.example")


def _carry(letter: Letter, world: World, number: int) -> float:
    """Hand over one letter and wait until that many documents stand in the finance system."""
    database = world.targets["haushaltskasse"].database
    began = time.monotonic()
    deliver([letter], world.gateway)
    while _documents(database) < number:
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise NotPosted(f"{letter.truth.name} was not posted within {PATIENCE_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _documents(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM belege").fetchone()[0])


if __name__ == "__main__":
    main()
