"""Six ways to lay out an invoice on paper. Each takes a fresh sheet, the invoice and a style, and fills the pages."""

from __future__ import annotations

from collections.abc import Callable

from demo.letters.german import long_date
from demo.letters.invoices import Invoice
from demo.letters.paper.sheet import Column, Sheet
from demo.letters.paper.style import Style

Layout = Callable[[Sheet, Invoice, Style], None]


def window(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """A business letter after DIN 5008: address window, block of facts on the right, bank details in the footer."""
    seller = invoice.supplier
    sheet.box(165, 12, 22, 16, fill=seller.colour)
    sheet.box(171, 17, 22, 16, line=seller.colour)
    sheet.text(25, 24, seller.name, size=15, bold=True, colour=seller.colour)
    sheet.text(25, 49, f"{seller.name} · {seller.street} · {seller.postcode} {seller.town}", size=6.5)
    sheet.lines(25, 56, invoice.buyer.lines, size=10.5)
    y = 52.0
    for label, value in style.head_rows(invoice):
        sheet.text(122, y, f"{label}:")
        sheet.text(190, y, value, align="right")
        y += 5
    sheet.text(25, 100, f"{style.labels['title']} {invoice.number}", size=13, bold=True)
    y = sheet.paragraph(25, 108, 165, "Für unsere Lieferungen und Leistungen berechnen wir Ihnen:")
    y = sheet.table(y + 4, _columns(style, 25, 165), [style.row(line) for line in invoice.lines])
    y = _totals(sheet, y + 3, invoice, style, label_x=125, value_x=190)
    y = _below(sheet, y + 8, 25, 165, invoice, style)
    _code(sheet, 25, y + 2, invoice)
    _footer(sheet, invoice, style)


def band(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """A coloured band across the top, the facts in one row of cells, a filled box around the total."""
    seller = invoice.supplier
    sheet.box(0, 0, 210, 30, fill=seller.colour)
    sheet.text(20, 15, seller.name, size=17, bold=True, colour="#ffffff")
    contact = f"{seller.street}, {seller.postcode} {seller.town}   Telefon {seller.telephone}"
    sheet.text(20, 23, contact, size=8, colour="#ffffff")
    sheet.lines(20, 48, ("An", *invoice.buyer.lines), size=10)
    sheet.text(190, 60, style.labels["title"], size=20, bold=True, align="right", colour=seller.colour)
    rows = style.head_rows(invoice)
    for place, (label, value) in enumerate(rows):
        column, line = place % 4, place // 4
        sheet.text(20 + 43 * column, 82 + 12 * line, label, size=7, colour="#555555")
        sheet.text(20 + 43 * column, 87 + 12 * line, value, size=8.5, bold=True)
    y = 82.0 + 12 * ((len(rows) - 1) // 4) + 20
    y = sheet.table(y, _columns(style, 20, 170), [style.row(line) for line in invoice.lines], zebra="#f1f5f9")
    totals = style.total_rows(invoice)
    label_x = _room_for(sheet, totals, 120, 188)
    for label, value in totals[:-1]:
        sheet.text(label_x, y + 3, label)
        sheet.text(188, y + 3, value, align="right")
        y += 5.5
    sheet.box(115, y + 0.5, 75, 9, fill=seller.colour)
    sheet.text(120, y + 6.5, totals[-1][0], bold=True, colour="#ffffff")
    sheet.text(188, y + 6.5, totals[-1][1], bold=True, align="right", colour="#ffffff")
    y = _below(sheet, y + 20, 20, 170, invoice, style)
    for label, value in style.bank_rows(invoice):
        sheet.text(20, y + 3, f"{label}: {value}")
        y += 5
    _code(sheet, 160, y - 8, invoice)
    sheet.text(20, 285, f"{seller.register}   USt-IdNr. {seller.vat_id}   Steuernummer {seller.tax_number}", size=7)


def plain(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """Written with a word processor by a small firm: label, colon, value, one below the other."""
    seller = invoice.supplier
    y = sheet.lines(22, 22, (seller.name, seller.street, f"{seller.postcode} {seller.town}"), size=10)
    y = sheet.lines(22, y + 1, (f"Tel. {seller.telephone}", seller.email), size=8)
    y = sheet.lines(22, y + 12, invoice.buyer.lines, size=10)
    sheet.text(22, y + 16, style.labels["title"], size=14, bold=True)
    y += 25
    for label, value in style.head_rows(invoice):
        sheet.text(22, y, f"{label}:")
        sheet.text(72, y, value)
        y += 5
    rows = [style.row(line) for line in invoice.lines]
    y = sheet.table(y + 7, _columns(style, 22, 168), rows, rules=False)
    y = _totals(sheet, y + 4, invoice, style, label_x=100, value_x=190)
    y = _below(sheet, y + 8, 22, 165, invoice, style)
    sheet.text(22, y + 3, f"Bankverbindung {seller.name}", size=8)
    bank = [f"{label} {value}" for label, value in style.bank_rows(invoice)]
    y = sheet.lines(22, y + 8, bank)
    sheet.text(22, y + 5, f"USt-IdNr.: {seller.vat_id}")
    _code(sheet, 150, y - 12, invoice)


def modern(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """A tinted column on the left with everything about firm and payment, the invoice itself beside it."""
    seller = invoice.supplier
    sheet.box(0, 0, 62, 297, fill="#f3f4f6")
    sheet.box(0, 0, 3, 297, fill=seller.colour)
    y = sheet.paragraph(10, 24, 46, seller.name, size=12)
    y = sheet.lines(10, y + 4, (seller.street, f"{seller.postcode} {seller.town}", seller.telephone), size=8)
    y = sheet.paragraph(10, y + 1, 48, seller.email, size=6.2)
    for label, value in style.head_rows(invoice):
        sheet.text(10, y + 8, label, size=7, colour="#6b7280")
        sheet.text(10, y + 12, value, size=8.5)
        y += 10
    sheet.text(10, y + 12, "Bankverbindung", size=8, bold=True, colour=seller.colour)
    y = sheet.lines(10, y + 17, [f"{label} {value}" for label, value in style.bank_rows(invoice)], size=7.2)
    _code(sheet, 10, y + 2, invoice)
    sheet.lines(10, 275, (seller.register, f"USt-IdNr. {seller.vat_id}"), size=7)
    sheet.lines(75, 30, invoice.buyer.lines, size=10)
    sheet.text(75, 66, style.labels["title"], size=22, bold=True, colour=seller.colour)
    y = sheet.table(80, _columns(style, 75, 120), [style.row(line) for line in invoice.lines])
    y = _totals(sheet, y + 4, invoice, style, label_x=115, value_x=195)
    _below(sheet, y + 10, 75, 120, invoice, style)


def serif(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """An old-fashioned letter: centred head, place and date, the facts in sentences."""
    seller = invoice.supplier
    sheet.text(105, 24, seller.name, size=17, align="centre", colour=seller.colour)
    where = f"{seller.street} – {seller.postcode} {seller.town} – Fernruf {seller.telephone}"
    sheet.text(105, 31, where, size=8.5, align="centre")
    sheet.rule(25, 35, 185, colour=seller.colour)
    sheet.lines(25, 54, invoice.buyer.lines, size=11)
    sheet.text(185, 86, f"{seller.town}, den {long_date(invoice.issued)}", size=10.5, align="right")
    sheet.text(25, 100, f"{style.labels['title']} Nr. {invoice.number}", size=13, bold=True)
    order = f", Ihre Bestellung {invoice.order_reference}" if invoice.order_reference else ""
    facts = f"Kundennummer {invoice.customer}{order}, ausgeführt am {style.date(invoice.delivered)}"
    y = sheet.paragraph(25, 107, 160, facts, size=10)
    if style.with_reference and invoice.buyer_reference:
        y = sheet.paragraph(25, y, 160, f"{style.labels['reference']}: {invoice.buyer_reference}", size=10)
    y = sheet.table(y + 6, _columns(style, 25, 160), [style.row(line) for line in invoice.lines])
    y = _totals(sheet, y + 3, invoice, style, label_x=110, value_x=185)
    bank = ", ".join(f"{label} {value}" for label, value in style.bank_rows(invoice))
    words = f"Wir bitten um Überweisung bis zum {style.date(invoice.due)} auf unser Konto {bank}."
    y = sheet.paragraph(25, y + 10, 160, words, size=10)
    sheet.lines(25, y + 8, ("Mit bestem Dank für Ihr Vertrauen", "", seller.contact), size=10)
    _code(sheet, 160, y + 4, invoice)
    small = f"{seller.register} · Umsatzsteuer-Identifikationsnummer {seller.vat_id} · Steuernummer {seller.tax_number}"
    sheet.text(105, 284, small, size=7, align="centre")


def statement(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    """A utility's statement: what to pay stands in a box at the top, the details come after it."""
    seller = invoice.supplier
    sheet.text(20, 22, seller.name, size=14, bold=True, colour=seller.colour)
    sheet.rule(20, 26, 190, weight=2, colour=seller.colour)
    sheet.lines(20, 44, invoice.buyer.lines, size=10)
    y = sheet.lines(
        130, 40, (seller.street, f"{seller.postcode} {seller.town}", seller.telephone, seller.email), size=8
    )
    sheet.text(20, 78, f"Ihre {style.labels['title']} über Lieferungen bis {style.date(invoice.delivered)}", size=12)
    sheet.box(20, 84, 170, 28, line=seller.colour)
    sheet.text(26, 93, f"{style.labels['payable'] if invoice.prepaid else 'Ihr Zahlbetrag'}", size=10)
    sheet.text(26, 104, style.money(invoice.payable), size=18, bold=True)
    sheet.text(110, 93, f"{style.labels['due']} {style.date(invoice.due)}", size=9)
    sheet.lines(110, 99, [f"{label} {value}" for label, value in style.bank_rows(invoice)], size=9)
    y = 122.0
    for label, value in style.head_rows(invoice)[:-1]:
        sheet.text(20, y, label)
        sheet.text(70, y, value)
        y += 5
    y = sheet.table(y + 6, _columns(style, 20, 170), [style.row(line) for line in invoice.lines], zebra="#f8fafc")
    y = _totals(sheet, y + 3, invoice, style, label_x=110, value_x=190)
    _below(sheet, y + 8, 20, 170, invoice, style)
    _code(sheet, 20, 250, invoice)
    sheet.text(20, 286, f"{seller.register} · USt-IdNr. {seller.vat_id} · Kundenservice {seller.telephone}", size=7)


LAYOUTS: dict[str, Layout] = {
    "window": window,
    "band": band,
    "plain": plain,
    "modern": modern,
    "serif": serif,
    "statement": statement,
}


def _columns(style: Style, x: float, width: float) -> list[Column]:
    labels = style.labels
    text = width - 80
    return [
        Column("Pos.", x, 9),
        Column(labels["item"], x + 10, text),
        Column(labels["quantity"], x + text + 11, 15, right=True),
        Column("", x + text + 28, 11),
        Column(labels["price"], x + text + 38, 19, right=True),
        Column(labels["total"], x + text + 58, 22, right=True),
    ]


def _totals(sheet: Sheet, y: float, invoice: Invoice, style: Style, *, label_x: float, value_x: float) -> float:
    rows = style.total_rows(invoice)
    if y + 6 * len(rows) > 270:
        sheet.next_page()
        y = 30
    label_x = _room_for(sheet, rows, label_x, value_x)
    for place, (label, value) in enumerate(rows):
        last = place == len(rows) - 1
        if last:
            sheet.rule(label_x, y - 3.8, value_x)
        sheet.text(label_x, y, label, bold=last)
        sheet.text(value_x, y, value, bold=last, align="right")
        y += 5.5
    return y


def _room_for(sheet: Sheet, rows: list[tuple[str, str]], label_x: float, value_x: float) -> float:
    """Where the labels begin so that none runs into its amount."""
    widest = max(sheet.width(label, bold=True) + sheet.width(value, bold=True) for label, value in rows)
    return min(label_x, value_x - widest - 4)


def _below(sheet: Sheet, y: float, x: float, width: float, invoice: Invoice, style: Style) -> float:
    """The sentence about payment."""
    words = f"Zahlbar bis {style.date(invoice.due)} ohne Abzug unter Angabe von {invoice.number}."
    if invoice.cash_discount:
        days, percent = invoice.cash_discount
        words += f" Bei Zahlung innerhalb von {days} Tagen gewähren wir {percent:.0f} % Skonto."
    return sheet.paragraph(x, y, width, words)


def _code(sheet: Sheet, x: float, y: float, invoice: Invoice) -> None:
    """The payment QR code (EPC069-12, version 2), where the firm prints one."""
    if not invoice.supplier.prints_code:
        return
    amount = f"EUR{invoice.payable}"
    rows = (
        "BCD",
        "002",
        "1",
        "SCT",
        invoice.bic,
        invoice.supplier.name[:70],
        invoice.iban,
        amount,
        "",
        "",
        invoice.number,
    )
    y = min(y, 250.0)
    sheet.qr_code(x, y, 26, "\n".join(rows))
    sheet.text(x + 1, y + 29, "Zahlen mit Code", size=6.5)


def _footer(sheet: Sheet, invoice: Invoice, style: Style) -> None:
    seller = invoice.supplier
    sheet.rule(25, 269, 190, colour="#999999")
    sheet.lines(25, 274, (seller.name, seller.street, f"{seller.postcode} {seller.town}"), size=7)
    sheet.lines(85, 274, (seller.register, f"USt-IdNr. {seller.vat_id}", f"St.-Nr. {seller.tax_number}"), size=7)
    sheet.lines(138, 274, [f"{label} {value}" for label, value in style.bank_rows(invoice)], size=7)
