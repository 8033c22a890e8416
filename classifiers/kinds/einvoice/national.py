"""The German rules of XRechnung as a table: official id, severity, German sentence, when it is broken.

Severities as in KoSIT's schematron for XRechnung 3.0 (itplr-kosit/xrechnung-schematron); rules speak only to invoices
whose BT-24 names XRechnung.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from casework.words.reading import Finding, Severity
from classifiers.kinds.einvoice.model import Group, Invoice
from classifiers.kinds.identifiers import compact, is_iban

Broken = Callable[[Invoice], bool]
TRANSFER, CARD, DEBIT = {"30", "58"}, {"48", "54", "55"}, {"59"}
TAXED = {"S", "Z", "E", "AE", "K", "G", "L", "M"}
TYPES = {"326", "380", "384", "389", "381", "875", "876", "877"}
_SKONTO = re.compile(r"^#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(?:#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#$")
_MAIL = re.compile(r"^(?!\.)[^@\s]+(?<!\.)@([^@.\s]+\.)+[A-Za-z0-9]+$")
_SPECIFICATIONS = re.compile(r"^urn:cen\.eu:en16931:2017#compliant#urn:xeinkauf\.de:kosit:xrechnung_\d\.\d")


class Rule(NamedTuple):
    """One rule of the table."""

    id: str
    severity: Severity
    message: str
    broken: Broken


def _missing(term: str) -> Broken:
    return lambda invoice: term not in invoice.header


def _missing_with(term: str, *, beside: tuple[str, ...]) -> Broken:
    return lambda invoice: term not in invoice.header and any(other in invoice.header for other in beside)


def _codes(invoice: Invoice, wanted: set[str]) -> bool:
    return any(means["BT-81"].text in wanted for means in invoice.payments if "BT-81" in means)


def _any(invoice: Invoice, *terms: str) -> bool:
    return any(term in means for means in invoice.payments for term in terms)


def _transfer(invoice: Invoice) -> bool:
    return _any(invoice, "BT-84", "BT-84-1", "BT-85", "BT-86")


def _card(invoice: Invoice) -> bool:
    return _any(invoice, "BT-87")


def _debit(invoice: Invoice) -> bool:
    creditor = invoice.syntax != "ubl" and "BT-90" in invoice.header
    return _any(invoice, "BT-89", "BT-91") or creditor


def _no_tax_number(invoice: Invoice) -> bool:
    groups = [*invoice.lines, *invoice.allowances, *invoice.charges]
    codes = {group[term].text for group in groups for term in ("BT-95", "BT-151") if term in group}
    known = any(term in invoice.header for term in ("BT-31", "BT-32", "BT-62"))
    return bool(codes & TAXED) and not known


def _wrong_discount(invoice: Invoice) -> bool:
    """Every line that starts with # follows the Skonto pattern and ends with a line break."""
    terms = invoice.header.get("BT-20")
    if terms is None:
        return False
    lines = terms.text.split("\n")
    marked = [place for place, line in enumerate(lines) if line.strip().startswith("#")]
    return any(not _SKONTO.match(lines[place].strip()) or place == len(lines) - 1 for place in marked)


def _same_attachment_names(invoice: Invoice) -> bool:
    names = [group["BT-125-2"].text for group in invoice.attachments if "BT-125-2" in group]
    return len(names) != len(set(names))


def _bad_iban(term: str, codes: set[str]) -> Broken:
    def broken(invoice: Invoice) -> bool:
        means: list[Group] = [m for m in invoice.payments if "BT-81" in m and m["BT-81"].text in codes and term in m]
        return any(not is_iban(compact(group[term].text)) for group in means)

    return broken


def _few_digits(invoice: Invoice) -> bool:
    return "BT-42" in invoice.header and len(re.findall(r"\d", invoice.text("BT-42"))) < 3


def _bad_mail(invoice: Invoice) -> bool:
    return "BT-43" in invoice.header and not _MAIL.match(invoice.text("BT-43"))


def _no_tax_rate(invoice: Invoice) -> bool:
    return any("BT-119" not in tax for tax in invoice.taxes)


