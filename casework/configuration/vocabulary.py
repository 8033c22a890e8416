"""Words that the configuration may use and that code above it implements.

The registry of checks and the kinds of letters stand on higher floors (DESIGN §3); tests there compare with these sets.
"""

from __future__ import annotations

from enum import StrEnum

KINDS = frozenset({"invoice", "dog_registration", "dog_deregistration", "defect_report", "no_action", "unknown"})
"""Kinds of letters that `classifiers` can tell apart."""

CHECKS = frozenset(
    {
        "required_fields",
        "field_sources",
        "field_forms",
        "reading_doubts",
        "invoice_type",
        "invoice_totals",
        "invoice_dates",
        "invoice_account",
        "addressee",
        "duplicate",
        "holder_of_age",
        "registration_dates",
        "deregistration_dates",
        "relief",
        "dangerous_breed",
        "dog_tax",
        "mandate",
        "public_danger",
    }
)
"""Checks of `casework.checks` by name."""

DERIVED = frozenset({"annual_tax", "first_year_tax", "tax_start", "tax_end", "tax_explanation", "dog_ordinal"})
"""Fields that `casework.checks.derive` computes; a process lists those it uses among its fields."""

GIVEN = frozenset({"office_id", "office_name", "case", "kind", "process", "process_title", "received_on"})
"""Names that templates may use beside the fields: the caller of `work_for` gives them."""


class FieldType(StrEnum):
    """What a field holds; the type decides its form and how many sources it needs."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    MONEY = "money"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    IBAN = "iban"
    CURRENCY = "currency"
    POSTCODE = "postcode"
    CHOICE = "choice"


class Stage(StrEnum):
    """How far a process may go in an office (DESIGN §4)."""

    OFF = "off"
    SHADOW = "shadow"
    ASSISTED = "assisted"
    AUTOMATIC = "automatic"


class Nature(StrEnum):
    """What the posting does: capturing data may become automatic, a decision (administrative act) never."""

    CAPTURE = "capture"
    DECISION = "decision"


class Provenance(StrEnum):
    """How a baseline is known, the best first (DOMAIN §3.1)."""

    MEASURED = "measured"
    OWNER_ESTIMATE = "owner_estimate"
    TABLE = "table"


class Complexity(StrEnum):
    """Column of the table of standard activity minutes."""

    SIMPLE = "simple"
    MEDIUM = "medium"
    HIGH = "high"
