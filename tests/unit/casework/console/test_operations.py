from __future__ import annotations

from datetime import timedelta

import pytest

from casework.actions import clock, leases
from casework.console.views.operations import _working
from casework.record.models import Lease

pytestmark = pytest.mark.django_db


def test_only_the_leases_of_the_own_offices_are_shown() -> None:
    for office in ("amt-a", "amt-ab"):
        assert leases.acquire(f"login:haushaltskasse:{office}-bot", office=office, seconds=60) is not None
    Lease.objects.create(name="login:old", office="amt-a", holder="h:1:1", until=clock.now() - timedelta(seconds=1))
    assert [lease.name for lease in _working(["amt-a"])] == ["login:haushaltskasse:amt-a-bot"]
    assert [lease.office for lease in _working(["amt-ab"])] == ["amt-ab"]
