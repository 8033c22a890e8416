"""What a template may say about a case: its named values, written as Germans write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from casework.configuration.answer_templates import AnswerTemplate, Rendered, render
from casework.configuration.in_force import ProcessInForce
from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType
from casework.record.models import Case
from casework.words import german
from casework.words.advice import advice

LONGEST_VALUE = 200
_LINK = re.compile(r"(?i)\b(?:https?|ftp)://|\bwww\.")


@dataclass(frozen=True)
class SpokenFinding:
    """A finding for the sender: the official rule if there is one, what is wrong, and what to mend."""

    rule: str
    message: str
    advice: str


def text_for(case: Case, process: ProcessInForce, template: AnswerTemplate) -> Rendered:
    """The answer as the template words it for this case. Raises `NeedsReview("answer_unsendable")`."""
    return render(template, values_of(case, process))


def values_of(case: Case, process: ProcessInForce) -> dict[str, Any]:
    """Everything a template may name. What strangers wrote comes as one short line without links."""
    known = {row.name: row.value for row in case.fields.all()}
    return {
        "case": case.reference,
        "office_name": process.office.name,
        "process_title": process.process.title.de,
        "received_on": german.written_date(case.opened_at.date()),
        "subject": _strange(case.message.subject),
        "sender_name": _strange(case.message.sender_name),
        "fields": {each.name: _spoken(known.get(each.name, ""), each) for each in process.fields},
        "findings": list(_findings(case)),
    }


def _findings(case: Case) -> Iterator[SpokenFinding]:
    """Those that stop the case, each rule once."""
    seen: set[str] = set()
    for finding in case.findings.filter(severity__in=("fatal", "error")):
        if finding.rule in seen:
            continue
        seen.add(finding.rule)
        known = advice(finding.rule)
        is_ours = finding.rule.startswith("AB-")
        message = known.wrong if known else _strange(finding.message)
        yield SpokenFinding("" if is_ours else finding.rule, message, known.mend if known else "")


def _spoken(value: str, settings: FieldSettings) -> str:
    if not value:
        return ""
    if settings.choices:
        label = settings.choices.get(value)
        return label.de if label else _strange(value)
    try:
        if settings.type is FieldType.DATE:
            return german.written_date(date.fromisoformat(value))
        if settings.type is FieldType.MONEY:
            return german.written_amount(Decimal(value))
    except (ValueError, InvalidOperation):
        return _strange(value)
    if settings.type is FieldType.BOOLEAN:
        return {"true": "ja", "false": "nein"}.get(value, "")
    if settings.type is FieldType.IBAN:
        return "…" + german.bare_iban(value)[-4:]
    return _strange(value)


def _strange(text: str) -> str:
    """A stranger's words in our letter: one line, short, nothing to click: it may reach a third person."""
    line = _LINK.sub("", " ".join(text.split()))
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"
