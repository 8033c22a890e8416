"""Statutes of the shapes found in real municipalities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casework.configuration.statutes import Statute


def statute(**version: Any) -> Statute:
    """A statute with one version since 2021; 30/50/50 euro a year unless told otherwise."""
    base = {
        "title": "Satzung",
        "source": "test",
        "tariff": {"rates": ["30.00", "50.00", "50.00"]},
        "due": {"dates": ["02-15", "05-15", "08-15", "11-15"], "annual": "07-01", "first_within_days": 30},
    }
    return Statute.model_validate(
        {"id": "dorf", "municipality": "Dorf", "versions": {"2021-01-01": {**base, **version}}}
    )


@pytest.fixture
def make_statute() -> Callable[..., Statute]:
    """Makes a statute, points of its version by keyword."""
    return statute
