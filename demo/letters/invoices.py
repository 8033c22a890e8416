"""Invoices as business facts: lines, tax, totals. How they look is for `ubl`, `cii` and `paper`."""

from __future__ import annotations

import datetime as dt
import string
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from demo.letters import identifiers
from demo.letters.firms import Supplier
from demo.letters.goods import TRADES
from demo.letters.places import OfficeAddress

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Rounded half up to two places, as merchants do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """One position; `price` and `quantity` are what stands in the document, `rate` the VAT in percent."""

    id: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: int

    @property
    def net(self) -> Decimal:
        return to_cents(self.quantity * self.price)

    def as_truth(self) -> dict[str, str]:
        return {
            "id": self.id,
            "name": self.name,
            "quantity": str(self.quantity),
            "unit": self.unit,
            "price": str(self.price),
            "net": str(self.net),
            "tax_rate": str(self.rate),
        }


@dataclass(frozen=True)
class TaxGroup:
    """All that is taxed at one rate."""

    rate: int
    basis: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Invoice:
    """An invoice of one supplier to one office; amounts in euros with two places.

    `discount` is taken off the dearest tax group, `prepaid` was paid before, `cash_discount` is (days, percent).
    `wrong_by` is added to the printed grand total: an invoice that does not add up.
    """

    number: str
    issued: dt.date
    due: dt.date
    delivered: dt.date
    supplier: Supplier
    buyer: OfficeAddress
    lines: tuple[Line, ...]
    iban: str
    bic: str
    order_reference: str | None = None
    buyer_reference: str | None = None
    customer: str = ""
    discount: Decimal = Decimal("0.00")
    prepaid: Decimal = Decimal("0.00")
    cash_discount: tuple[int, Decimal] | None = None
    wrong_by: Decimal = Decimal("0.00")

    @property
    def line_total(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal("0.00"))

    @property
    def tax_groups(self) -> tuple[TaxGroup, ...]:
        groups = []
        for rate in sorted({line.rate for line in self.lines}, reverse=True):
            basis = sum((line.net for line in self.lines if line.rate == rate), Decimal("0.00"))
            if rate == self.discount_rate:
                basis -= self.discount
            groups.append(TaxGroup(rate, basis, to_cents(basis * rate / 100)))
        return tuple(groups)

    @property
    def discount_rate(self) -> int:
        """The rate of the dearest group, which bears the discount."""
        return max(self.lines, key=lambda line: line.net).rate

    @property
    def net(self) -> Decimal:
        return self.line_total - self.discount

    @property
    def tax(self) -> Decimal:
        return sum((group.tax for group in self.tax_groups), Decimal("0.00"))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax + self.wrong_by

    @property
    def payable(self) -> Decimal:
        return self.gross - self.prepaid

    def as_truth(self, *leave_out: str) -> dict[str, Any]:
        """All fields of an invoice, canonical; `leave_out` names those that do not stand in the document."""
        fields: dict[str, Any] = {
            "number": self.number,
            "date": self.issued.isoformat(),
            "due_date": self.due.isoformat(),
            "currency": "EUR",
            "net": str(self.net),
            "tax": str(self.tax),
            "gross": str(self.gross),
            "payable": str(self.payable),
            "seller": self.supplier.name,
            "seller_vat_id": self.supplier.vat_id,
            "buyer_reference": self.buyer_reference,
            "iban": self.iban,
            "bic": self.bic,
            "order_reference": self.order_reference,
            "lines": [line.as_truth() for line in self.lines],
        }
        return {name: None if name in leave_out else value for name, value in fields.items()}


def draw_invoice(rng: Random, *, supplier: Supplier, buyer: OfficeAddress, day: dt.date) -> Invoice:
    """An invoice of the last two weeks before `day`, one to eight lines, due 10 to 30 days after issue."""
    issued = day - dt.timedelta(days=rng.randrange(1, 15))
    ordered = rng.random() < 0.6
    return Invoice(
        number=invoice_number(rng, issued),
        issued=issued,
        due=issued + dt.timedelta(days=rng.choice((10, 14, 21, 30))),
        delivered=issued - dt.timedelta(days=rng.randrange(0, 9)),
        supplier=supplier,
        buyer=buyer,
        lines=draw_lines(rng, supplier.trade),
        iban=supplier.iban,
        bic=supplier.bic,
        order_reference=f"{rng.choice(('BE', 'A', 'Best-', '26-'))}{rng.randrange(1000, 99999)}" if ordered else None,
        buyer_reference=buyer.leitweg_id,
        customer=f"{rng.randrange(10000, 99999)}",
        cash_discount=(rng.choice((7, 10, 14)), Decimal(rng.choice(("2.00", "3.00")))) if rng.random() < 0.2 else None,
    )


def draw_lines(rng: Random, trade: str) -> tuple[Line, ...]:
    """Some items of the trade, each once, with whole or half quantities."""
    items = list(TRADES[trade])
    rng.shuffle(items)
    lines = []
    for place, item in enumerate(items[: rng.randrange(1, min(len(items), 6) + 1)], start=1):
        price = Decimal(rng.randrange(item.low, item.high + 1)) / 100
        small = item.high >= 30000 or item.unit in {"LS", "MON"}
        quantity = Decimal(rng.randrange(1, 4) if small else rng.randrange(2, 60))
        if item.unit in {"HUR", "TNE", "MTQ", "MTR"}:
            quantity += rng.choice((Decimal("0"), Decimal("0.5"), Decimal("0.25")))
        if item.unit == "KWH":
            quantity = Decimal(rng.randrange(800, 9000))
        lines.append(Line(str(place), item.name, quantity, item.unit, price.quantize(CENT), item.rate))
    return tuple(lines)


def invoice_number(rng: Random, issued: dt.date) -> str:
    """A number in one of the styles firms use."""
    count = rng.randrange(100, 99999)
    letters = "".join(rng.choices(string.ascii_uppercase, k=2))
    styles = (
        f"RE-{issued:%Y}-{count:05d}",
        f"{issued:%Y}{count:05d}",
        f"{letters}{count}",
        f"{count}/{issued:%y}",
        f"R{issued:%y%m}.{count:04d}",
        f"{letters}-{issued:%m}-{count}",
    )
    return rng.choice(styles)


def with_discount(invoice: Invoice, rng: Random) -> Invoice:
    """The same invoice with a few percent off its dearest tax group."""
    group = next(group for group in invoice.tax_groups if group.rate == invoice.discount_rate)
    return replace(invoice, discount=to_cents(group.basis * rng.choice((2, 3, 5)) / 100))


def with_prepayment(invoice: Invoice, rng: Random) -> Invoice:
    """The same invoice after a part of it was paid in advance."""
    return replace(invoice, prepaid=to_cents(invoice.gross * rng.choice((10, 20, 30)) / 100))


def with_wrong_total(invoice: Invoice, rng: Random) -> Invoice:
    """The same invoice with a grand total that is off by some euros."""
    return replace(invoice, wrong_by=Decimal(rng.choice((-90, 10, 27, 100, 180))))


def with_iban(invoice: Invoice, iban: str) -> Invoice:
    """The same invoice, to be paid to another account; the BIC stays when the bank is not one of ours."""
    return replace(invoice, iban=iban, bic=identifiers.BANKS.get(iban[4:12], invoice.bic))
