"""Net, tax and gross of an invoice as seen: labels propose, arithmetic disposes.

A total is sure only when its label says so **and** net + tax = gross holds over amounts that stand on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from classifiers.kinds.places.typed import Found, amounts
from classifiers.kinds.seen.labels import words_above
from classifiers.readers.texts import Text

_GROSS = re.compile(
    r"rechnungs(?:end)?betrag|rechnungssumme|gesamt(?:betrag|summe|preis)?\b|brutto|end(?:betrag"
    r"|summe|preis)|grand\s*total"
    r"|total\s*(?:ttc|amount)|\btotal\b|forderung|summe\b|montant\s*total|beitrag\b",
    re.I,
)
_STRONG_GROSS = re.compile(
    r"rechnungs(?:end)?betrag|rechnungssumme|gesamtbetrag|brutto|endbetrag|total\s*ttc|grand\s*total", re.I
)
_PAYABLE = re.compile(
    r"zahlbetrag|zu\s*(?:be)?zahlen|zahlender|due\s*payable|amount\s*due|total\s*due"
    r"|net\s*à\s*payer|montant\s*dû|fälliger"
    r"|überweis|offener\s*betrag|restbetrag",
    re.I,
)
_NET = re.compile(
    r"netto|zwischensumme|warenwert|net\s*(?:total|amount|amout)|sub\s*-?total|total\s*ht|\bht\b"
    r"|ohne\s*(?:mwst|ust|umsatzsteuer)"
    r"|zzgl|exkl|bemessung|taxable|base\b|basis|positions|tax\s*base",
    re.I,
)
_TAX = re.compile(
    r"mwst|m\.?w\.?st|\bust\b|ust\.|umsatzsteuer|mehrwertsteuer|\bvat\b|\btva\b|steuer(?:betrag"
    r"|n)?\b|versicherungs?steuer|\btax\b|taxe",
    re.I,
)
_NOT_TAX = re.compile(
    r"inkl|incl|einschl|brutto|ttc|ohne|ust-?id|vat-?id|steuernummer|steuer-?nr|befreit"
    r"|netto\b(?!.*(?:mwst|ust|steuer).*%)",
    re.I,
)
_NO_TOTAL = re.compile(
    r"anzahlung|abschlag|abschläge|zuschl|rabatt|nachlass|skonto|bereits|vorauszahl|prepaid|acompte|guthaben", re.I
)
_RATES = "0.19 0.07 0.20 0.16 0.05 0.10 0.055 0.21 0.021 0.13 0.025 0.077 0.085"
RATES = tuple(Decimal(rate) for rate in _RATES.split())
HIGHEST_TAX = Decimal("0.28")
"""No rate in the EU is higher than 27 %."""


@dataclass(frozen=True)
class Labelled:
    """An amount and the words that belong to it, lower case."""

    found: Found
    label: str

    @property
    def number(self) -> Decimal:
        return self.found.number

    @property
    def is_base(self) -> bool:
        """`19 % auf 1.584,55`: what a tax is computed from, not the tax."""
        return bool(re.search(r"(?:%|prozent).*\b(?:auf|von|aus|of|on|sur)(?:\s+(?:eur|€|netto))?$", self.label))

    @property
    def is_tax(self) -> bool:
        return not self.is_base and bool(_TAX.search(self.label)) and not _NOT_TAX.search(self.label)

    @property
    def is_net(self) -> bool:
        return bool(_NET.search(self.label)) and not self.is_tax and not self.is_base

    @property
    def gross_strength(self) -> int:
        """0: not called a total; 1: a total of some kind; 2: the total."""
        if self.is_tax or self.is_net or self.is_base or _NO_TOTAL.search(self.label):
            return 0
        return 2 if _STRONG_GROSS.search(self.label) else 1 if _GROSS.search(self.label) or self.is_payable else 0

    @property
    def is_payable(self) -> bool:
        """Is it called the amount to pay?"""
        return bool(_PAYABLE.search(self.label)) and not _NO_TOTAL.search(self.label)


@dataclass
class Totals:
    """What was found. `proven`: net + tax = gross over amounts of the page, and the gross is called one."""

    gross: Found | None = None
    payable: Found | None = None
    net: Found | None = None
    tax: list[Found] = field(default_factory=list)
    proven: bool = False
    rivals: list[Found] = field(default_factory=list)

    @property
    def tax_sum(self) -> Decimal:
        return sum((found.number for found in self.tax), Decimal(0))


def labelled_amounts(text: Text) -> list[Labelled]:
    """Every amount with the words left of it, else the words that lead its line, else those above it in its column."""
    result: list[Labelled] = []
    found = amounts(text)
    for hit in found:
        before = [other.end for other in found if other.line is hit.line and other.end <= hit.start]
        left = hit.line.text[max(before, default=0) : hit.start]
        if not _lettered(left):
            lead = hit.line.text[: min((other.start for other in found if other.line is hit.line), default=hit.start)]
            left = lead.split("%")[0] if before and _speaks(lead) else _column_label(text, hit)
        result.append(Labelled(hit, " ".join(left.lower().split())))
    return result


def _lettered(text: str) -> bool:
    return bool(re.search(r"[A-Za-zÄÖÜäöü]{2,}", re.sub(r"\b(?:EUR|USD|CHF|GBP)\b", "", text)))


def _speaks(lead: str) -> bool:
    """Does a line begin with the name of a total?"""
    return any(pattern.search(lead) for pattern in (_TAX, _NET, _GROSS, _PAYABLE))


def _column_label(text: Text, hit: Found) -> str:
    box = hit.line.box(hit.start, hit.end)
    own = hit.line.text[: hit.start]
    leading = re.match(r"^[^\d]{3,}", own)
    above = words_above(text, hit.line, box.x0, box.x1) if box is not None else ""
    return f"{leading.group() if leading and not above else ''} {above}".strip()


def find_totals(text: Text) -> Totals:
    """The totals of one invoice; without arithmetic the strongest label, unproven."""
    labelled = labelled_amounts(text)
    candidates = sorted(
        (item for item in labelled if item.gross_strength), key=lambda item: (-item.gross_strength, -abs(item.number))
    )
    solved = [totals for item in candidates if (totals := _solve(item, labelled)) is not None]
    payable = [item.found for item in labelled if item.is_payable]
    totals = _choose(solved) if solved else _unproven(labelled, candidates)
    totals.payable = payable[-1] if payable else None
    return totals


def _unproven(labelled: list[Labelled], candidates: list[Labelled]) -> Totals:
    best = _largest(labelled, candidates)
    return Totals(gross=best.found, rivals=[item.found for item in candidates[1:]]) if best else Totals()


def _largest(labelled: list[Labelled], candidates: list[Labelled]) -> Labelled | None:
    if candidates:
        strongest = candidates[0].gross_strength
        return max(
            (item for item in candidates if item.gross_strength == strongest), key=lambda item: item.found.line.number
        )
    return max(labelled, key=lambda item: abs(item.number), default=None)


def _choose(solved: list[Totals]) -> Totals:
    """The largest proven total leads; another proven total of another value makes all of it unproven."""
    values = {totals.gross.number: totals for totals in reversed(solved) if totals.gross is not None}
    best = values[max(values, key=abs)]
    best.rivals = [totals.gross for totals in values.values() if totals is not best and totals.gross is not None]
    return best


def _solve(gross: Labelled, labelled: list[Labelled]) -> Totals | None:
    """Net and tax for this gross among the page's amounts: called so, else by a usual rate, else without tax."""
    others = [item for item in labelled if abs(item.number) < abs(gross.number) and item.number * gross.number > 0]
    taxes = [item for item in others if item.is_tax]
    nets = sorted(others, key=lambda item: (not item.is_net, -abs(item.number)))
    nets = [net for net in nets if abs(gross.number - net.number) <= abs(net.number) * HIGHEST_TAX]
    for net in nets:
        missing = gross.number - net.number
        parts = _sum_to(missing, taxes)
        if parts and (net.is_net or _usual(net.number, missing) or len(parts) > 1):
            return Totals(gross.found, net=net.found, tax=[part.found for part in parts], proven=True)
    for net in nets:
        missing = gross.number - net.number
        match = next((item for item in others if item.number == missing and item is not net), None)
        if match is not None and _usual(net.number, missing):
            return Totals(gross.found, net=net.found, tax=[match.found], proven=True)
    return _solve_untaxed(gross, labelled)


