"""The office's certificate and key for encrypted mail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from casework.configuration import load, missing_secrets, problems
from casework.words.errors import ConfigurationError

OFFICE = "offices/amt-nord.yaml"


@pytest.fixture
def sealed(change: Callable[[str, str, str], Path], pack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pack with an office that opens encrypted mail."""
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD", "x")
    settings = "name: Amt Nord\nsmime: {certificate: amt.pem, secret: smime-nord}"
    change(OFFICE, "name: Amt Nord", settings)
    return pack


def test_certificate_and_key_are_read_when_they_are_needed(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sealed / "offices" / "amt.pem").write_text("certificate", encoding="ascii")
    monkeypatch.setenv("AMTSBOTE_SECRET_SMIME_NORD", "key")
    settings = load([sealed]).offices["amt-nord"].smime

    assert settings is not None
    assert settings.pair() == ("certificate", "key")


def test_a_key_that_was_not_given_is_told_at_the_check(sealed: Path) -> None:
    assert problems([sealed]) == []
    assert ["`smime-nord`" in str(problem) for problem in missing_secrets(load([sealed]))] == [True]


def test_a_certificate_that_cannot_be_read_is_named(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSBOTE_SECRET_SMIME_NORD", "key")
    settings = load([sealed]).offices["amt-nord"].smime

    assert settings is not None
    with pytest.raises(ConfigurationError, match=r"amt\.pem cannot be read .*name a PEM file"):
        settings.pair()
