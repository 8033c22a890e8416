"""Rows of the record for tests: offices, people, messages, cases with everything that hangs on them.

Two offices: `amt-a` (Amt Ahlbek) and `amt-b` (Amt Bornau). People: Alke (clerk A), Bente (second clerk A), Cord (clerk
B, the outsider), Dörte (officer of both), Enno (manager A), Frauke (auditor A), Gesa (administrator A).
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from PIL import Image, ImageDraw

from casework.actions import audit, clock
from casework.actions.evidence import evidence_store
from casework.record.models import (
    Answer,
    Attempt,
    Case,
    Evidence,
    FieldValue,
    Membership,
    Message,
    MessagePart,
    Page,
    Posting,
    RecordedFinding,
    Role,
)
from casework.record.store import Store
from casework.words.states import Actor, AttemptState, State

PASSWORD = "moin-moin-zusammen"
PEOPLE: dict[str, tuple[str, tuple[tuple[str, Role], ...]]] = {
    "alke": ("Alke Ahrens", (("amt-a", Role.CLERK),)),
    "bente": ("Bente Brandt", (("amt-a", Role.SECOND_CLERK),)),
    "cord": ("Cord Claasen", (("amt-b", Role.CLERK),)),
    "doerte": ("Dörte Diercks", (("amt-a", Role.OFFICER), ("amt-b", Role.OFFICER))),
    "enno": ("Enno Evers", (("amt-a", Role.MANAGER),)),
    "frauke": ("Frauke Friedrichs", (("amt-a", Role.AUDITOR),)),
    "gesa": ("Gesa Gerdes", (("amt-a", Role.ADMINISTRATOR),)),
}
_numbers = itertools.count(1)

OFFICE_YAML = """\
name: {name}
names: ["{name} - Der Amtsvorsteher"]
municipalities: {{Hütten: huetten_dog_tax}}
mailboxes: [{{account: posteingang, host: 127.0.0.1, user: "{name}", secret: posteingang}}]
processes:
  invoice: {{stage: {stage}, four_eyes: {four_eyes}}}
  dog_registration: {{stage: assisted}}
  dog_deregistration: {{stage: shadow}}
  defect_report: {{stage: "off"}}
  posteingang: {{stage: assisted}}
"""


MAIL_YAML = "systems: {antwort: {host: 127.0.0.1, port: 2525, from: post@amt.example}}\n"
"""Where an office's answers go out; nobody listens there."""


def write_offices(folder: Path, *, stage: str = "assisted", four_eyes: bool = False, mail: bool = False) -> Path:
    """Write the overlay of the two offices below a folder; returns the folder for AMTSBOTE_CONFIG.

    `mail`: they can answer senders, too.
    """
    (folder / "offices").mkdir(parents=True, exist_ok=True)
    for office, name in (("amt-a", "Amt Ahlbek"), ("amt-b", "Amt Bornau")):
        text = OFFICE_YAML.format(name=name, stage=stage, four_eyes=str(four_eyes).lower())
        text += MAIL_YAML if mail else ""
        (folder / "offices" / f"{office}.yaml").write_text(text, encoding="utf-8")
    return folder


def person(name: str, *, password: str = "") -> User:
    """One of `PEOPLE` with account and roles; the same row when asked again. Hashing is slow: a password on demand."""
    full, roles = PEOPLE[name]
    first, last = full.split()
    user, is_new = User.objects.get_or_create(username=name, defaults={"first_name": first, "last_name": last})
    if is_new:
        if password:
            user.set_password(password)
        user.save()
        for office, role in roles:
            Membership.objects.create(user=user, office=office, role=role)
    return User.objects.get(pk=user.pk)


def message(office: str = "amt-a", **columns: Any) -> Message:
    """A message whose bytes lie in the store."""
    number = next(_numbers)
    body = f"From: a@b.example\r\nSubject: Brief {number}\r\n\r\nGuten Tag, dies ist Brief {number}.\r\n".encode()
    values: dict[str, Any] = {
        "account": "posteingang",
        "folder": "INBOX",
        "uidvalidity": 1,
        "uid": number,
        "address": Store(office).put(body),
        "size": len(body),
        "stored_at": clock.now(),
        "read_at": clock.now(),
        "subject": f"Rechnung {number}",
        "sender": "rechnung@lieferant.example",
        "sender_name": "Lieferant Nord GmbH",
        "message_id": f"<{number}@lieferant.example>",
    }
    return Message.objects.create(office=office, **{**values, **columns})


def case(
    office: str = "amt-a", *, state: State = State.REVIEW, reason: str = "release_required", **columns: Any
) -> Case:
    """A case with its opening events; in review of process `invoice` unless told otherwise."""
    letter = columns.pop("message", None) or message(office)
    values: dict[str, Any] = {
        "process": "invoice",
        "kind": "invoice",
        "part": "1",
        "decided_by": "bytes",
        "confidence": 1.0,
        "opened_at": clock.now(),
        "changed_at": clock.now(),
    }
    if state in (State.DONE, State.CLOSED):
        values["closed_at"] = clock.now()
    with transaction.atomic():
        made = Case.objects.create(
            office=office, message=letter, state=state, reason=reason, **{"reasons": [reason], **values, **columns}
        )
        told = {"message": letter.pk, "address": audit.keyed(made, letter.address), "to": "new"}
        audit.write(made, "opened", actor=Actor.INTAKE, data=told)
        audit.write(made, f"moved_{state}", actor=Actor.PREPARE, data={"from": "new", "to": state, "reason": reason})
    return made


def field(
    owner: Case, name: str, value: str, *, origin: str = "xml", confidence: float = 1.0, **columns: Any
) -> FieldValue:
    """A field of a case, read from one source."""
    sources = columns.pop("sources", [{"origin": origin, "where": "BT-1" if origin == "xml" else "page 1"}])
    return FieldValue.objects.create(
        case=owner, name=name, value=value, confidence=confidence, sources=sources, **columns
    )


