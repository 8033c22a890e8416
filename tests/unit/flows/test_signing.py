"""Signatures are looked at only where the office wants it, and the keys are kept as long as its setting."""

from __future__ import annotations

from pathlib import Path

from casework.configuration import Office
from casework.configuration.senders import DkimSettings, SenderSettings
from flows.stations.signing import KeyBooks

NAME = "s1._domainkey.firma.example"


def office(**senders: object) -> Office:
    return Office(id="amt-a", name="Amt A", senders=SenderSettings.model_validate(senders))


def test_an_office_that_says_nothing_looks_at_no_signature() -> None:
    assert KeyBooks().of(Office(id="amt-a", name="Amt A")) is None
    assert KeyBooks().of(office(arc_sealers=["liste.example"])) is None, "without keys no seal can be checked"


def test_the_book_stays_until_the_setting_changes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("v=DKIM1; p=AAAA", encoding="ascii")
    books, files = KeyBooks(), DkimSettings(keys={NAME: tmp_path / "a.txt"})
    first = books.of(office(dkim=files))

    assert first is not None and dict(first.known()) == {NAME: "v=DKIM1; p=AAAA"}
    assert books.of(office(dkim=files)) is first
    assert books.of(office(dkim={"resolver": "127.0.0.1"})) is not first
