"""The post of a console under test as it seldom is: doors in trouble, letters that did not come or are gone again."""

from __future__ import annotations

from datetime import timedelta

from casework.actions import clock, health
from casework.record.models import Discrepancy, KnownFolder, Reconciliation
from casework.words.sender import SenderMethod, SenderOutcome, SenderVerdict
from casework.words.states import State
from tests import factories

PARTS = (
    ("mailtext", "text/plain", "used", "main_document"),
    ("signatur.p7s", "application/pkcs7-signature", "kept", "signature_intact"),
    ("winmail.dat", "application/ms-tnef", "kept", "container"),
    ("Antrag.docm", "application/vnd.ms-word.document.macroEnabled.12", "refused", "macros"),
    ("foto.pdf.exe", "application/vnd.microsoft.portable-executable", "refused", "program"),
    ("liste.pdf", "text/html", "kept", "type_disagrees"),
)


def doors() -> None:
    """Two offices' mailboxes, one with notes and one in trouble, and what the last comparisons found."""
    KnownFolder.objects.create(
        office="amt-a",
        account="posteingang",
        folder="INBOX",
        looked_at=factories.ago(minutes=2),
        waiting=3,
        notes=["the server has no MOVE: messages are copied, then removed"],
    )
    KnownFolder.objects.create(
        office="amt-b", account="posteingang", folder="INBOX", looked_at=factories.ago(minutes=4), waiting=12
    )
    health.failed("amt-b", "mailbox", "posteingang", reason="login_refused", needs_officer=True)
    _compared("amt-a", "", compared=61, of=412)
    round_ = _compared("amt-a", "posteingang", compared=61, of=61)
    known = factories.case(state=State.CLOSED, reason="duplicate").message
    for code, uid, message in (("not_recorded", 812, None), ("stray_in_done", 44, None), ("not_moved", 790, known)):
        Discrepancy.objects.create(
            reconciliation=round_,
            code=code,
            message=message,
            folder="INBOX",
            uidvalidity=1,
            uid=uid,
            since=factories.ago(hours=7),
        )


def unfetchable() -> str:
    """A letter that lies in the mailbox and cannot be fetched."""
    letter = factories.message(subject="", sender="", sender_name="", message_id="", address="", read_at=None)
    case = factories.case(process="", kind="unknown", reason="letter_unfetchable", message=letter)
    return case.reference


def erased() -> str:
    """A letter whose time of keeping is over."""
    gone = {"subject": "", "sender": "", "sender_name": "", "message_id": "", "address": ""}
    letter = factories.message(erased_at=factories.ago(hours=30), **gone)
    return factories.case(state=State.CLOSED, reason="done_by_hand", message=letter).reference


def unsent() -> str:
    """A finished case whose answer did not go out: told on the start page."""
    case = factories.done(process="dog_registration")
    factories.answer(case, state="failed", reason="mail_line_open")
    return case.reference


def doubtful() -> str:
    """A letter nearly the same as another, whose sender is contradicted, with parts of every fate."""
    verdict = SenderVerdict(
        address="buchhaltung@lieferant-n0rd.example",
        outcome=SenderOutcome.CONTRADICTED,
        methods=(
            SenderMethod(name="dmarc", result="fail", domain="lieferant-n0rd.example", by="mx.amt.example"),
            SenderMethod(name="dkim", result="altered", domain="lieferant-n0rd.example"),
        ),
        reasons=("sender_lookalike", "sender_body_altered", "reply_to_elsewhere"),
    )
    letter = factories.message(
        subject="Neue Bankverbindung zu Ihrer Rechnung",
        sender=verdict.address,
        sender_name="Lieferant Nord GmbH",
        sender_verdict=verdict.model_dump(mode="json"),
        sender_proof=verdict.outcome,
    )
    case = factories.invoice(
        reason="sender_contradicted", reasons=["sender_contradicted", "nearly_same"], message=letter
    )
    other = factories.invoice(state=State.DONE, reason="accepted")
    factories.finding(case, "AB-NEARLY-SAME", f"Fast derselbe Text kam schon zu Vorgang {other.reference}.")
    for number, (name, kind, fate, reason) in enumerate(PARTS, start=1):
        html = "<p>Guten Tag,</p><p>bitte zahlen Sie künftig auf das neue Konto.</p>" if number == 1 else ""
        factories.part(letter, str(number), name=name, type=kind, fate=fate, reason=reason, html=html)
    return case.reference


def _compared(office: str, account: str, *, compared: int, of: int) -> Reconciliation:
    began = clock.now() - timedelta(minutes=3)
    return Reconciliation.objects.create(
        office=office, account=account, began_at=began, ended_at=clock.now(), compared=compared, of=of
    )
