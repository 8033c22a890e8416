"""A case that went the whole way by the functions of the house: taken in, read, corrected, released, posted, booked.

Only the target systems are in memory. As a program (`python -m tests.posted OFFICE`) it does so in the record of
`AMTSBOTE_HOME` and prints the case's reference.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from casework import site
from casework.words.mailbox import MailboxPlace
from casework.words.reading import DecidedBy, DocumentReading, Fate, FieldReading, FileReading, Origin, Part, Source
from tests.ledger_target import Fault, LedgerTarget

if TYPE_CHECKING:
    from casework.actions.runner import Carrier
    from casework.configuration.processes import PostingStep
    from casework.record.models import Case
    from casework.words.work import Work

LETTER = b"From: post@lieferant.example\r\nSubject: Rechnung\r\n\r\nAnbei unsere Rechnung.\r\n"
VALUES = {
    "seller": "Moorbau GmbH",
    "seller_vat_id": "DE123456788",
    "number": "R-1",
    "date": "2026-10-30",
    "due_date": "2026-11-30",
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "gross": "119.00",
    "payable": "119.00",
    "iban": "DE02120300000000202051",
}


class InMemory:
    """Carriers over targets in memory, one per system; the first commit into each shows `fault`."""

    def __init__(self, fault: Fault = "") -> None:
        self._fault = fault
        self._targets: dict[str, LedgerTarget] = {}

    def carrier(self, case: Case, step: PostingStep) -> Carrier:
        from casework.actions.ending import Terms
        from casework.actions.runner import Carrier
        from casework.words.states import OperationClass

        target = self._targets.setdefault(step.system, LedgerTarget(faults=[self._fault] if self._fault else []))
        return Carrier(target, Terms(OperationClass.CREATE, longest_request=30, settle_seconds=60))

    def work(self, case: Case, step: PostingStep, *, marker: str) -> Work:
        from casework.words.work import Work

        return Work(business_key=f"{case.reference}/{step.system}", fields={"gross": "119.00"}, marker=marker)


def letter(number: str) -> FileReading:
    """What reading says of a letter with one invoice."""
    fields = {
        name: FieldReading(value=value, sources=[Source(origin=Origin.XML, where=f"/Invoice/{name}")])
        for name, value in {**VALUES, "number": number}.items()
    }
    part = Part(id="1", type="application/xml", bytes=10, sha256="0" * 64, fate=Fate.USED, reason="main_document")
    invoice = DocumentReading(part="1", kind="invoice", decided_by=DecidedBy.BYTES, fields=fields)
    return FileReading(parts=[part], documents=[invoice])


def arrived(office: str, uid: int = 1) -> Case:
    """The case of a letter that was just taken in, claimed for reading."""
    from casework.actions import claims
    from casework.actions.intake import record_message

    record_message(LETTER, office=office, place=MailboxPlace("posteingang", "INBOX", 1, uid))
    case = claims.claim_new()
    assert case is not None
    return case


def released(office: str, *, clerk: str) -> Case:
    """A case of that office in `ready`; `clerk`, who may decide there, corrected its number and released it."""
    from django.contrib.auth.models import User

    from casework.actions import decisions
    from casework.actions.prepare import Views, record_reading

    (case,) = record_reading(arrived(office), letter("R-l"), Views())
    turn = decisions.Turn(User.objects.get(username=clerk), case.version, seconds=31)
    decisions.release(case, turn, corrections={"number": "R-1"}, note="Ziffer statt Buchstabe")
    return case


def carry(case: Case, carriers: InMemory) -> None:
    """Carry the case over as the transfer flow does, as far as it can be known now."""
    from casework.actions import claims, runner, setbacks
    from casework.actions.force import in_force

    case.refresh_from_db()
    assert claims.claim_this(case)
    with setbacks.handled(case):
        runner.carry_over(case, in_force(case.office, case.process), carriers)
    case.refresh_from_db()


def posted(office: str, *, clerk: str) -> Case:
    """The same case in `done`, and in the books."""
    from casework.register import books

    case = released(office, clerk=clerk)
    carry(case, InMemory())
    books.write_up()
    return case


def _main(office: str) -> None:
    site.open_record()
    from casework.actions import accounts

    accounts.add_user("alke", role="clerk", offices=[office], password="moin-moin-zusammen")
    sys.stdout.write(f"{posted(office, clerk='alke').reference}\n")


if __name__ == "__main__":
    _main(sys.argv[1])
