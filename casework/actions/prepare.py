"""Recording a reading: parts with fates, one case per main document, fields, findings, and where each case goes.

All of it in one transaction, under the case's lease (DESIGN §4, "From message to case").
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from casework import checks
from casework.actions import audit, clock, duplicates, likeness, ordering, returns, senders
from casework.actions.force import current, in_force
from casework.actions.knowledge import RecordKnowledge, business_key_digest
from casework.actions.move import move, open_case
from casework.configuration.answers import When
from casework.configuration.in_force import ProcessInForce
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
TRIES = 16
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 3600
"""Together eleven hours: a disk that ran full at night is the administrator's matter in the morning, not a clerk's."""
ENDLESS_WAITS = ("virus_scanner_away",)
"""While the virus scanner is away nothing is given to anybody, however long that takes."""
LOCKED = ("not_scanned",)
"""Of what a clerk is told that it is there, and no more."""


MOST_BEGUN = 3
"""Whoever read the case so often did not live to write it down: a person looks at it."""


@dataclass(frozen=True)
class SealedPage:
    """A page as it lies in the store: `image` and `words` are addresses."""

    part: str
    number: int
    width: float
    height: float
    image: str
    words: str


@dataclass(frozen=True)
class Views:
    """What the console shows of a message: pages, and sanitised HTML by part id; in the store before the record."""

    pages: tuple[SealedPage, ...] = ()
    readable: Mapping[str, str] = field(default_factory=dict)


def seal_page(office: str, page: PageView) -> SealedPage:
    """Put one page into the store, so that no letter has all of its pages in memory at once."""
    store, words = Store(office), [word.model_dump(mode="json") for word in page.words]
    return SealedPage(
        part=page.part,
        number=page.number,
        width=page.width,
        height=page.height,
        image=store.put(page.png),
        words=store.put(json.dumps(words, ensure_ascii=False).encode()),
    )


def seal_readable(office: str, html: str) -> str:
    """Put the readable text of a part into the store; its address."""
    return Store(office).put(html.encode())


def record_reading(case: Case, reading: FileReading, views: Views) -> list[Case]:
    """Write down what was read of a case's message, open siblings, and move every new case on; returns the cases.

    Raises `LeaseLost` when the case is no longer ours; then nothing is written.
    """
    sketches = {document.part: likeness.sketch(case.office, document.text) for document in reading.documents}
    with transaction.atomic():
        if not Case.objects.select_for_update().filter(pk=case.pk, token=case.token, state=State.NEW).exists():
            raise LeaseLost(f"case {case.reference} was taken over while it was read; nothing was written")
        _record_message(case.message, reading, views)
        pairs = _cases_for(case, reading)
        for each, document in pairs:
            likeness.remember(each, sketches.get(document.part))
            _settle_case(each, document, reading)
    return [each for each, _ in pairs]


def record_failure(case: Case, reason: str) -> None:
    """Reading failed for good: the case goes to a clerk as it is."""
    anew: dict[str, Any] = {"tries": 0, "begun": 0, "not_before": None}
    move(case, State.REVIEW, actor=Actor.PREPARE, reason=reason, token=case.token, reasons=[reason], **anew)


def put_back(case: Case, reason: str) -> None:
    """What reading needs is out of order: the case stays in `new` and waits; after many tries a clerk gets it."""
    tries = case.tries + 1
    if tries >= TRIES and reason not in ENDLESS_WAITS:
        return record_failure(case, reason if reason in LOCKED else "reading_failed")
    again = clock.now() + timedelta(seconds=min(FIRST_WAIT_SECONDS * 2 ** min(case.tries, TRIES), LONGEST_WAIT_SECONDS))
    held = Case.objects.filter(pk=case.pk, token=case.token, state=State.NEW)
    if not held.update(tries=tries, begun=0, not_before=again, reason=reason, lease_until=None, lease_holder=""):
        raise LeaseLost(f"case {case.reference} was taken over while it was read; nothing was written")


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
    sender = senders.recorded(case.message)
    verdict = checks.decide(document, process, knowledge, today=today, bounds={}, sender=sender)
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
        tries=0,
        begun=0,
        not_before=None,
    )
    case.refresh_from_db()
    link = None if case.fixed_kind else returns.link_of(case.message)
    if link is not None:
        return returns.bring_back(case, link)
    first = duplicates.first_of(case)
    data = {"kind": document.kind, "process": process.id}
    if first is not None:
        return move(
            case, State.CLOSED, actor=Actor.PREPARE, reason="duplicate", data={**data, "first": first.reference}
        )
    end, reason = _where_to(document, reading, automatic=verdict.automatic, why=why)
    move(case, end, actor=Actor.PREPARE, reason=reason, data=data)
    if end is not State.CLOSED:
        ordering.by_rule(case, process, When.ALWAYS, *((When.REVIEW,) if end is State.REVIEW else ()))


def _beside(process: ProcessInForce) -> tuple[str, ...]:
    """The inbox process posts nothing, so how far it may go explains nothing to the clerk."""
    return ("process_off", "release_required") if process.id == INBOX_PROCESS else ()


def _where_to(
    document: DocumentReading, reading: FileReading, *, automatic: bool, why: tuple[str, ...]
) -> tuple[State, str]:
    if document.kind == NOTHING_TO_DO and document.decided_by is DecidedBy.BYTES and not document.unsure:
        return State.CLOSED, "auto_reply" if reading.head.auto_submitted else "newsletter"
    if automatic:
        return State.READY, "accepted"
    return State.REVIEW, why[0] if why else "no_process"


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


def _record_document(case: Case, document: DocumentReading, findings: Sequence[Finding]) -> None:
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
    data = {"kind": document.kind, "fields": digests, "findings": sorted(finding.rule for finding in findings)}
    audit.write(case, "read", actor=Actor.PREPARE, data=data)


def _field_row(case: Case, name: str, value: FieldReading) -> FieldValue:
    return FieldValue(
        case=case,
        name=name,
        value=value.value or "",
        confidence=value.confidence,
        sources=[source.model_dump(mode="json") for source in value.sources],
        candidates=[candidate.model_dump(mode="json") for candidate in value.candidates],
    )


def _record_message(message: Message, reading: FileReading, views: Views) -> None:
    head, key = reading.head, office_key(message.office)
    verdict = senders.verdict_on(message, current(), reading)
    Message.objects.filter(pk=message.pk).update(
        sender=head.sender[:320],
        sender_name=head.sender_name[:320],
        subject=head.subject,
        correspondence=head.correspondence.model_dump(mode="json"),
        message_id=head.message_id,
        sent_at=head.sent_at[:40],
        sender_domain=checks.organisation(verdict.domain)[:255],
        sender_proof=verdict.outcome,
        sender_verdict=verdict.model_dump(mode="json"),
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
            readable=views.readable.get(part.id, ""),
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
            image=page.image,
            words=page.words,
        )
        for page in views.pages
    )