_PLACE = ("BT-75", "BT-77", "BT-78", "BT-80")
_CONTACT = ("BT-41", "BT-42", "BT-43")
_F, _W, _I = Severity.FATAL, Severity.WARNING, Severity.INFO
RULES: tuple[Rule, ...] = (
    Rule("BR-DE-1", _F, "Die Zahlungsanweisungen (BG-16) fehlen.", lambda i: not i.payments),
    Rule("BR-DE-2", _F, "Der Ansprechpartner (BG-6) fehlt.", lambda i: not any(t in i.header for t in _CONTACT)),
    Rule("BR-DE-3", _F, "Der Ort des Verkäufers (BT-37) fehlt.", _missing("BT-37")),
    Rule("BR-DE-4", _F, "Die Postleitzahl des Verkäufers (BT-38) fehlt.", _missing("BT-38")),
    Rule("BR-DE-5", _F, "Der Name des Ansprechpartners (BT-41) fehlt.", _missing_with("BT-41", beside=_CONTACT)),
    Rule(
        "BR-DE-6", _F, "Die Telefonnummer des Ansprechpartners (BT-42) fehlt.", _missing_with("BT-42", beside=_CONTACT)
    ),
    Rule(
        "BR-DE-7", _F, "Die E-Mail-Adresse des Ansprechpartners (BT-43) fehlt.", _missing_with("BT-43", beside=_CONTACT)
    ),
    Rule("BR-DE-8", _F, "Der Ort des Käufers (BT-52) fehlt.", _missing("BT-52")),
    Rule("BR-DE-9", _F, "Die Postleitzahl des Käufers (BT-53) fehlt.", _missing("BT-53")),
    Rule("BR-DE-10", _F, "Der Ort der Lieferung (BT-77) fehlt.", _missing_with("BT-77", beside=_PLACE)),
    Rule("BR-DE-11", _F, "Die Postleitzahl der Lieferung (BT-78) fehlt.", _missing_with("BT-78", beside=_PLACE)),
    Rule("BR-DE-14", _F, "Ein Umsatzsteuersatz (BT-119) fehlt.", _no_tax_rate),
    Rule("BR-DE-15", _F, "Die Käuferreferenz (BT-10, Leitweg-ID) fehlt.", _missing("BT-10")),
    Rule(
        "BR-DE-16",
        _F,
        "Weder USt-IdNr. (BT-31) noch Steuernummer (BT-32) des Verkäufers ist angegeben.",
        _no_tax_number,
    ),
    Rule("BR-DE-17", _W, "Diese Rechnungsart (BT-3) sieht XRechnung nicht vor.", lambda i: i.text("BT-3") not in TYPES),
    Rule("BR-DE-18", _F, "Die Skonto-Angaben (BT-20) folgen nicht der vorgeschriebenen Form.", _wrong_discount),
    Rule("BR-DE-19", _W, "Die IBAN des Zahlungsempfängers (BT-84) ist nicht richtig.", _bad_iban("BT-84", {"58"})),
    Rule("BR-DE-20", _W, "Die IBAN für den Einzug (BT-91) ist nicht richtig.", _bad_iban("BT-91", DEBIT)),
    Rule(
        "BR-DE-21",
        _W,
        "Die Spezifikation (BT-24) ist nicht die der XRechnung.",
        lambda i: not _SPECIFICATIONS.match(i.text("BT-24")),
    ),
    Rule("BR-DE-22", _F, "Zwei Anhänge haben denselben Dateinamen.", _same_attachment_names),
    Rule(
        "BR-DE-23-a",
        _F,
        "Zur Überweisung (BT-81 30, 58) fehlt das Konto (BG-17).",
        lambda i: _codes(i, TRANSFER) and not _transfer(i),
    ),
    Rule(
        "BR-DE-23-b",
        _F,
        "Bei Überweisung (BT-81 30, 58) sind Karte oder Lastschrift nicht zulässig.",
        lambda i: _codes(i, TRANSFER) and (_card(i) or _debit(i)),
    ),
    Rule(
        "BR-DE-24-a",
        _F,
        "Zur Kartenzahlung (BT-81 48, 54, 55) fehlt die Karte (BG-18).",
        lambda i: _codes(i, CARD) and not _card(i),
    ),
    Rule(
        "BR-DE-24-b",
        _F,
        "Bei Kartenzahlung (BT-81 48, 54, 55) sind Konto oder Lastschrift nicht zulässig.",
        lambda i: _codes(i, CARD) and (_transfer(i) or _debit(i)),
    ),
    Rule(
        "BR-DE-25-a",
        _F,
        "Zur Lastschrift (BT-81 59) fehlt das Mandat (BG-19).",
        lambda i: _codes(i, DEBIT) and not _debit(i),
    ),
    Rule(
        "BR-DE-25-b",
        _F,
        "Bei Lastschrift (BT-81 59) sind Konto oder Karte nicht zulässig.",
        lambda i: _codes(i, DEBIT) and (_transfer(i) or _card(i)),
    ),
    Rule(
        "BR-DE-26",
        _W,
        "Eine Korrektur (BT-3 384) soll die frühere Rechnung nennen (BG-3).",
        lambda i: i.text("BT-3") == "384" and "BT-25" not in i.header,
    ),
    Rule("BR-DE-27", _W, "Die Telefonnummer (BT-42) soll mindestens drei Ziffern haben.", _few_digits),
    Rule("BR-DE-28", _W, "Die E-Mail-Adresse (BT-43) hat nicht die Form einer solchen.", _bad_mail),
    Rule(
        "BR-DE-30",
        _F,
        "Zur Lastschrift fehlt die Gläubiger-Identifikationsnummer (BT-90).",
        lambda i: _debit(i) and "BT-90" not in i.header,
    ),
    Rule(
        "BR-DE-31",
        _F,
        "Zur Lastschrift fehlt das belastete Konto (BT-91).",
        lambda i: _debit(i) and not _any(i, "BT-91"),
    ),
)


def check_national(invoice: Invoice) -> list[Finding]:
    """The broken German rules of an XRechnung; nothing for any other invoice."""
    if not invoice.is_xrechnung:
        return []
    return [
        Finding(rule=rule.id, severity=rule.severity, message=rule.message) for rule in RULES if rule.broken(invoice)
    ]
