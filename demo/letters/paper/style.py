"""How one invoice words its labels and writes its dates and amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from demo.letters import german
from demo.letters.goods import UNIT_WORDS
from demo.letters.invoices import Invoice, Line
from demo.letters.paper.faces import Face, face_like

SORTS = {"window": "sans", "band": "sans", "plain": "mono", "modern": "sans", "serif": "serif", "statement": "sans"}
LABELS = {
    "title": ("Rechnung", "RECHNUNG", "Rechnung / Lieferschein"),
    "number": ("Rechnungs-Nr.", "Rechnungsnummer", "Beleg", "Belegnummer", "Rg.-Nr.", "Rechnung Nr."),
    "date": ("Datum", "Rechnungsdatum", "Ausstellungsdatum", "Rg.-Datum"),
    "due": ("Fällig am", "Zahlbar bis", "Zahlungsziel", "Fälligkeit"),
    "customer": ("Kunden-Nr.", "Debitor", "Kunde"),
    "order": ("Ihre Bestellung", "Bestell-Nr.", "Ihr Auftrag", "Auftragsnummer"),
    "reference": ("Leitweg-ID", "Käuferreferenz"),
    "delivered": ("Leistungsdatum", "Lieferdatum", "Leistung vom"),
    "net": ("Nettobetrag", "Summe netto", "Zwischensumme", "Gesamt netto"),
    "gross": ("Gesamtbetrag", "Rechnungsbetrag", "Bruttobetrag", "Endbetrag", "Zahlbetrag", "Summe brutto"),
    "discount": ("abzgl. Rabatt", "Nachlass"),
    "prepaid": ("bereits gezahlt", "abzgl. Anzahlung"),
    "payable": ("Noch zu zahlen", "Restbetrag", "Verbleibender Betrag"),
    "tax": ("zzgl. {rate} % USt.", "MwSt. {rate} %", "Umsatzsteuer {rate} % auf {basis}", "{rate} % MwSt. von {basis}"),
    "item": ("Bezeichnung", "Leistung", "Artikel", "Beschreibung"),
    "quantity": ("Menge", "Anz.", "Anzahl"),
    "price": ("Einzelpreis", "E-Preis", "Preis"),
    "total": ("Betrag", "Gesamt", "G-Preis", "Summe"),
}


@dataclass(frozen=True)
class Style:
    """One way to write: a label for each key of `LABELS`, the look of dates and amounts, which optional facts stand."""

    face: Face
    size: float
    labels: dict[str, str]
    dates: str
    grouped: bool
    euro: str
    with_reference: bool
    with_bic: bool
    grouped_iban: bool

    def date(self, day: dt.date) -> str:
        return german.written_date(day, self.dates)

    def money(self, value: Decimal) -> str:
        """An amount with its currency sign where this style puts it."""
        return self.euro.format(german.amount(value, grouped=self.grouped))

    def number(self, value: Decimal) -> str:
        """An amount without currency."""
        return german.amount(value, grouped=self.grouped)

    def iban(self, number: str) -> str:
        return german.long_iban(number) if self.grouped_iban else number

    def row(self, line: Line) -> tuple[str, str, str, str, str, str]:
        """Position, text, quantity, unit, price and total of a line."""
        unit = UNIT_WORDS[line.unit]
        return (
            line.id, line.name, german.quantity(line.quantity), unit, self.number(line.price), self.number(line.net),
        )  # fmt: skip

    def total_rows(self, invoice: Invoice) -> list[tuple[str, str]]:
        """Labels and amounts from the net total to what has to be paid."""
        rows = []
        if invoice.discount:
            rows.append((self.labels["discount"], "-" + self.money(invoice.discount)))
        rows.append((self.labels["net"], self.money(invoice.net)))
        for group in invoice.tax_groups:
            label = self.labels["tax"].format(rate=group.rate, basis=self.money(group.basis))
            rows.append((label, self.money(group.tax)))
        rows.append((self.labels["gross"], self.money(invoice.gross)))
        if invoice.prepaid:
            rows.append((self.labels["prepaid"], "-" + self.money(invoice.prepaid)))
            rows.append((self.labels["payable"], self.money(invoice.payable)))
        return rows

    def head_rows(self, invoice: Invoice) -> list[tuple[str, str]]:
        """Labels and values that tell one invoice from another."""
        rows = [
            (self.labels["number"], invoice.number),
            (self.labels["date"], self.date(invoice.issued)),
            (self.labels["customer"], invoice.customer),
            (self.labels["delivered"], self.date(invoice.delivered)),
        ]
        if invoice.order_reference:
            rows.append((self.labels["order"], invoice.order_reference))
        if self.with_reference and invoice.buyer_reference:
            rows.append((self.labels["reference"], invoice.buyer_reference))
        rows.append((self.labels["due"], self.date(invoice.due)))
        return rows

    def bank_rows(self, invoice: Invoice) -> list[tuple[str, str]]:
        """Where the money goes."""
        rows = [("IBAN", self.iban(invoice.iban))]
        return [*rows, ("BIC", invoice.bic)] if self.with_bic else rows


def draw_style(rng: Random, *, layout: str, embed: bool) -> Style:
    """A style that suits the layout; `embed` asks for a face whose outlines go into the PDF."""
    return Style(
        face=face_like(SORTS[layout], index=rng.randrange(6), embed=embed),
        size=rng.choice((8.5, 9.0, 9.5)),
        labels={key: rng.choice(words) for key, words in LABELS.items()},
        dates=rng.choice(("short", "short", "long", "terse")),
        grouped=rng.random() < 0.75,
        euro=rng.choice(("{} €", "{} €", "{} EUR", "EUR {}", "€ {}")),
        with_reference=rng.random() < 0.4,
        with_bic=rng.random() < 0.7,
        grouped_iban=rng.random() < 0.75,
    )
