"""Every file that the record names, and whether one is still needed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from casework.actions.evidence import evidence_store
from casework.record.models import Evidence, LetterText, Message, MessagePart, Page
from casework.record.store import Store

LETTERS, EVIDENCE = "store", "evidence"
"""The two stores a file may lie in."""
_NAMES: tuple[tuple[str, str, QuerySet, str, str], ...]  # type: ignore[type-arg] # five models
_NAMES = (
    ("message", LETTERS, Message.objects.all(), "office", "address"),
    ("readable view", LETTERS, MessagePart.objects.all(), "message__office", "readable"),
    ("page", LETTERS, Page.objects.all(), "message__office", "image"),
    ("words of a page", LETTERS, Page.objects.all(), "message__office", "words"),
    ("text", LETTERS, LetterText.objects.all(), "office", "address"),
    ("evidence", EVIDENCE, Evidence.objects.all(), "attempt__posting__office", "address"),
)


def store_of(where: str, office: str) -> Store:
    """The store of an office by its name here."""
    return evidence_store(office) if where == EVIDENCE else Store(office)


def named_files() -> Iterator[tuple[str, str, str, str]]:
    """What it is, store, office and address of every file that the record names; the same file may come twice."""
    for what, where, rows, office, address in _NAMES:
        for row in rows.exclude(**{address: ""}).order_by("pk").values_list(office, address).iterator():
            yield what, where, row[0], row[1]


def is_named(where: str, office: str, address: str) -> bool:
    """Does any row still name this file?"""
    return any(
        rows.filter(**{column: address, owner: office}).exists()
        for _, store, rows, owner, column in _NAMES
        if store == where
    )