def invoice(office: str = "amt-a", **columns: Any) -> Case:
    """A case of an invoice with all its fields."""
    made = case(office, **columns)
    number = f"R-{made.pk:05d}"
    values = {
        "seller": "Lieferant Nord GmbH",
        "seller_vat_id": "DE123456789",
        "number": number,
        "date": "2026-11-02",
        "due_date": "2026-12-02",
        "currency": "EUR",
        "net": "100.00",
        "tax": "19.00",
        "gross": "119.00",
        "payable": "119.00",
        "iban": "DE02120300000000202051",
    }
    for name, value in values.items():
        field(made, name, value)
    digests = {name: audit.keyed(made, value) for name, value in values.items()}
    audit.write(made, "read", actor=Actor.PREPARE, data={"kind": "invoice", "fields": digests, "findings": []})
    return made


def finding(owner: Case, rule: str, text: str, *, severity: str = "error", about: str = "") -> RecordedFinding:
    """A check that spoke about a case."""
    return RecordedFinding.objects.create(case=owner, rule=rule, severity=severity, message=text, field=about)


def page(owner: Message, *, part: str = "1", number: int = 1, words: Sequence[tuple[str, float, float]] = ()) -> Page:
    """A page with an image and words (text, x, y in points, on A4)."""
    picture = Image.new("RGB", (827, 1169), "white")
    pen = ImageDraw.Draw(picture)
    boxes = []
    for text, x, y in words:
        pen.text((x * 827 / 595, y * 1169 / 842), text, fill="black", font_size=18)
        boxes.append({"text": text, "box": {"page": number, "x0": x, "y0": y, "x1": x + 7 * len(text), "y1": y + 13}})
    png = io.BytesIO()
    picture.save(png, "PNG")
    store = Store(owner.office)
    return Page.objects.create(
        message=owner,
        part=part,
        number=number,
        width=595.0,
        height=842.0,
        image=store.put(png.getvalue()),
        words=store.put(json.dumps(boxes).encode()),
    )


def part(owner: Message, number: str = "1", *, html: str = "", **columns: Any) -> MessagePart:
    """A part of a message, with a readable view when HTML is given."""
    values: dict[str, Any] = {
        "name": "rechnung.pdf",
        "type": "application/pdf",
        "size": 20_480,
        "digest": "0" * 64,
        "fate": "used",
        "reason": "main_document",
        "readable": Store(owner.office).put(html.encode()) if html else "",
    }
    return MessagePart.objects.create(message=owner, part=number, **{**values, **columns})


def posting(owner: Case, *, step: int = 0, receipt: str = "") -> Posting:
    """A posting of a case; confirmed when it has a receipt."""
    return Posting.objects.create(
        office=owner.office,
        case=owner,
        step=step,
        system="haushaltskasse",
        operation="capture_invoice",
        operation_class="create",
        key_digest=f"{owner.pk}-{step}",
        marker=f"AB-{owner.pk:012d}",
        receipt=receipt,
        confirmed_at=clock.now() if receipt else None,
    )


def answer(owner: Case, *, state: str = "waiting", **columns: Any) -> Answer:
    """An answer to the sender of a case, as a rule ordered it."""
    number = owner.answers.count() + 1
    values: dict[str, Any] = {
        "template": f"eingang_{number}",
        "system": "antwort",
        "operation": "acknowledge",
        "recipient": owner.message.sender,
        "subject": f"Eingang, Aktenzeichen {owner.reference}",
        "body": "Guten Tag,\n\nIhr Schreiben ist da.\n",
        "message_id": f"<ab-{owner.pk:06d}{number:06d}@amt.example>",
        "ordered_at": clock.now(),
        "sent_at": clock.now() if state == "sent" else None,
    }
    return Answer.objects.create(case=owner, number=number, state=state, **{**values, **columns})


def attempt(owner: Case, state: AttemptState = AttemptState.UNKNOWN, *, number: int = 1, **columns: Any) -> Attempt:
    """An attempt of the case's first posting."""
    parent = Posting.objects.filter(case=owner, step=0).first() or posting(owner)
    return Attempt.objects.create(
        posting=parent, number=number, state=state, token=owner.token, prepared_at=clock.now(), **columns
    )


def evidence(of: Attempt, *, name: str = "before") -> Evidence:
    """A masked picture of an attempt."""
    png = io.BytesIO()
    Image.new("RGB", (800, 500), "#dfe6ea").save(png, "PNG")
    address = evidence_store(of.posting.office).put(png.getvalue())
    return Evidence.objects.create(attempt=of, name=name, type="image/png", address=address, taken_at=clock.now())


def done(
    office: str = "amt-a", *, seconds: int = 0, process: str = "invoice", reason: str = "release_required"
) -> Case:
    """A finished case with the events the books are derived from: measured time, then done."""
    made = case(office, state=State.POSTING, process=process, reason="claimed")
    with transaction.atomic():
        if seconds:
            audit.write(made, "effort_clerk", actor=Actor.CLERK, data={"seconds": seconds, "reason": reason})
        Case.objects.filter(pk=made.pk).update(state=State.DONE, reason="posted", closed_at=clock.now())
        audit.write(
            made, "moved_done", actor=Actor.TRANSFER, data={"from": "posting", "to": "done", "reason": "posted"}
        )
    made.refresh_from_db()
    return made


def span(**parts: float) -> timedelta:
    """A length of time."""
    return timedelta(**parts)


def ago(**span: float) -> datetime:
    """A moment that long ago."""
    return datetime.now(UTC) - timedelta(**span)
