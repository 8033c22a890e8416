"""A worker for tests that kill: enters an invoice, says so, and waits to be killed."""

from __future__ import annotations

import sys
import threading

from bots.catalogue.session import BrowserSession
from tests.integration.bots.targets import PASSWORD, catalogue, invoice

if __name__ == "__main__":
    session = BrowserSession(catalogue("haushaltskasse", base_url=sys.argv[1]), password=PASSWORD)
    session.operation("capture_invoice").enter(invoice(int(sys.argv[2])))
    sys.stdout.write("entered\n")
    sys.stdout.flush()
    threading.Event().wait()
