from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.words.reasons import reason, reasons

ROOT = Path(__file__).resolve().parents[4]
PACKAGES = ("amtsbote", "bots", "casework", "classifiers", "flows")
CODED = ("NeedsReview", "TryAgainLater", "NothingLeft", "ArchiveRefused")


def codes_in_the_code() -> Iterator[tuple[str, str]]:
    """Codes that errors are raised with, with the place they stand at."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODED:
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_that_is_raised_has_words_for_people() -> None:
    assert {code: place for code, place in codes_in_the_code() if code not in reasons()} == {}


@pytest.mark.parametrize("code", list(reasons()))
def test_every_reason_is_a_sentence_in_both_languages(code: str) -> None:
    found = reason(code)
    assert found.de.endswith(".") and found.en.endswith(".")
    assert found.de != found.en


def test_an_unknown_code_shows_itself() -> None:
    assert reason("nobody_knows").de == "nobody_knows"
