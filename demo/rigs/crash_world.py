"""The world of one run of the crash rig: an office, a record with released invoices, a person, and the counting."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from casework.configuration import shipped
from demo.targets.control import TargetProcess

if TYPE_CHECKING:
    from casework.record.models import Case

OFFICE = "rig-amt"
USER, SECOND_USER, PASSWORD = "rig", "rig2", "Rig-Kennwort-2026"
LONGEST_SECONDS, SETTLE_SECONDS = 4, 5
SEED: dict[str, Any] = {
    "mandanten": [{"nr": "01", "name": "Rig-Amt"}],
    "benutzer": [{"name": name, "kennwort": PASSWORD, "mandanten": ["01"]} for name in (USER, SECOND_USER)],
    "kreditoren": [],
}
"""Two accounts of one office; every creditor is typed freely."""


def number_of(invoice: int) -> str:
    """The invoice number of the rig's n-th invoice."""
    return f"R-{invoice:05d}"


def invoice_fields(invoice: int) -> dict[str, str]:
    """What stands on the rig's n-th invoice, canonical."""
    return {
        "seller": "Lieferant Rig GmbH",
        "number": number_of(invoice),
        "date": "2026-11-02",
        "currency": "EUR",
        "net": "100.00",
        "tax": "19.00",
        "gross": "119.00",
    }


def write_configuration(folder: Path, url: str, *, users: Sequence[str] = (USER,)) -> dict[str, str]:
    """An office of its own beside the shipped pack, with short settle times; returns the environment that names it.

    `users` are its logins at the finance system.
    """
    overlay, drop = folder / "configs", folder / "drop"
    office = {
        "name": "Rig-Amt",
        "processes": {"invoice": {"stage": "automatic", "basis": {"text": "Prüfstand", "fictitious": True}}},
        "systems": {
            "haushaltskasse": {"base_url": url, "logins": [{"user": user, "secret": "rig"} for user in users]},
            "ablage": {"folder": str(drop)},
        },
    }
    times = {"longest_request_s": LONGEST_SECONDS, "settle_s": SETTLE_SECONDS}
    for path, content in {
        f"offices/{OFFICE}.yaml": office,
        "systems/haushaltskasse.yaml": {"system": "haushaltskasse", **times},
        "systems/ablage.yaml": {"system": "ablage", **times},
    }.items():
        (overlay / path).parent.mkdir(parents=True, exist_ok=True)
        (overlay / path).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    drop.mkdir(exist_ok=True)
    return {
        "AMTSBOTE_CONFIG": os.pathsep.join([str(shipped()), str(overlay)]),
        "AMTSBOTE_SECRET_RIG": PASSWORD,
    }


class Book:
    """The record of the run, for filling and counting; workers have connections of their own."""

    def __init__(self) -> None:
        from casework.site import open_record

        open_record()
        from casework.actions.force import in_force

        self._basis = in_force(OFFICE, "invoice").digest
        self.postings = 0

    def release_invoices(self, count: int) -> None:
        """Cases in `ready`, as prepare leaves them."""
        from casework.record.connections import hang_up

        for _ in range(count):
            self.postings += 1
            self._release(self.postings)
        hang_up()

    def open_cases(self) -> int:
        """Cases a worker may still carry on."""
        return self._count("ready", "posting")

    def with_a_human(self) -> int:
        """Cases that wait for a person."""
        return self._count("review")

    def _count(self, *states: str) -> int:
        from casework.record.connections import hang_up
        from casework.record.models import Case

        try:
            return Case.objects.filter(state__in=states).count()
        finally:
            hang_up()

    def _release(self, invoice: int) -> None:
        from casework.actions.intake import record_message
        from casework.actions.move import move
        from casework.record.models import Case, FieldValue, MessagePart
        from casework.words.mailbox import MailboxPlace
        from casework.words.states import Actor, State

        text = f"Rechnung {number_of(invoice)}"
        raw = f"From: rechnung@lieferant.example\r\nSubject: {text}\r\n\r\n{text}".encode()
        message = record_message(raw, office=OFFICE, place=MailboxPlace("rig", "INBOX", 1, invoice)).message
        MessagePart.objects.create(
            message=message,
            part="1",
            type="text/plain",
            size=len(raw),
            digest="0" * 64,
            fate="used",
            reason="main_document",
        )
        case = Case.objects.get(message=message)
        FieldValue.objects.bulk_create(
            FieldValue(case=case, name=name, value=value) for name, value in invoice_fields(invoice).items()
        )
        Case.objects.filter(pk=case.pk).update(process="invoice", kind="invoice", part="1", basis=self._basis)
        case.refresh_from_db()
        move(case, State.READY, actor=Actor.PREPARE, reason="accepted")


class Person:
    """A clerk who looks into the target systems and answers what the bots could not know."""

    def __init__(self, target: TargetProcess, drop: Path) -> None:
        from casework.actions.accounts import add_user

        self._target = target
        self._drop = drop
        self._user = add_user("alke", role="clerk", offices=[OFFICE], password="Alke-am-Pruefstand-7")

    def answer_all(self) -> int:
        """Answer every case in review once; returns how many."""
        from casework.record.connections import hang_up
        from casework.record.models import Case

        held = {row["buchungstext"].split()[0]: row["belegnummer"] for row in self._target.truth()["belege"]}
        held |= {path.name.partition("_")[0]: path.name for path in self._drop.iterdir()}
        cases = list(Case.objects.filter(state="review"))
        for case in cases:
            self._answer(case, held)
        hang_up()
        return len(cases)

    def _answer(self, case: Case, held: dict[str, str]) -> None:
        from casework.actions import decisions, outcomes
        from casework.policies import moments

        turn = decisions.Turn(self._user, case.version)
        attempt = moments.asked_attempt_of(case)
        if attempt is None:
            decisions.release(case, turn)
            return
        receipt = held.get(attempt.posting.marker, "")
        seen = outcomes.Seen.IN_TARGET if receipt else outcomes.Seen.NOT_IN_TARGET
        outcomes.answer_outcome(case, turn, seen, receipt=receipt)
        case.refresh_from_db()
        if case.state == "review":
            self._answer(case, held)


def count(target: TargetProcess, drop: Path, invoices: int) -> dict[str, int]:
    """What both systems hold twice, and what is in none or belongs to a case that never ended."""
    from casework.record.models import Case

    booked = Counter(row["rechnungsnummer"] for row in target.truth()["belege"])
    filed = Counter(_filed_number(path) for path in drop.iterdir() if not path.name.startswith("."))
    numbers = [number_of(invoice) for invoice in range(1, invoices + 1)]
    missing = sum(booked[number] == 0 or filed[number] == 0 for number in numbers)
    unended = Case.objects.exclude(state__in=("done", "closed")).count()
    return {
        "duplicates": sum(count - 1 for counter in (booked, filed) for count in counter.values()),
        "lost": max(missing, unended),
    }


def _filed_number(folder: Path) -> str:
    return str(json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["fields"]["reference"])
