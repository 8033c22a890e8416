"""Connections to the record's database, for workers that live long and for threads."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

RECORD_AWAY = (OperationalError, InterfaceError)
"""What a query raises while the record's database does not answer."""


def hang_up() -> None:
    """Close this thread's connection; the next query opens a new one. Called after every case."""
    connection.close()
