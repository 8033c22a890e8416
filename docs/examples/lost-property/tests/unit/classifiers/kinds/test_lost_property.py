"""Who has found a thing is told from who misses one; what the sentence does not say is left open."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from casework.words.reading import DocumentReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.kinds.lost_property import category
from classifiers.readers.limits import Limits


def read(text: str, *, subject: str = "Post") -> DocumentReading:
    message = EmailMessage()
    message["From"], message["Subject"] = "Cord Probe <cord@mail.example>", subject
    message.set_content(text)
    (document,) = Reading(bytes(message), "m.eml", ReadingContext(), Limits(), {}).read().documents
    return document


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe am 31.10.2026 auf dem Markt meinen Schlüssel verloren. Wurde er gefunden?",
        "Verlustanzeige: Geldbörse, braun. Hat jemand eine Fundsache abgegeben?",
        "Leider haben wir für den Termin keine Zeit gefunden.",
    ],
)
def test_who_misses_something_or_only_uses_the_word_has_found_nothing(text: str) -> None:
    assert read(text).kind != "lost_property"


def test_a_sentence_without_a_day_leaves_the_day_open() -> None:
    fields = read("Moin,\nich habe hinter der Schule eine rote Jacke gefunden.\n").fields
    assert {name: fields[name].value for name in ("item", "category", "found_at")} == {
        "item": "Jacke",
        "category": "clothing",
        "found_at": "hinter der Schule",
    }
    assert "found_on" not in fields


@pytest.mark.parametrize(
    ("words", "code"),
    [("Schlüsselbund", "keys"), ("Jacke mit Handy", None), ("Regenschirm", None), ("Sonstiges", "other")],
)
def test_the_category_is_read_only_where_one_alone_fits(words: str, code: str | None) -> None:
    assert category(words) == code
