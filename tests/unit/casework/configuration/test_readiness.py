"""What reads well and would still go wrong at night."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from casework.configuration import Problem, load, missing_secrets, missing_systems, problems, shipped, unmapped_choices

OFFICE, PROCESS, BOOK = "offices/amt-nord.yaml", "processes/report.yaml", "systems/book.yaml"
LOGIN = "login: {user: bot, secret: book-nord}"
CATALOGUE = """
    system: book
    title: Book
    transport: browser
    base_url: http://127.0.0.1:1/
    secret: book
    login: {account: bot, page: /, mask: login, success: {text: hello}, failure: [{text: wrong}]}
    session_lost: [{text: Login}]
    commits: [{name: save, path: /save}]
    masks:
      login:
        title: Login
        sign: {text: Login}
        fields: {user: {label: User}, password: {label: Password, format: password}}
        buttons: {login: {role: button, name: Go}}
      entry:
        title: Entry
        sign: {text: Entry}
        open: [{goto: /entry}]
        fields:
          sort: {label: Sort, format: choice, values: {tree: Baum}}
          other: {label: Sort, format: choice}
        buttons: {save: {role: button, name: Save}}
    operations:
      record:
        title: Record
        class: create
        find: []
        enter:
          - open: entry
          - fill: {sort: "{sort?}", other: "{sort?}"}
        commit: {signs: [save], steps: [{click: save}], success: {text: "saved (?P<receipt>.+)"}}
    """
POSTING = """  - name: sort
    label: {de: Art, en: Sort}
    type: choice
    choices: {tree: {de: Baum, en: Tree}, other: {de: Anderes, en: Other}}
checks: [required_fields]
postings:
  - {system: book, operation: record, business_key: "{place:key}", fields: {sort: "{sort?}"}}
"""


@pytest.fixture
def books(pack: Path, write: Callable[[str, str], Path], change: Callable[[str, str, str], Path]) -> Path:
    """The pack with a web system into which the process posts first."""
    write(BOOK, CATALOGUE)
    change(PROCESS, "checks: [required_fields]\npostings:\n", POSTING)
    return pack


def lines(pack: Path, found: Collection[Problem]) -> list[str]:
    return [str(problem).replace(f"{pack}/", "") for problem in found]


def test_a_running_process_needs_an_address_for_every_system_it_posts_into(
    books: Path, change: Callable[[str, str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD", "x")
    assert problems([books]) == []
    assert lines(books, missing_systems(load([books]))) == [
        f"{OFFICE}:7: process `report` posts into `book`, and the office does not say where that is"
        " – add `book: {base_url: …, login: {user: …, secret: …}}` under `systems`"
    ]
    change(OFFICE, "stage: assisted", "stage: off")
    assert missing_systems(load([books])) == []
    change(OFFICE, "stage: off", "stage: shadow")
    change(OFFICE, "  tray:", "  book: {base_url: http://127.0.0.1:2/}\n  tray:")
    assert missing_systems(load([books])) == []
    assert lines(books, missing_secrets(load([books]))) == [
        f"{OFFICE}:9: secret `book` was not given – set AMTSBOTE_SECRET_BOOK or …_FILE"
    ]
    change(OFFICE, "http://127.0.0.1:2/", "http://127.0.0.1:2/, login: {user: bot, secret: book-nord}")
    assert ["`book-nord`" in line for line in lines(books, missing_secrets(load([books])))] == [True]


def test_a_choice_that_the_mask_has_no_word_for_is_named(books: Path, change: Callable[[str, str, str], Path]) -> None:
    assert lines(books, unmapped_choices(load([books]))) == [
        f"{PROCESS}:13: field `sort` of mask `entry` of `book` has no word for `other` of `sort`"
        " – add it to `values`: `other: …`"
    ]
    change(BOOK, "{tree: Baum}", "{tree: Baum, other: Sonstiges}")
    assert unmapped_choices(load([books])) == []


def test_a_choice_that_is_only_made_where_it_is_offered_needs_no_word(
    books: Path, change: Callable[[str, str, str], Path]
) -> None:
    guarded = '- {when_offered: {sort: "{sort?}"}, steps: [{fill: {sort: "{sort?}"}}]}'
    change(BOOK, '- fill: {sort: "{sort?}", other: "{sort?}"}', guarded)
    assert unmapped_choices(load([books])) == []


def test_what_is_shipped_has_a_word_for_every_choice() -> None:
    assert unmapped_choices(load([shipped()])) == []
