"""The business key of a matter: what two letters about the same thing have in common, by kind.

It decides what is a duplicate and which parts of a message belong together; the key that a target system knows is a
template of the process's posting.
"""

from __future__ import annotations

from casework.checks.values import comparison_key
from casework.words.reading import DocumentReading

_HOLDER = ("holder_last_name", "holder_first_name", "holder_birth_date", "dog_name")
_EXACT = frozenset({"date", "gross", "ended_on", "holder_birth_date"})

KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "invoice": (("seller_vat_id", "number", "date", "gross"), ("seller", "number", "date", "gross")),
    "dog_registration": (("chip_number",), _HOLDER),
    "dog_deregistration": (
        ("chip_number", "ended_on"),
        ("municipality", "tag_number", "ended_on"),
        (*_HOLDER, "ended_on"),
        ("holder_last_name", "holder_first_name", "municipality", "dog_name", "ended_on"),
    ),
    "defect_report": (("location", "description"),),
}
"""Fields per kind; the first row whose fields were all read makes the key."""


def business_key(document: DocumentReading) -> str:
    """The key, values joined by `|` and made comparable; empty when the kind has none or its fields were not read."""
    values = {name: reading.value for name, reading in document.fields.items() if reading.value}
    for number, names in enumerate(KEYS.get(document.kind, ())):
        if all(name in values for name in names):
            parts = [values[name] or "" if name in _EXACT else comparison_key(values[name] or "") for name in names]
            return "|".join((document.kind, str(number), *parts)) if all(parts) else ""
    return ""
