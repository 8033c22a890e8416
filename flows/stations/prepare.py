"""The desk where cases in `new` are read: claim, read in a limited child process, record, move on."""

from __future__ import annotations

import logging
import time
from types import TracebackType

from casework.actions import claims, reaping
from casework.actions.force import current
from casework.actions.prepare import (
    MOST_BEGUN,
    SealedPage,
    Views,
    put_back,
    record_failure,
    record_reading,
    seal_page,
    seal_readable,
)
from casework.record.connections import RECORD_AWAY, hang_up
from casework.record.models import Case
from casework.record.store import Store
from casework.words.errors import LeaseLost, StoreError
from casework.words.reading import Fate, FileReading, Part, ReadingContext
from classifiers import Reader
from classifiers.readers.limits import Showing
from flows.stations.learn import model_key, model_path

VIEWABLE = ("application/pdf", "image/png", "image/jpeg", "image/tiff")
READABLE = ("text/html", "text/plain", "application/xml", "text/xml")
MESSAGE_NAME = "message.eml"
REST_SECONDS = 30.0
"""How long a desk takes no case after the store or the record failed it."""
log = logging.getLogger("amtsbote.prepare")


class PrepareDesk:
    """Works off cases in `new`, one at a time, with its own pool of reader children."""

    def __init__(self) -> None:
        self._reader = Reader(processes=1, model_key=model_key())
        self._rests_until = 0.0
        self._last_office = ""

    def __enter__(self) -> PrepareDesk:
        reaping.free_dead()
        self._reader.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.__exit__(kind, error, trace)
        hang_up()

    def work_next(self) -> bool:
        """Read the next case in `new`; False when none waits, or when the desk rests."""
        if time.monotonic() < self._rests_until:
            return False
        try:
            case = claims.claim_new(after=self._last_office)
            if case is None:
                return False
            self._last_office = case.office
            self._work(case)
            return True
        finally:
            hang_up()

    def _work(self, case: Case) -> None:
        try:
            self._read(case)
        except LeaseLost as error:
            log.warning("%s", error)
        except RECORD_AWAY as error:
            log.warning("case %s is free again when its lease runs out: %s", case.reference, error)

    def _read(self, case: Case) -> None:
        """Read one case. That the store or the record fails is no fault of the letter: it waits, and the desk rests."""
        try:
            if case.begun > MOST_BEGUN:
                log.error("case %s was begun %d times and never read to its end", case.reference, MOST_BEGUN)
                return record_failure(case, "reading_failed")
            raw = Store(case.office).get(case.message.address)
            reading = self._reader.read(raw, MESSAGE_NAME, context_of(case))
            record_reading(case, *self._with_views(case.office, raw, reading))
        except LeaseLost:
            raise
        except StoreError as error:
            self._rest(case, error)
            put_back(case, "store_failed")
        except RECORD_AWAY as error:
            self._rest(case, error)
            hang_up()
            put_back(case, "record_unreachable")
        except Exception:
            log.exception("case %s could not be prepared", case.reference)
            record_failure(case, "reading_failed")

    def _rest(self, case: Case, error: Exception) -> None:
        log.warning("case %s was put back: %s", case.reference, error)
        self._rests_until = time.monotonic() + REST_SECONDS

    def _with_views(self, office: str, raw: bytes, reading: FileReading) -> tuple[FileReading, Views]:
        """Pages of what can be looked at, readable text of the rest; the reading says so when there were too many."""
        pages: list[SealedPage] = []
        readable: dict[str, str] = {}
        left = Showing()
        for part in reading.parts:
            if part.fate is Fate.REFUSED or part.type not in (*VIEWABLE, *READABLE):
                continue
            if left.spent:
                break
            began = time.monotonic()
            if part.type in VIEWABLE:
                left = self._add_pages(office, raw, part, left, pages)
            else:
                readable[part.id] = seal_readable(office, self._reader.readable(raw, MESSAGE_NAME, part.id, left=left))
            left = left.less(seconds=time.monotonic() - began)
        return (_partly_shown(reading) if left.spent else reading), Views(tuple(pages), readable)

    def _add_pages(self, office: str, raw: bytes, part: Part, left: Showing, pages: list[SealedPage]) -> Showing:
        """Put the pages of one part into the store before the next part is asked for; what is left then."""
        found = self._reader.pages(raw, MESSAGE_NAME, part.id, left=left)
        pages += [seal_page(office, page) for page in found]
        return left.less(pages=len(found), size=sum(len(page.png) for page in found))


def _partly_shown(reading: FileReading) -> FileReading:
    """What nobody can look at here, nobody releases by the machine's word."""
    documents = [
        document.model_copy(update={"unsure": list(dict.fromkeys([*document.unsure, "too_many_pages"]))})
        for document in reading.documents
    ]
    return reading.model_copy(update={"documents": documents})


def context_of(case: Case) -> ReadingContext:
    """What the reader has to know of the case's office: who may prove a sender, and what a clerk has fixed."""
    office = current().office(case.office)
    mailbox = next((box for box in office.mailboxes if box.account == case.message.account), None)
    model = model_path()
    context = office.reading_context(mailbox, model_path=str(model) if model.exists() else None)
    fixed = {case.part: case.fixed_kind} if case.fixed_kind else {}
    return context.model_copy(update={"fixed_kinds": fixed})
