"""What the tests with target systems share: catalogues, a journal in memory, work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from casework.configuration.systems import SYSTEM, BrowserSystem, DropSystem
from casework.words.work import Permit, Refusal, Work

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "Verbund-2026"


@dataclass
class Journal:
    """A departure in memory."""

    verdict: Permit | Refusal = field(default_factory=Permit)
    asked: list[str] = field(default_factory=list)

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        self.asked.append(sign)
        return self.verdict


def catalogue(name: str, **changes: Any) -> BrowserSystem:
    """The shipped catalogue, with changes at its top."""
    found = read(name)
    assert isinstance(found, BrowserSystem)
    return found.model_copy(update=changes)


def read(name: str) -> BrowserSystem | DropSystem:
    content = yaml.safe_load((ROOT / "configs" / "systems" / f"{name}.yaml").read_text(encoding="utf-8"))
    return SYSTEM.validate_python(content)


def invoice(number: int, *, lines: list[dict[str, str]] | None = None, marker: str = "", **changes: str) -> Work:
    """An invoice of its own number, with a marker of its own."""
    fields = {
        "office": "Amt Moorwiek",
        "creditor": "Schäfer & Söhne Bürobedarf GmbH",
        "invoice_number": f"R-2026-{number:04d}",
        "invoice_date": "2026-11-03",
        "due_date": "2026-12-01",
        "currency": "EUR",
        "net": "1000.00",
        "tax": "190.00",
        "gross": "1190.00",
        "iban": "DE02120300000000202051",
        "reference": "04011000-12345-35",
        "booking_text": f"Rechnung R-2026-{number:04d} Schäfer & Söhne Bürobedarf GmbH",
    }
    return Work(
        business_key=f"schaefer|{number}",
        marker=marker or f"AB-{number:012d}",
        fields={**fields, **changes},
        lines=lines or [],
    )


def dog(number: int, **changes: str) -> Work:
    """A dog to register."""
    fields = {
        "holder_last_name": "Petersen",
        "holder_first_name": "Jördis",
        "holder_birth_date": "1980-03-05",
        "street": "Am Deich 3",
        "postal_code": "24857",
        "city": "Hütten",
        "municipality": "Hütten",
        "dog_name": f"Bello {number}",
        "breed": "Mischling",
        "sex": "female",
        "chip_number": f"2760981{number:08d}",
        "acquired_on": "2026-10-01",
        "dog_ordinal": "1",
        "tax_start": "2026-11-01",
        "annual_tax": "30.00",
    }
    return Work(business_key=f"chip|{number}", marker=f"AB-D{number:011d}", fields={**fields, **changes})


def gone(number: int, **changes: str) -> Work:
    """The same dog, to be de-registered."""
    fields = {
        "holder_last_name": "Petersen",
        "holder_first_name": "Jördis",
        "municipality": "Hütten",
        "dog_name": f"Bello {number}",
        "chip_number": f"2760981{number:08d}",
        "ended_on": "2026-11-20",
        "end_reason": "lost",
    }
    return Work(business_key=f"end|chip|{number}", marker=f"AB-E{number:011d}", fields={**fields, **changes})
