"""Checks that hold for every kind: doubts of the reading, fields, addressee, duplicates, danger."""

from __future__ import annotations

from collections.abc import Iterator

from casework.checks.acceptance import is_accepted
from casework.checks.asked import Asked, spoken
from casework.checks.keys import business_key
from casework.checks.values import comparison_key, fits
from casework.configuration.vocabulary import FieldType
from casework.words.reading import Finding
from casework.words.reasons import reason

_DANGER = (
    "gefahr", "gefährlich", "lebensgefahr", "verletz", "unfall", "gestürzt", "gasgeruch", "stromschlag", "kabel",
    "offener schacht", "umgestürzt", "einsturz", "brennt", "feuer", "gas tritt", "scherben", "leitung hängt",
    "spielplatz", "schaukel", "klettergerüst", "gerissen", "angebrochen", "auf der straße", "auf der fahrbahn",
    "absperren", "rollator", "kinderwagen",
)  # fmt: skip
"""Words of a defect report after which a human looks at once (Verkehrssicherungspflicht); rather one too many."""


def reading_doubts(asked: Asked) -> Iterator[Finding]:
    """What the reader itself was not sure of."""
    for code in asked.document.unsure:
        yield spoken(code, reason(code).de)


def required_fields(asked: Asked) -> Iterator[Finding]:
    """Every field that the process needs is there."""
    for settings in asked.process.fields:
        if settings.required and not settings.derived and asked.value(settings.name) is None:
            yield spoken("field_missing", f"{settings.label.de} fehlt.", field=settings.name)


def field_forms(asked: Asked) -> Iterator[Finding]:
    """Every value has the form of its field: a date, an amount, a choice; the IBAN's check digits fit."""
    for settings in asked.process.fields:
        value = asked.value(settings.name)
        if value is None or fits(settings, value):
            continue
        if settings.type is FieldType.IBAN:
            yield spoken("iban_invalid", "Die Prüfziffern der IBAN stimmen nicht.", field=settings.name)
        else:
            yield spoken("field_invalid", f"{settings.label.de} hat eine unmögliche Form.", field=settings.name)


def field_sources(asked: Asked) -> Iterator[Finding]:
    """Every value that was read is accepted on its sources; the IBAN of an invoice has a check of its own."""
    for settings in asked.process.fields:
        if settings.derived or asked.value(settings.name) is None:
            continue
        if settings.type is FieldType.IBAN and "invoice_account" in asked.process.process.checks:
            continue
        if is_accepted(asked.document, settings.name, settings, thresholds=asked.process.overlay.thresholds):
            continue
        if settings.type is FieldType.IBAN:
            yield spoken("iban_unconfirmed", "Die IBAN ist nur aus einer Quelle bekannt.", field=settings.name)
        else:
            yield spoken("field_unsure", f"{settings.label.de} ist nicht sicher gelesen.", field=settings.name)


def addressee(asked: Asked) -> Iterator[Finding]:
    """The letter is not for another office: where the office has Leitweg-IDs, any other one is not ours."""
    reference, name = asked.value("buyer_reference") or "", asked.value("buyer") or ""
    own = asked.knowledge.is_own_address(buyer_reference=reference, buyer_name=name)
    references = {comparison_key(known) for known in asked.process.office.buyer_references}
    foreign = bool(reference) and bool(references) and comparison_key(reference) not in references
    if own is False or foreign:
        field = "buyer_reference" if reference else "buyer"
        yield spoken("other_office_suspected", "Empfänger oder Leitweg-ID gehören nicht zu diesem Amt.", field=field)


def duplicate(asked: Asked) -> Iterator[Finding]:
    """No other open or done case has the same business key, nor came with a letter that says nearly the same."""
    key = business_key(asked.document)
    if key and asked.knowledge.business_key_taken(asked.document.kind, key):
        yield spoken("business_key_taken", "Ein anderer Vorgang trägt dieselben Kennzeichen.")
    elif other := asked.knowledge.nearly_same():
        yield spoken("nearly_same", f"Fast derselbe Text kam schon zu Vorgang {other}.")


def public_danger(asked: Asked) -> Iterator[Finding]:
    """Words of danger send a defect report to a human at once."""
    text = f"{asked.value('category') or ''} {asked.value('description') or ''}".casefold()
    words = [word for word in _DANGER if word in text or comparison_key(word) in comparison_key(text)]
    if words:
        yield spoken("public_danger", f"Die Meldung kann eine Gefahr betreffen: „{words[0]}“.", field="description")
