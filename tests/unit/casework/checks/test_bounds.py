"""The Clopper-Pearson bound and how many cases are missing for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import beta  # type: ignore[import-untyped]

from casework.checks import Evidence, missing_cases, proves, upper_bound

ONE_PERCENT = Decimal("0.01")


def test_299_cases_without_an_error_prove_one_percent() -> None:
    assert proves(Evidence(299), ONE_PERCENT) is True
    assert proves(Evidence(298), ONE_PERCENT) is False


@pytest.mark.parametrize(("checked", "errors", "missing"), [(0, 0, 299), (200, 0, 99), (299, 0, 0), (299, 1, 174)])
def test_the_missing_cases_are_told(checked: int, errors: int, missing: int) -> None:
    assert missing_cases(Evidence(checked, errors), ONE_PERCENT) == missing


def test_nothing_is_proven_without_evidence() -> None:
    assert (upper_bound(Evidence()), upper_bound(Evidence(5, 5))) == (1.0, 1.0)


@settings(deadline=None, max_examples=50)
@given(checked=st.integers(1, 3000), share=st.floats(0, 0.1))
def test_the_bound_is_the_quantile_of_the_beta_distribution(checked: int, share: float) -> None:
    errors = min(int(checked * share), checked - 1)
    expected = beta.ppf(0.95, errors + 1, checked - errors)
    assert upper_bound(Evidence(checked, errors)) == pytest.approx(expected, rel=1e-6, abs=1e-9)
