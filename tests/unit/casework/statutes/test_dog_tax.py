"""The tax of one dog to the cent, with its explanation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings, strategies as st

from casework.configuration import shipped
from casework.configuration.statutes import ProRata, Rounding, Shape, Statute
from casework.statutes import Dog, assess, change_on_end, instalments, year_amount
from casework.statutes.calendar import first_of_month, last_of_month
from casework.statutes.dog_tax import euro, rounded
from tests.unit.casework.statutes.conftest import statute

Make = Callable[..., Statute]
ANY_DAY = st.dates(date(2021, 1, 1), date(2027, 12, 31))
ANY_RATE = st.integers(1, 200_000).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")


def huetten() -> Statute:
    return Statute.model_validate(
        {
            "id": "huetten_dog_tax",
            "municipality": "Hütten",
            "versions": {
                "2021-01-01": {
                    "title": "Satzung",
                    "source": "published rates",
                    "tariff": {"rates": ["30.00", "50.00", "50.00"]},
                    "start": {"rule": "next_month", "minimum_age_months": 3, "move_in_months": 2},
                    "due": {"dates": ["02-15", "05-15", "08-15", "11-15"], "first_within_days": 30},
                }
            },
        }
    )


def test_the_first_dog_of_huetten_costs_thirty_euro_and_in_its_first_year_twelfths() -> None:
    found = assess(huetten(), date(2026, 5, 12), dog_birth_date=date(2020, 1, 1))
    assert (found.start, found.position, found.annual) == (date(2026, 6, 1), 1, 3000)
    assert (found.first_year.year, found.first_year.cents) == (2026, 1750)
    assert found.explanation == "Steuerpflicht ab 01.06.2026. 2026: 1. Hund 30,00 € × 7/12 = 17,50 €"


def test_the_second_and_the_fourth_dog_of_huetten_cost_fifty_euro() -> None:
    assert assess(huetten(), date(2026, 5, 12), others=[Dog()]).annual == 5000
    assert assess(huetten(), date(2026, 5, 12), others=[Dog()] * 3).annual == 5000


def test_the_shipped_statute_of_huetten_has_the_published_rates_and_waits_for_confirmation() -> None:
    from casework.configuration.located import read_tree

    tree = read_tree(shipped() / "statutes/huetten_dog_tax.yaml")
    found = Statute.model_validate({"id": "huetten_dog_tax", **tree.plain()})
    begun, version = found.version_on(date(2026, 11, 23)) or (None, None)
    assert version is not None
    assert (begun, version.tariff.rates, version.confirmed) == (date(2021, 1, 1), (3000, 5000, 5000), None)


def test_the_explanation_names_the_paragraph(make_statute: Make) -> None:
    made = make_statute(paragraphs={"start": "§ 3 Abs. 1", "tariff": "§ 5 Abs. 1 Nr. {position}"})
    found = assess(made, date(2026, 5, 12), others=[Dog()])
    assert found.explanation == (
        "§ 3 Abs. 1: Steuerpflicht ab 01.06.2026. 2026: § 5 Abs. 1 Nr. 2: 2. Hund 50,00 € × 7/12 = 29,17 €"
    )


def test_a_reduced_dog_is_explained_with_its_share(make_statute: Make) -> None:
    found = assess(make_statute(), date(2025, 12, 5), dog=Dog(percent=50))
    assert found.first_year.lines == ("1. Hund 30,00 € × 50 %",)
    assert (found.annual, found.first_year.cents) == (1500, 1500)


def test_a_year_may_straddle_two_versions() -> None:
    version = {"title": "Satzung", "source": "test", "due": {"dates": ["07-01"]}}
    made = Statute.model_validate(
        {
            "id": "dorf",
            "municipality": "Dorf",
            "versions": {
                "2023-01-01": {**version, "tariff": {"rates": ["25.00"]}, "valid_to": "2026-06-30"},
                "2026-07-01": {**version, "tariff": {"rates": ["40.00"]}},
            },
        }
    )
    found = year_amount(made, [Dog()], index=0, year=2026, start=date(2025, 1, 1))
    assert found.lines == ("1. Hund 25,00 € × 6/12", "1. Hund 40,00 € × 6/12")
    assert found.cents == 3250


def test_quarters_are_charged_in_full(make_statute: Make) -> None:
    made = make_statute(tariff={"shape": "flat", "unit": "quarter", "rates": ["30.00"]}, pro_rata="quarters")
    found = assess(made, date(2026, 4, 20))
    assert found.first_year.lines == ("je Hund 120,00 € × 3/4",)
    assert (found.annual, found.first_year.cents) == (12000, 9000)


def test_without_parts_a_begun_year_costs_all(make_statute: Make) -> None:
    assert assess(make_statute(pro_rata="none"), date(2026, 10, 20)).first_year.cents == 3000


def test_by_count_the_other_dogs_change_too(make_statute: Make) -> None:
    by_count = make_statute(tariff={"shape": "count", "rates": ["65.00", "90.00"]})
    assert assess(by_count, date(2026, 5, 12), others=[Dog()]).others_change is True
    assert assess(by_count, date(2026, 5, 12)).others_change is False
    assert assess(make_statute(), date(2026, 5, 12), others=[Dog()]).others_change is False


def test_de_registration_gives_back_old_minus_new(make_statute: Make) -> None:
    old, new, refund = change_on_end(
        make_statute(), [Dog()], index=0, year=2026, start=date(2020, 1, 1), end=date(2026, 4, 30)
    )
    assert (old.cents, new.cents, refund) == (3000, 1000, 2000)


def test_rounding_follows_the_statute() -> None:
    assert rounded(Fraction(5000 * 7, 12), Rounding.CENT_HALF_UP) == 2917
    assert rounded(Fraction(5000 * 7, 12), Rounding.CENT_DOWN) == 2916
    assert rounded(Fraction(5000 * 7, 12), Rounding.EURO_DOWN) == 2900
    assert (euro(123456), euro(-5)) == ("1.234,56 €", "-0,05 €")


def test_every_shipped_statute_assesses_a_dog() -> None:
    folder = shipped() / "statutes"
    for file in sorted(folder.glob("*.yaml")):
        from casework.configuration.located import read_tree

        made = Statute.model_validate({"id": file.stem, **read_tree(file).plain()})
        assert assess(made, date(2026, 5, 12)).annual > 0


def full_year(made: Statute, year: int) -> int:
    return year_amount(made, [Dog()], index=0, year=year, start=date(year, 1, 1)).cents


@settings(deadline=None, max_examples=50)
@given(rate=ANY_RATE, year=st.integers(2021, 2030))
def test_twelve_months_are_the_annual_amount(rate: str, year: int) -> None:
    made = statute(tariff={"rates": [rate]})
    (version,) = made.versions.values()
    assert full_year(made, year) == version.tariff.rates[0]
    months = [
        year_amount(
            made, [Dog()], index=0, year=year, start=date(year, month, 1), end=last_of_month(date(year, month, 1))
        )
        for month in range(1, 13)
    ]
    exact = Fraction(version.tariff.rates[0], 12)
    assert [one.cents for one in months] == [rounded(exact, version.rounding)] * 12


@settings(deadline=None, max_examples=50)
@given(rate=ANY_RATE, start=ANY_DAY, end=ANY_DAY)
def test_a_longer_time_never_costs_less(rate: str, start: date, end: date) -> None:
    made = statute(tariff={"rates": [rate]})
    begin = first_of_month(min(start, end))
    shorter = year_amount(made, [Dog()], index=0, year=begin.year, start=begin, end=max(start, end))
    longer = year_amount(made, [Dog()], index=0, year=begin.year, start=begin)
    assert 0 <= shorter.cents <= longer.cents <= full_year(made, begin.year)


@settings(deadline=None, max_examples=50)
@given(rate=ANY_RATE, acquired=ANY_DAY, gone_after=st.integers(0, 800))
def test_the_refund_is_old_minus_new_and_never_negative(rate: str, acquired: date, gone_after: int) -> None:
    made = statute(tariff={"rates": [rate]})
    start = assess(made, acquired).start
    end = start + timedelta(days=gone_after)
    old, new, refund = change_on_end(made, [Dog()], index=0, year=end.year, start=start, end=end)
    assert refund == old.cents - new.cents
    assert 0 <= refund <= old.cents


@settings(deadline=None, max_examples=50)
@given(cents=st.integers(0, 300_000), start=ANY_DAY, notice_after=st.integers(-40, 400), annually=st.booleans())
def test_instalments_sum_to_the_annual_amount(cents: int, start: date, notice_after: int, annually: bool) -> None:
    (version,) = statute().versions.values()
    notice = start + timedelta(days=notice_after)
    parts = instalments(version, cents, year=start.year, start=start, notice=notice, annually=annually)
    assert sum(part.cents for part in parts) == cents
    assert all(part.due >= notice + timedelta(days=30) for part in parts)
    assert [part.due for part in parts] == sorted({part.due for part in parts})


def test_instalments_of_a_full_year_fall_on_the_four_dates() -> None:
    (version,) = statute().versions.values()
    parts = instalments(version, 5001, year=2026, start=date(2026, 1, 1), notice=date(2025, 12, 1))
    assert [(part.due.isoformat(), part.cents) for part in parts] == [
        ("2026-02-15", 1251),
        ("2026-05-15", 1250),
        ("2026-08-15", 1250),
        ("2026-11-15", 1250),
    ]


@settings(deadline=None, max_examples=50)
@given(
    shape=st.sampled_from(Shape),
    pro_rata=st.sampled_from(ProRata),
    rounding=st.sampled_from(Rounding),
    acquired=ANY_DAY,
    others=st.integers(0, 4),
)
def test_any_combination_gives_an_amount_within_the_year(
    shape: Shape, pro_rata: ProRata, rounding: Rounding, acquired: date, others: int
) -> None:
    made = statute(tariff={"shape": shape, "rates": ["30.00", "50.00", "75.50"]}, pro_rata=pro_rata, rounding=rounding)
    found = assess(made, acquired, others=[Dog()] * others)
    assert 0 <= found.first_year.cents <= max(found.annual, 0) + 1
    assert found.start >= acquired
