"""Recording a reading: parts with fates, one case per main document, fields, findings, and where each case goes.

All of it in one transaction, under the case's lease (DESIGN §4, "From message to case").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from casework import checks
from casework.actions import audit, clock
from casework.actions.force import current, in_force
from casework.actions.knowledge import RecordKnowledge, business_key_digest
from casework.actions.move import move, open_case
from casework.configuration.configuration import ProcessInForce
from casework.record.keys import office_key
from casework.record.models import Case, FieldValue, Message, MessagePart, Page, RecordedFinding
from casework.record.store import Store
from casework.words.errors import LeaseLost
from casework.words.reading import (
    DecidedBy,
    DocumentReading,
    FieldReading,
    FileReading,
    Finding,
    Origin,
    PageView,
    Source,
)
from casework.words.states import Actor, State

NOTHING_TO_DO = "no_action"
INBOX_PROCESS = "posteingang"
REOPENABLE = (State.NEW, State.REVIEW, State.READY, State.POSTING, State.DONE)


@dataclass(frozen=True)
class Views:
    """What the console shows of a message: pages, and sanitised HTML by part id."""

    pages: tuple[PageView, ...] = ()
    readable: Mapping[str, str] = field(default_factory=dict)


def record_reading(case: Case, reading: FileReading, views: Views) -> list[Case]:
    """Write down what was read of a case's message, open siblings, and move every new case on; returns the cases.

    Raises `LeaseLost` when the case is no longer ours; then nothing is written.
    """
    sealed = _seal(case.office, views)
    with transaction.atomic():
        if not Case.objects.select_for_update().filter(pk=case.pk, token=case.token, state=State.NEW).exists():
            raise LeaseLost(f"case {case.reference} was taken over while it was read; nothing was written")
        _record_message(case.message, reading, views, sealed)
        pairs = _cases_for(case, reading)
        for each, document in pairs:
            _settle_case(each, document, reading)
    return [each for each, _ in pairs]


def record_failure(case: Case, reason: str) -> None:
    """Reading failed for good: the case goes to a clerk as it is."""
    move(case, State.REVIEW, actor=Actor.PREPARE, reason=reason, token=case.token, reasons=[reason])


def _cases_for(case: Case, reading: FileReading) -> list[tuple[Case, DocumentReading]]:
    """The claimed case keeps its own document, or the first; every further one opens a sibling once."""
    documents = list(reading.documents) or [DocumentReading(part="", kind="unknown", unsure=_unknown_because(reading))]
    own = next((d for d in documents if case.part and d.part == case.part), documents[0])
    if not case.part:
        Case.objects.filter(pk=case.pk).update(part=own.part)
        case.refresh_from_db()
    pairs = [(case, own)]
    known = set(Case.objects.filter(message=case.message).values_list("part", flat=True))
    for document in documents:
        if document is own or document.part in known:
            continue
        sibling = open_case(case.message, actor=Actor.PREPARE, part=document.part)
        pairs.append((sibling, document))
    return pairs


def _unknown_because(reading: FileReading) -> list[str]:
    return [reading.reason] if reading.reason else ["unknown_kind"]


def _settle_case(case: Case, document: DocumentReading, reading: FileReading) -> None:
    configuration = current()
    found = configuration.process_of_kind(document.kind)
    process = in_force(case.office, found.id if found else INBOX_PROCESS)
    today = clock.now().date()
    found_fields = {**_head_fields(reading, process), **document.fields, **_derived(document, process, today)}
    document = document.model_copy(update={"fields": found_fields})
    knowledge = RecordKnowledge(configuration, case.office, case=case)
    verdict = checks.decide(document, process, knowledge, today=today, bounds={})
    why = tuple(code for code in verdict.why if code not in _beside(process))
    _record_document(case, document, verdict.findings)
    Case.objects.filter(pk=case.pk).update(
        process=process.id,
        kind=document.kind,
        decided_by=document.decided_by,
        confidence=document.confidence,
        lines=document.lines,
        reasons=list(why),
        basis=process.digest,
        business_key_digest=business_key_digest(case.office, document),
        due=_after(case, process.due_after_days),
        expires=_after(case, process.expires_after_days),
    )
    case.refresh_from_db()
    end, reason = _where_to(case, document, reading, automatic=verdict.automatic, why=why)
    move(case, end, actor=Actor.PREPARE, reason=reason, data={"kind": document.kind, "process": process.id})


def _beside(process: ProcessInForce) -> tuple[str, ...]:
    """The inbox process posts nothing, so how far it may go explains nothing to the clerk."""
    return ("process_off", "release_required") if process.id == INBOX_PROCESS else ()


def _where_to(
    case: Case, document: DocumentReading, reading: FileReading, *, automatic: bool, why: tuple[str, ...]
) -> tuple[State, str]:
    if _is_duplicate(case):
        return State.CLOSED, "duplicate"
    if document.kind == NOTHING_TO_DO and document.decided_by is DecidedBy.BYTES and not document.unsure:
        return State.CLOSED, "auto_reply" if reading.head.auto_submitted else "newsletter"
    if automatic:
        return State.READY, "accepted"
    return State.REVIEW, why[0] if why else "no_process"


def _is_duplicate(case: Case) -> bool:
    """Same main document, sender and body as an earlier message whose case is open or done (DESIGN §4)."""
    message = case.message
    part = message.parts.filter(part=case.part).first()
    if not message.body_digest or not message.sender or case.fixed_kind:
        return False
    earlier = Message.objects.filter(
        office=case.office, sender=message.sender, body_digest=message.body_digest, pk__lt=message.pk
    )
    for other in earlier:
        cases = other.cases.filter(state__in=REOPENABLE)
        if part is None:
            if cases.filter(part=case.part).exists():
                return True
        elif cases.filter(part__in=other.parts.filter(digest=part.digest).values("part")).exists():
            return True
    return False


def _head_fields(reading: FileReading, process: ProcessInForce) -> dict[str, FieldReading]:
    """Subject and sender as fields, where the process asks for nothing but them."""
    if process.id != INBOX_PROCESS:
        return {}
    head = {"subject": reading.head.subject, "sender": reading.head.sender_name or reading.head.sender}
    source = Source(origin=Origin.TEXT, where="mail head")
    return {name: FieldReading(value=value, sources=[source]) for name, value in head.items() if value}


def _derived(document: DocumentReading, process: ProcessInForce, today: date) -> dict[str, FieldReading]:
    return checks.derive(document, process, process.statutes, today)


def _after(case: Case, days: int | None) -> object:
    return case.opened_at + timedelta(days=days) if days is not None else None


def _record_document(case: Case, document: DocumentReading, findings: Iterable[Finding]) -> None:
    """Fields as read, but what a clerk corrected stays; findings anew."""
    corrected = set(case.fields.filter(corrected=True).values_list("name", flat=True))
    case.fields.exclude(name__in=corrected).delete()
    FieldValue.objects.bulk_create(
        _field_row(case, name, value) for name, value in document.fields.items() if name not in corrected
    )
    case.findings.all().delete()
    RecordedFinding.objects.bulk_create(
        RecordedFinding(case=case, rule=f.rule, severity=f.severity, message=f.message, field=f.field or "")
        for f in findings
    )
    digests = {name: audit.keyed(case, value.value or "") for name, value in document.fields.items()}
    audit.write(case, "read", actor=Actor.PREPARE, data={"kind": document.kind, "fields": digests})


def _field_row(case: Case, name: str, value: FieldReading) -> FieldValue:
    return FieldValue(
        case=case,
        name=name,
        value=value.value or "",
        confidence=value.confidence,
        sources=[source.model_dump(mode="json") for source in value.sources],
        candidates=[candidate.model_dump(mode="json") for candidate in value.candidates],
    )


def _record_message(message: Message, reading: FileReading, views: Views, sealed: dict[str, str]) -> None:
    head, key = reading.head, office_key(message.office)
    Message.objects.filter(pk=message.pk).update(
        sender=head.sender[:320],
        sender_name=head.sender_name[:320],
        subject=head.subject,
        message_id=head.message_id,
        sent_at=head.sent_at[:40],
        sender_proof=head.sender_proof,
        body_digest=key.digest(head.body.strip()),
        read_at=clock.now(),
    )
    message.refresh_from_db()
    message.parts.all().delete()
    MessagePart.objects.bulk_create(
        MessagePart(
            message=message,
            part=part.id,
            parent=part.parent or "",
            name=part.name or "",
            type=part.type,
            size=part.bytes,
            digest=key.digest(part.sha256),
            fate=part.fate,
            reason=part.reason,
            readable=sealed.get(f"readable {part.id}", ""),
        )
        for part in reading.parts
    )
    message.pages.all().delete()
    Page.objects.bulk_create(
        Page(
            message=message,
            part=page.part,
            number=page.number,
            width=page.width,
            height=page.height,
            image=sealed[f"image {page.part} {page.number}"],
            words=sealed[f"words {page.part} {page.number}"],
        )
        for page in views.pages
    )


def _seal(office: str, views: Views) -> dict[str, str]:
    """Put pages and readable views into the store before the transaction; returns their addresses."""
    store, sealed = Store(office), {}
    for page in views.pages:
        name = f"{page.part} {page.number}"
        words = [word.model_dump(mode="json") for word in page.words]
        sealed[f"image {name}"] = store.put(page.png)
        sealed[f"words {name}"] = store.put(json.dumps(words, ensure_ascii=False).encode())
    for part, html in views.readable.items():
        sealed[f"readable {part}"] = store.put(html.encode())
    return sealed
