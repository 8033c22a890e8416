"""The desk where cases in `new` are read: claim, read in a limited child process, record, move on."""

from __future__ import annotations

import logging
import time
from types import TracebackType

from bots.antivirus import Scanner, Verdict
from casework.actions import claims, reaping, senders
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
from casework.configuration.doors import FolderSettings
from casework.configuration.mailboxes import MailboxSettings
from casework.record.connections import RECORD_AWAY, hang_up
from casework.record.models import Case, Message
from casework.record.store import Store
from casework.words.errors import LeaseLost, StoreError, TryAgainLater
from casework.words.reading import DocumentReading, Fate, FileReading, Part, ReadingContext, ReadStatus
from classifiers import Reader
from classifiers.readers.limits import Showing
from classifiers.readers.pool import MailKeys
from flows.stations.learn import model_key, model_path
from flows.stations.mail_keys import mail_keys
from flows.stations.signing import KeyBooks

VIEWABLE = ("application/pdf", "image/png", "image/jpeg", "image/tiff")
READABLE = ("text/html", "text/plain", "text/calendar", "text/vcard", "application/xml", "text/xml")
REST_SECONDS = 30.0
"""How long a desk takes no case after the store or the record failed it."""
log = logging.getLogger("amtsbote.prepare")


class PrepareDesk:
    """Works off cases in `new`, one at a time, with its own pool of reader children."""

    def __init__(self) -> None:
        self._reader = Reader(processes=1, model_key=model_key())
        self._scanner = Scanner.of_house()
        self._keys = KeyBooks()
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
            message = case.message
            giant = self._reader.too_large(message.name, size=message.size, digest=message.address)
            if giant is not None:
                # two gigabytes through a portal would be in memory here, whole, only to be refused
                record_reading(case, giant, Views())
                return
            raw = Store(case.office).get(message.address)
            keys = self._keys.of(current().office(case.office))
            verdict = self._scanner.scan(raw) if self._scanner is not None else Verdict.CLEAN
            opening = mail_keys(case.office)
            reading = self._reader.read(raw, case.message.name, context_of(case), keys=keys, mail_keys=opening)
            if verdict is not Verdict.CLEAN:
                reading = _withheld(reading, verdict.value)
            record_reading(case, *self._with_views(case.message, raw, reading, opening))
        except LeaseLost:
            raise
        except TryAgainLater as error:
            self._rest(case, error)
            put_back(case, error.reason)
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

    def _with_views(
        self, message: Message, raw: bytes, reading: FileReading, opening: MailKeys = ()
    ) -> tuple[FileReading, Views]:
        """Pages of what can be looked at, readable text of the rest; the reading says so when there were too many."""
        office = message.office
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
                left = self._add_pages(message, raw, part, left, pages, opening)
            else:
                readable[part.id] = seal_readable(office, self._readable(message, raw, part, left, opening))
            left = left.less(seconds=time.monotonic() - began)
        return (_partly_shown(reading) if left.spent else reading), Views(tuple(pages), readable)

    def _readable(self, message: Message, raw: bytes, part: Part, left: Showing, opening: MailKeys) -> str:
        return self._reader.readable(raw, message.name, part.id, left=left, mail_keys=opening)

    def _add_pages(
        self, message: Message, raw: bytes, part: Part, left: Showing, pages: list[SealedPage], opening: MailKeys
    ) -> Showing:
        """Put the pages of one part into the store before the next part is asked for; what is left then."""
        found = self._reader.pages(raw, message.name, part.id, left=left, mail_keys=opening)
        pages += [seal_page(message.office, page) for page in found]
        return left.less(pages=len(found), size=sum(len(page.png) for page in found))


def _withheld(reading: FileReading, reason: str) -> FileReading:
    """The scanner speaks of the letter as a whole: nothing of it is shown but who wrote it and what hangs on it."""
    parts = [part.model_copy(update={"fate": Fate.REFUSED, "reason": reason}) for part in reading.parts]
    document = DocumentReading(part=parts[0].id, kind="unknown", confidence=0.0, unsure=[reason])
    head = reading.head.model_copy(update={"body": ""})
    said = {"status": ReadStatus.REFUSED, "reason": reason, "head": head, "documents": [document], "parts": parts}
    return reading.model_copy(update=said)


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
    door = senders.door_of(case.message, current())
    mailbox = door if isinstance(door, MailboxSettings) else None
    trusted = isinstance(door, FolderSettings) and door.trusted_sender
    model = model_path()
    context = office.reading_context(mailbox, model_path=str(model) if model.exists() else None)
    fixed = {case.part: case.fixed_kind} if case.fixed_kind else {}
    return context.model_copy(update={"fixed_kinds": fixed, "trusted_sender": trusted})