def _solve_untaxed(gross: Labelled, labelled: list[Labelled]) -> Totals | None:
    """The same amount called net, and a tax of zero."""
    net = next((item for item in labelled if item.is_net and item.number == gross.number), None)
    zero = next((item for item in labelled if item.is_tax and item.number == 0), None)
    taxed = any(item.is_tax and item.number != 0 for item in labelled)
    if net is None or zero is None or taxed:
        return None
    return Totals(gross.found, net=net.found, tax=[zero.found], proven=True)


def _usual(net: Decimal, tax: Decimal) -> bool:
    """Is the tax one of the usual rates on the net, to the cent?"""
    return net != 0 and any(abs((net * rate).quantize(Decimal("0.01")) - tax) <= Decimal("0.01") for rate in RATES)


def _sum_to(wanted: Decimal, items: Iterable[Labelled]) -> list[Labelled]:
    """Up to three different amounts that sum to the wanted one."""
    distinct = list({item.number: item for item in items}.values())[:12]
    return next(_sums(wanted, distinct), [])


def _sums(wanted: Decimal, distinct: list[Labelled]) -> Iterator[list[Labelled]]:
    for size in (1, 2, 3):
        for chosen in combinations(distinct, size):
            if sum((item.number for item in chosen), Decimal(0)) == wanted:
                yield list(chosen)
