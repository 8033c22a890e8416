"""Numbers that check out and belong to nobody."""

from __future__ import annotations

from random import Random

import pytest
from schwifty import IBAN
from stdnum.de import vat
from stdnum.iso7064 import mod_97_10

from demo.letters import OFFICES, identifiers, strangers, suppliers

SEEDS = range(200)


def test_every_iban_is_valid_at_a_bank_that_keeps_no_such_account() -> None:
    numbers = [identifiers.iban(Random(seed)) for seed in SEEDS]
    for number in numbers:
        checked = IBAN(number, validate_bban=True)
        assert checked.bank_name == "Bundesbank", number
        assert str(checked.bic) == identifiers.bic_of(number)
    assert len(set(numbers)) == len(numbers)


def test_a_broken_iban_differs_in_two_digits_and_fails_its_check() -> None:
    for seed in SEEDS:
        good = identifiers.iban(Random(seed))
        bad = identifiers.broken_iban(good, Random(seed))
        assert sum(one != other for one, other in zip(good, bad, strict=True)) in {1, 2}
        assert not IBAN(bad, allow_invalid=True).is_valid


def test_every_vat_id_has_a_valid_check_digit() -> None:
    assert all(vat.is_valid(identifiers.vat_id(Random(seed))) for seed in SEEDS)


@pytest.mark.parametrize(
    ("coarse", "fine", "whole"),
    [
        ("04011000", "900X999", "04011000-900X999-08"),
        ("992", "90009", "992-90009-96"),
        ("09564000", "NUE0001", "09564000-NUE0001-49"),
        ("991", "33333TEST", "991-33333TEST-33"),
    ],
)
def test_leitweg_ids_get_the_published_check_digits(coarse: str, fine: str, whole: str) -> None:
    assert identifiers.leitweg_id(coarse, fine) == whole


def test_the_offices_have_valid_leitweg_ids() -> None:
    assert all(mod_97_10.is_valid(office.leitweg_id.replace("-", "")) for office in OFFICES)


def test_twelve_suppliers_are_known_and_no_account_is_shared() -> None:
    known, unknown = suppliers(seed=1), strangers(seed=1)
    assert len(known) == 12
    assert {firm.known for firm in unknown} == {False}
    accounts = [account for firm in known + unknown for account in firm.ibans]
    assert len(set(accounts)) == len(accounts)
    assert len({firm.vat_id for firm in known + unknown}) == 15
    assert suppliers(seed=1) == known
    assert suppliers(seed=2)[0].iban != known[0].iban


def test_chip_numbers_have_fifteen_digits() -> None:
    assert all(len(identifiers.chip_number(Random(seed))) == 15 for seed in SEEDS)
