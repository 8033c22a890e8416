"""What is in force now: the configuration with the record's dated decisions laid over it."""

from __future__ import annotations

from casework import configuration
from casework.configuration.configuration import Configuration
from casework.configuration.in_force import ProcessInForce
from casework.configuration.loading import lay_over
from casework.configuration.overrides import Override as ConfiguredOverride
from casework.record.models import Override


def in_force(office: str, process: str) -> ProcessInForce:
    """The process as it holds in the office today."""
    return current().effective(office, process)


def current() -> Configuration:
    """The whole configuration as it holds today."""
    return lay_over(configuration.current(), overrides())


def overrides() -> list[ConfiguredOverride]:
    """The record's dated decisions that override configuration keys, oldest first."""
    return [_configured(row) for row in Override.objects.order_by("since", "pk")]


def _configured(row: Override) -> ConfiguredOverride:
    note = f"decision {row.pk} of {row.since:%Y-%m-%d}"
    if row.office and row.process:
        return ConfiguredOverride(f"offices/{row.office}", f"processes.{row.process}.{row.key}", row.value, note)
    if row.office:
        return ConfiguredOverride(f"offices/{row.office}", row.key, row.value, note)
    return ConfiguredOverride(f"processes/{row.process}", row.key, row.value, note)
