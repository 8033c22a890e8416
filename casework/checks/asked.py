"""What a check is asked about: a document, the process in force, what the office knows, and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework.checks import values
from casework.configuration.in_force import ProcessInForce
from casework.statutes.calendar import add_months
from casework.words.knowledge import Knowledge
from casework.words.reading import DocumentReading, Finding, Severity
from casework.words.sender import SenderVerdict


@dataclass(frozen=True)
class Asked:
    """The case of one check; values are canonical, None when not read.

    `sender` None: nobody judged who sent it.
    `today` None: nobody knows when the letter arrived (a file read on a laptop), so nothing is too old or too early.
    """

    document: DocumentReading
    process: ProcessInForce
    knowledge: Knowledge
    today: date | None
    sender: SenderVerdict | None = None

    def value(self, name: str) -> str | None:
        """The value of a field, None when missing or empty."""
        reading = self.document.fields.get(name)
        return reading.value or None if reading else None

    def day(self, name: str) -> date | None:
        """The value of a date field."""
        return values.as_day(self.value(name))

    def cents(self, name: str) -> int | None:
        """The value of a money field in cents."""
        return values.as_cents(self.value(name))

    def is_future(self, day: date | None) -> bool:
        """Does the day lie after today?"""
        return day is not None and self.today is not None and day > self.today

    def is_past(self, day: date | None, *, months: int) -> bool:
        """Does the day lie more than so many months back?"""
        return day is not None and self.today is not None and day < add_months(self.today, -months)

    def says_yes(self, name: str) -> bool:
        """Is a yes-or-no field answered with yes?"""
        return self.value(name) == values.YES


def spoken(reason: str, message: str, *, field: str | None = None, severity: Severity = Severity.ERROR) -> Finding:
    """A finding of ours: rule `AB-IBAN-NEW` for the reason code `iban_new`."""
    return Finding(rule=f"AB-{reason.upper().replace('_', '-')}", severity=severity, message=message, field=field)
