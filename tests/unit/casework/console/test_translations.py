from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

import casework.console

CONSOLE = Path(casework.console.__file__).parent
PO = CONSOLE / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = ["_", "gettext", "gettext_lazy", "ngettext"]
CALL = re.compile(r"""(?:gettext|_)\(u?(?P<quote>['"])(?P<text>.*?)(?<!\\)(?P=quote)""", re.DOTALL)


def _of_templates() -> Iterator[str]:
    for path in CONSOLE.rglob("*.html"):
        for match in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
            yield match["text"].replace("\\'", "'")


def _of_python() -> Iterator[str]:
    for path in CONSOLE.rglob("*.py"):
        with path.open("rb") as file:
            for _line, _function, texts, _comments in extract_python(file, KEYWORDS, [], {"encoding": "utf-8"}):
                yield texts if isinstance(texts, str) else texts[0]


def _english() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def test_every_german_text_of_the_console_has_an_english_one() -> None:
    known = {_first(message.id) for message in _english() if message.id}
    assert {*_of_templates(), *_of_python()} - known == set()


def test_no_english_text_is_empty_fuzzy_or_left_over() -> None:
    messages = [message for message in _english() if message.id]
    used = {*_of_templates(), *_of_python()}
    empty = [message.id for message in messages if not all(_strings(message.string))]
    left = [
        message.id for message in messages if (message.id if isinstance(message.id, str) else message.id[0]) not in used
    ]
    assert (empty, [message.id for message in messages if message.fuzzy], left) == ([], [], [])


def test_placeholders_are_the_same_in_both_languages() -> None:
    marks = re.compile(r"%\(\w+\)s")
    for message in _english():
        for text in _strings(message.string):
            source = message.id if isinstance(message.id, str) else message.id[1]
            assert set(marks.findall(text)) <= set(marks.findall(source)), source


def test_the_compiled_catalogue_is_up_to_date() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _english())
    hint = "run scripts/make-venv: it compiles what changed"
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue(), hint


def test_the_page_language_changes_the_words() -> None:
    with override("en"):
        assert gettext("Prüfliste") == "Review list"
    with override("de"):
        assert gettext("Prüfliste") == "Prüfliste"


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _strings(string: object) -> list[str]:
    return [string] if isinstance(string, str) else list(string)  # type: ignore[call-overload]
