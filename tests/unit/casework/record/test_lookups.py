"""What auditors look for is found by an index: a marker, a receipt, a file, a moment."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from casework.record.models import Attempt, AuditEvent, Evidence, Posting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "rows",
    [
        Posting.objects.filter(marker="AB-000000000001"),
        Posting.objects.filter(receipt="2026-00000001"),
        Evidence.objects.filter(address="0" * 64),
        Attempt.objects.filter(sent_at__gte=timezone.now()),
        AuditEvent.objects.filter(at__gte=timezone.now()),
    ],
    ids=lambda rows: str(rows.query.where.children[0].lhs.target),
)
def test_no_table_is_read_in_full(rows: QuerySet[Posting]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table in full, whatever indexes it has")
    assert "SCAN" not in rows.order_by().explain()
