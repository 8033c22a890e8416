"""Totals are sure only when a label names them and the arithmetic holds."""

from __future__ import annotations

import pytest

from classifiers.kinds.seen.totals import find_totals
from classifiers.readers.texts import text_from_plain


def totals(*lines: str) -> tuple[str | None, str | None, str | None, bool]:
    found = find_totals(text_from_plain("\n".join(lines)))
    tax = f"{found.tax_sum:.2f}" if found.tax else None
    return (found.gross.value if found.gross else None, found.net.value if found.net else None, tax, found.proven)


def test_net_and_tax_prove_the_gross() -> None:
    assert totals("Summe netto 100,00", "19 % MwSt 19,00", "Gesamtbetrag 119,00") == ("119.00", "100.00", "19.00", True)


def test_several_tax_rates_are_added() -> None:
    lines = (
        "Zwischensumme 200,00 €",
        "USt 19 % auf 100,00 € 19,00 €",
        "USt 7 % auf 100,00 € 7,00 €",
        "Rechnungsbetrag 226,00 €",
    )

    assert totals(*lines) == ("226.00", "200.00", "26.00", True)


def test_a_total_that_does_not_add_up_is_not_proven() -> None:
    assert totals("Netto 100,00", "MwSt 19 % 19,00", "Gesamtbetrag 129,00")[3] is False


def test_what_is_to_pay_is_not_the_gross_where_both_stand() -> None:
    found = find_totals(text_from_plain("Netto 100,00\nMwSt 19,00\nBrutto 119,00\nAnzahlung 50,00\nZahlbetrag 69,00"))

    assert found.gross is not None and found.payable is not None
    assert (found.gross.value, found.payable.value, found.proven) == ("119.00", "69.00", True)


def test_a_doubled_amount_is_no_tax() -> None:
    assert totals("Rechnungssumme ohne USt 220,00", "Brutto 220,00", "Offen 220,00", "Zahlbetrag 440,00")[0] == "220.00"


def test_no_tax_at_all_is_proven_only_by_a_tax_of_zero() -> None:
    assert totals("Netto 80,00", "Umsatzsteuer 0,00", "Gesamtbetrag 80,00") == ("80.00", "80.00", "0.00", True)
    assert totals("Gesamtbetrag 80,00") == ("80.00", None, None, False)


@pytest.mark.parametrize("rival", ["Gesamtbetrag 357,00"])
def test_two_proven_totals_leave_a_rival(rival: str) -> None:
    found = find_totals(
        text_from_plain(f"Netto 100,00\nMwSt 19,00\nGesamtbetrag 119,00\nNetto 300,00\nMwSt 57,00\n{rival}")
    )

    assert [hit.value for hit in found.rivals] == ["119.00"]
