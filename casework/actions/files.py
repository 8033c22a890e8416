"""Every file that the record names, and whether one is still needed. The one list of them: a new kind is added here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casework.actions.evidence import evidence_store
from casework.record.models import Evidence, LetterText, Message, MessagePart, Page
from casework.record.store import Store

LETTERS, EVIDENCE = "store", "evidence"
"""The two stores a file may lie in."""
SLICE = 1000


@dataclass(frozen=True)
class _Naming:
    """A column that names files: how to say it, which store, whose rows, and the ways to office, address, message."""

    what: str
    store: str
    model: Any
    office: str
    address: str
    message: str

    def rows(self, office: str) -> Any:
        """The rows of an office that name a file here."""
        return self.model.objects.filter(**{self.office: office}).exclude(**{self.address: ""}).order_by()


_NAMINGS = (
    _Naming("message", LETTERS, Message, "office", "address", "pk"),
    _Naming("readable view", LETTERS, MessagePart, "message__office", "readable", "message"),
    _Naming("page", LETTERS, Page, "message__office", "image", "message"),
    _Naming("words of a page", LETTERS, Page, "message__office", "words", "message"),
    _Naming("text", LETTERS, LetterText, "office", "address", "case__message"),
    _Naming("evidence", EVIDENCE, Evidence, "attempt__posting__office", "address", "attempt__posting__case__message"),
)


def store_of(where: str, office: str) -> Store:
    """The store of an office by its name here."""
    return evidence_store(office) if where == EVIDENCE else Store(office)


def named_files() -> Iterator[tuple[str, str, str, str]]:
    """What it is, store, office and address of every file that the record names; the same file may come twice."""
    for naming in _NAMINGS:
        rows = naming.model.objects.exclude(**{naming.address: ""}).order_by("pk")
        for office, address in rows.values_list(naming.office, naming.address).iterator():
            yield naming.what, naming.store, office, address


def is_named(where: str, office: str, address: str) -> bool:
    """Does any row still name this file?"""
    return any(naming.rows(office).filter(**{naming.address: address}).exists() for naming in _of_store(where))


def message_of(where: str, office: str, address: str) -> Message | None:
    """A letter to which this file belongs; None when nothing names it any more."""
    for naming in _of_store(where):
        key = naming.rows(office).filter(**{naming.address: address}).values_list(naming.message, flat=True).first()
        if key is not None:
            return Message.objects.get(pk=key)
    return None


def slices(where: str, office: str) -> Iterator[list[str]]:
    """The addresses of all files that an office's rows name in a store, each once, ascending, so many at a time."""
    after = ""
    while True:
        parts = [
            naming.rows(office).filter(**{f"{naming.address}__gt": after}).values_list(naming.address)
            for naming in _of_store(where)
        ]
        union = parts[0].union(*parts[1:]).order_by(_of_store(where)[0].address)
        found = [address for (address,) in union[:SLICE]]
        if not found:
            return
        yield found
        after = found[-1]


def _of_store(where: str) -> list[_Naming]:
    return [naming for naming in _NAMINGS if naming.store == where]
