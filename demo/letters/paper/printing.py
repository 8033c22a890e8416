"""Prints an invoice: the PDF, and which of its facts do not stand on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from demo.letters.goods import UNIT_WORDS
from demo.letters.invoices import Invoice
from demo.letters.paper.layouts import LAYOUTS
from demo.letters.paper.sheet import Sheet
from demo.letters.paper.style import Style, draw_style


@dataclass(frozen=True)
class Printed:
    """A PDF with the truth about what it shows."""

    pdf: bytes = field(repr=False)
    fields: dict[str, object]


def print_invoice(
    invoice: Invoice, rng: Random, *, embed: bool = False, password: str | None = None, layout: str | None = None
) -> Printed:
    """The invoice in its firm's layout (or `layout`); `embed` puts all fonts into the file, `password` locks it."""
    name = layout or invoice.supplier.layout
    style = draw_style(rng, layout=name, embed=embed)
    sheet = Sheet(
        style.face,
        size=style.size,
        title=f"Rechnung {invoice.number}",
        author=invoice.supplier.name,
        password=password,
    )
    LAYOUTS[name](sheet, invoice, style)
    return Printed(sheet.finish(), printed_truth(invoice, style))


def printed_truth(invoice: Invoice, style: Style) -> dict[str, object]:
    """The fields a person can read on the page; units as printed."""
    absent = [] if style.with_reference else ["buyer_reference"]
    absent += [] if style.with_bic else ["bic"]
    fields = invoice.as_truth(*absent)
    fields["lines"] = [{**line, "unit": UNIT_WORDS[line["unit"]]} for line in fields["lines"]]
    return fields
