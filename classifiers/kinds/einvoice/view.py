"""An e-invoice in words for people: every term that is there, as plain HTML in the order people look for it."""

from __future__ import annotations

from html import escape

from classifiers.kinds.einvoice.model import Group, Invoice

_HEADER: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Rechnung",
        (
            ("BT-1", "Rechnungsnummer"),
            ("BT-2", "Rechnungsdatum"),
            ("BT-9", "Fällig am"),
            ("BT-3", "Rechnungsart"),
            ("BT-5", "Währung"),
            ("BT-10", "Leitweg-ID / Käuferreferenz"),
            ("BT-13", "Bestellnummer"),
            ("BT-12", "Vertrag"),
            ("BT-25", "Frühere Rechnung"),
            ("BT-72", "Lieferdatum"),
            ("BT-73", "Zeitraum von"),
            ("BT-74", "Zeitraum bis"),
            ("BT-22", "Bemerkung"),
            ("BT-20", "Zahlungsbedingungen"),
        ),
    ),
    (
        "Verkäufer",
        (
            ("BT-27", "Name"),
            ("BT-28", "Handelsname"),
            ("BT-35", "Straße"),
            ("BT-38", "Postleitzahl"),
            ("BT-37", "Ort"),
            ("BT-40", "Land"),
            ("BT-31", "USt-IdNr."),
            ("BT-32", "Steuernummer"),
            ("BT-41", "Ansprechpartner"),
            ("BT-42", "Telefon"),
            ("BT-43", "E-Mail"),
        ),
    ),
    (
        "Käufer",
        (
            ("BT-44", "Name"),
            ("BT-50", "Straße"),
            ("BT-53", "Postleitzahl"),
            ("BT-52", "Ort"),
            ("BT-55", "Land"),
            ("BT-48", "USt-IdNr."),
        ),
    ),
    (
        "Beträge",
        (
            ("BT-106", "Summe der Positionen"),
            ("BT-107", "Nachlässe"),
            ("BT-108", "Zuschläge"),
            ("BT-109", "Netto"),
            ("BT-110", "Umsatzsteuer"),
            ("BT-112", "Brutto"),
            ("BT-113", "Bereits gezahlt"),
            ("BT-114", "Rundung"),
            ("BT-115", "Zahlbetrag"),
        ),
    ),
)
_LINE = (
    ("BT-126", "Nr."),
    ("BT-153", "Bezeichnung"),
    ("BT-154", "Beschreibung"),
    ("BT-129", "Menge"),
    ("BT-130", "Einheit"),
    ("BT-146", "Einzelpreis"),
    ("BT-131", "Netto"),
    ("BT-152", "Steuersatz"),
)
_TAX = (("BT-118", "Art"), ("BT-119", "Satz"), ("BT-116", "Netto"), ("BT-117", "Steuer"), ("BT-120", "Befreiungsgrund"))
_PAYMENT = (
    ("BT-81", "Zahlungsart"),
    ("BT-84", "IBAN"),
    ("BT-84-1", "Konto"),
    ("BT-85", "Kontoinhaber"),
    ("BT-86", "BIC"),
    ("BT-83", "Verwendungszweck"),
    ("BT-89", "Mandat"),
    ("BT-91", "Belastetes Konto"),
)


def invoice_html(invoice: Invoice) -> str:
    """Headings, description lists and tables; no classes, no styles, everything escaped."""
    pieces = [_section(title, terms, invoice.header) for title, terms in _HEADER]
    pieces.append(_table("Positionen", _LINE, invoice.lines))
    pieces.append(_table("Umsatzsteuer", _TAX, invoice.taxes))
    pieces.append(_table("Zahlung", _PAYMENT, invoice.payments))
    return "".join(pieces)


def _section(title: str, terms: tuple[tuple[str, str], ...], group: Group) -> str:
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(group[term].text)}</dd>" for term, label in terms if term in group
    )
    return f"<h3>{escape(title)}</h3><dl>{rows}</dl>" if rows else ""


def _table(title: str, terms: tuple[tuple[str, str], ...], groups: list[Group]) -> str:
    used = [(term, label) for term, label in terms if any(term in group for group in groups)]
    if not used:
        return ""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for _, label in used)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(group[term].text) if term in group else ''}</td>" for term, _ in used) + "</tr>"
        for group in groups
    )
    return f"<h3>{escape(title)}</h3><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
