"""What an office knows from its configuration alone: suppliers, names, statutes. The record adds its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casework.checks.sender import SenderBook, book_of
from casework.checks.values import as_day, comparison_key, words_of
from casework.configuration.configuration import Configuration
from casework.configuration.offices import Office
from casework.configuration.statutes import Statute
from casework.words.reading import Supplier


class SupplierTable:
    """Knowledge of nothing but suppliers: for `amtsbote read --knowledge FILE`."""

    def __init__(self, suppliers: Sequence[Supplier] = ()) -> None:
        self._by_vat_id: dict[str, list[Supplier]] = {}
        self._by_name: dict[str, list[Supplier]] = {}
        for supplier in suppliers:
            if supplier.vat_id:
                self._by_vat_id.setdefault(comparison_key(supplier.vat_id), []).append(supplier)
            self._by_name.setdefault(comparison_key(supplier.name), []).append(supplier)

    def supplier(self, *, vat_id: str, name: str) -> Supplier | None:
        """The supplier with this VAT id, else with this name; None when unknown or not unique."""
        found = self._by_vat_id.get(comparison_key(vat_id), []) if vat_id else []
        found = found or self._by_name.get(comparison_key(name), [])
        return found[0] if len(found) == 1 else None

    def business_key_taken(self, kind: str, key: str) -> bool:
        """Nothing is known about other cases."""
        return False

    def nearly_same(self) -> str:
        """Nothing is known about other letters."""
        return ""

    def senders(self) -> SenderBook:
        """Nobody is known."""
        return SenderBook()

    def is_own_address(self, *, buyer_reference: str, buyer_name: str) -> bool | None:
        """Nothing is known about addresses."""
        return None

    def municipality_tariff(self, municipality: str, on: str) -> bool:
        """No statute is known."""
        return False


class OfficeKnowledge(SupplierTable):
    """What the configuration of one office knows; the record's knowledge derives from it and adds the cases."""

    def __init__(self, configuration: Configuration, office: str) -> None:
        super().__init__(configuration.suppliers.get(office, ()))
        self.office: Office = configuration.office(office)
        self._references = frozenset(map(comparison_key, self.office.buyer_references))
        self._senders = book_of(self.office, tuple(configuration.suppliers.get(office, ())))
        self._names = [words_of(name) for name in self.office.all_names]
        self._statutes: Mapping[str, Statute] = {
            comparison_key(name): configuration.statutes[statute]
            for name, statute in self.office.municipalities.items()
        }

    def senders(self) -> SenderBook:
        """Own domains, and suppliers whose row names one."""
        return self._senders

    def is_own_address(self, *, buyer_reference: str, buyer_name: str) -> bool | None:
        """A buyer reference decides where the office has any; else the name; None when neither says anything."""
        if buyer_reference and self._references:
            return comparison_key(buyer_reference) in self._references
        if buyer_name:
            return any(_contains(words_of(buyer_name), name) for name in self._names)
        return None

    def municipality_tariff(self, municipality: str, on: str) -> bool:
        """Is there a dog tax statute of this municipality in force on that ISO date?"""
        statute, day = self._statutes.get(comparison_key(municipality)), as_day(on)
        return statute is not None and day is not None and statute.version_on(day) is not None


def _contains(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return bool(name) and any(words[start : start + len(name)] == name for start in range(len(words) - len(name) + 1))
