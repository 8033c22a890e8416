"""What the office knows beside the letter: suppliers, history, municipalities. A Protocol, so that a reading can be
judged on a laptop with a file or nothing, and in the flows and the console with the record behind it."""

from __future__ import annotations

from typing import Protocol

from casework.words.reading import Supplier
from casework.words.sender import KnownSenders


class Knowledge(Protocol):
    """Answers that the gate `casework.checks.decide` asks for."""

    def supplier(self, *, vat_id: str, name: str) -> Supplier | None:
        """The supplier with this VAT id, else with this name; None when unknown or not unique."""

    def business_key_taken(self, kind: str, key: str) -> bool:
        """Has another open or done case of this office the same business key?"""

    def nearly_same(self) -> str:
        """The reference of another case of this office whose letter says nearly the same; empty for none."""

    def senders(self) -> KnownSenders:
        """The organisations whose mail this office knows."""

    def is_own_address(self, *, buyer_reference: str, buyer_name: str) -> bool | None:
        """Is the letter for this office? None when nothing is known about it."""

    def municipality_tariff(self, municipality: str, on: str) -> bool:
        """Is there a dog tax statute of this municipality in force on that ISO date?"""
