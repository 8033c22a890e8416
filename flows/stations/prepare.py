"""The desk where cases in `new` are read: claim, read in a limited child process, record, move on."""

from __future__ import annotations

import logging
from types import TracebackType

from casework.actions import claims
from casework.actions.force import current
from casework.actions.prepare import Views, record_failure, record_reading
from casework.record.connections import hang_up
from casework.record.models import Case
from casework.record.store import Store
from casework.words.errors import LeaseLost
from casework.words.reading import Fate, FileReading, PageView, ReadingContext
from classifiers import Reader
from flows.stations.learn import model_key, model_path

VIEWABLE = ("application/pdf", "image/png", "image/jpeg", "image/tiff")
READABLE = ("text/html", "text/plain", "application/xml", "text/xml")
MESSAGE_NAME = "message.eml"
log = logging.getLogger("amtsbote.prepare")


class PrepareDesk:
    """Works off cases in `new`, one at a time, with its own pool of reader children."""

    def __init__(self) -> None:
        self._reader = Reader(processes=1, model_key=model_key())

    def __enter__(self) -> PrepareDesk:
        claims.free_dead()
        self._reader.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.__exit__(kind, error, trace)
        hang_up()

    def work_next(self) -> bool:
        """Read the next case in `new`; False when none waits."""
        try:
            case = claims.claim_new()
            if case is None:
                return False
            self._work(case)
            return True
        finally:
            hang_up()

    def _work(self, case: Case) -> None:
        try:
            self._read(case)
        except LeaseLost as error:
            log.warning("%s", error)

    def _read(self, case: Case) -> None:
        try:
            raw = Store(case.office).get(case.message.address)
            reading = self._reader.read(raw, MESSAGE_NAME, context_of(case))
            record_reading(case, reading, self._views(raw, reading))
        except LeaseLost:
            raise
        except Exception:
            log.exception("case %s could not be prepared", case.reference)
            record_failure(case, "reading_failed")

    def _views(self, raw: bytes, reading: FileReading) -> Views:
        """Pages of what can be looked at, and readable text of the rest."""
        pages: list[PageView] = []
        readable: dict[str, str] = {}
        for part in reading.parts:
            if part.fate is Fate.REFUSED:
                continue
            if part.type in VIEWABLE:
                pages += self._reader.pages(raw, MESSAGE_NAME, part.id)
            elif part.type in READABLE:
                readable[part.id] = self._reader.readable(raw, MESSAGE_NAME, part.id)
        return Views(tuple(pages), readable)


def context_of(case: Case) -> ReadingContext:
    """What the reader has to know of the case's office: who may prove a sender, and what a clerk has fixed."""
    office = current().office(case.office)
    mailbox = next((box for box in office.mailboxes if box.account == case.message.account), None)
    model = model_path()
    context = office.reading_context(mailbox, model_path=str(model) if model.exists() else None)
    fixed = {case.part: case.fixed_kind} if case.fixed_kind else {}
    return context.model_copy(update={"fixed_kinds": fixed})
