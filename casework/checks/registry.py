"""The checks by name, as processes name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from casework.checks import dogs, general, invoices
from casework.checks.asked import Asked
from casework.checks.derived import with_derived
from casework.checks.sender import sender as check_sender
from casework.configuration.in_force import ProcessInForce
from casework.words.errors import ConfigurationError
from casework.words.knowledge import Knowledge
from casework.words.reading import DocumentReading, Finding
from casework.words.sender import SenderVerdict

Check = Callable[[Asked], Iterator[Finding]]

REGISTRY: dict[str, Check] = {
    check.__name__: check
    for check in (
        general.reading_doubts,
        general.required_fields,
        general.field_forms,
        general.field_sources,
        general.addressee,
        general.duplicate,
        general.public_danger,
        invoices.invoice_type,
        invoices.invoice_totals,
        invoices.invoice_dates,
        invoices.invoice_account,
        dogs.holder_of_age,
        dogs.registration_dates,
        dogs.deregistration_dates,
        dogs.relief,
        dogs.dangerous_breed,
        dogs.mandate,
        dogs.dog_tax,
    )
}


def check(
    document: DocumentReading,
    process: ProcessInForce,
    knowledge: Knowledge,
    today: date | None,
    sender: SenderVerdict | None = None,
) -> list[Finding]:
    """What the process's checks find, in the order it names them; fields it derives are computed where missing.

    Who sent the letter is asked first, as the process's key `sender` says.

    `today` is the day the letter is judged on; None when nobody knows when it arrived: then no date is too old.
    """
    asked = Asked(with_derived(document, process, today), process, knowledge, today, sender)
    found: dict[Finding, None] = dict.fromkeys(check_sender(asked))
    for name in process.process.checks:
        if name not in REGISTRY:
            raise ConfigurationError(f"{process.process.origin}: check `{name}` is not known")
        found.update(dict.fromkeys(REGISTRY[name](asked)))
    return list(found)
