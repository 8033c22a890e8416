"""One posting with record, journal, gate and evidence, against a bare script that takes the same page steps.

`python -m demo.bench.posting_overhead`: both take turns in the same Haushaltskasse without artificial delays; both
search twice, enter, have it checked, read back, book and search again.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from demo.bench.bare import BareScript
from demo.bench.figures import row, tell
from demo.rigs.crash_world import OFFICE, PASSWORD, SEED, USER, write_configuration
from demo.targets.control import TargetProcess

ROUNDS = 12
FIELDS = {
    "creditor": "Lieferant Rig GmbH",
    "invoice_date": "2026-11-02",
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "gross": "119.00",
    "iban": "DE02120300000000202051",
    "reference": "010589901-MOORWIEK-21",
    "office": "Rig-Amt",
}


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as name:
        folder = Path(name)
        with TargetProcess("haushaltskasse", data=folder / "target", options=["--calm"], seed=SEED) as target:
            os.environ.update(write_configuration(folder, target.url), AMTSBOTE_HOME=str(folder / "home"))
            ours, bare = _take_turns(target.url)
    note = "median of one posting, the same page steps; ours with record, journal, gate, pictures and encryption"
    tell(row("posting_overhead", unit="s", ours=ours, peer=bare, peer_name="bare Playwright script", note=note))


def _take_turns(url: str) -> tuple[list[float], list[float]]:
    from casework import site

    site.open_record()
    from bots.opening import open_session
    from casework.configuration import current, secrets

    catalogue = current().system_for(OFFICE, "haushaltskasse")
    ours, bare = [], []
    with (
        open_session(catalogue, secret=secrets.secret) as session,
        BareScript(url, user=USER, password=PASSWORD) as script,
    ):
        for number in range(ROUNDS + 1):
            ours.append(_seconds(partial(_post, session, catalogue, number)))
            invoice = f"BARE-{number:04d}"
            bare.append(_seconds(partial(script.capture, _fields(invoice), marker=f"AB-{invoice}")))
    # the first of each opens the browser or warms the caches
    return ours[1:], bare[1:]


def _post(session: object, catalogue: object, number: int) -> None:
    """By hand, but through the same runner as the flows."""
    from typing import Any, cast

    from casework.actions import byhand, runner
    from casework.actions.ending import Terms
    from casework.words.work import Work

    system, opened = cast(Any, catalogue), cast(Any, session)
    terms = Terms.of(system, "capture_invoice")
    invoice = f"OURS-{number:04d}"
    work = Work(business_key=f"bench|{invoice}", fields=_fields(invoice))
    posting = byhand.posting_for(byhand.Order(OFFICE, "haushaltskasse", "capture_invoice", terms.operation_class, work))
    marked = work.model_copy(update={"marker": posting.marker, "case": posting.case.reference})
    outcome = runner.run(posting, marked, opened.operation("capture_invoice"), terms=terms, token=posting.case.token)
    byhand.put_down(posting, reason=str(outcome.result))


def _fields(invoice: str) -> dict[str, str]:
    return {**FIELDS, "invoice_number": invoice, "booking_text": f"Rechnung {invoice}"}


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
