"""The virus scanner's socket, with a scripted clamd: the real one would fetch its signatures from outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.antivirus import SETTING, Scanner, Verdict
from casework.words.errors import ConfigurationError, TryAgainLater
from tests.clamd import ScriptedClamd
from tests.hostile import EICAR


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[ScriptedClamd]:
    place = tmp_path / "clamd.ctl"
    server = ScriptedClamd(place)
    yield server
    server.close()


def test_bytes_are_scanned_whole_and_in_pieces(clamd: ScriptedClamd, tmp_path: Path) -> None:
    scanner = Scanner(str(tmp_path / "clamd.ctl"))

    assert scanner.scan(b"Guten Tag" * 20_000) is Verdict.CLEAN
    assert clamd.seen == 180_000
    assert scanner.scan(b"Guten Tag" * 20_000 + EICAR) is Verdict.MALWARE
    assert scanner.scan(b"\0" * 5_000_000) is Verdict.TOO_LARGE
    assert scanner.version().startswith("ClamAV 1.0.3")


def test_a_scanner_that_is_away_or_silent_gives_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(TryAgainLater, match="start clamd") as away:
        Scanner(str(tmp_path / "nothing")).scan(b"x")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        with pytest.raises(TryAgainLater, match="no answer in time"):
            Scanner(str(tmp_path / "silent"), seconds=0.1).scan(b"x")

    assert away.value.reason == "virus_scanner_away"


def test_the_house_names_its_scanner_and_only_one_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert Scanner.of_house() is None
    for place in ("clamav.example:3310", "10.0.0.5:3310", "clamd.ctl", "127.0.0.1:x"):
        monkeypatch.setenv(SETTING, place)
        with pytest.raises(ConfigurationError, match="no socket of this machine"):
            Scanner.of_house()
    monkeypatch.setenv(SETTING, "localhost:3310")
    scanner = Scanner.of_house()
    assert scanner is not None and scanner.place == "localhost:3310"


def test_a_scanner_that_has_no_verdict_on_one_letter_alone_says_so(clamd: ScriptedClamd) -> None:
    assert Scanner(str(clamd.place)).scan(b"ERROR") is Verdict.UNSCANNED
    slow = Slow(str(clamd.place))
    assert slow.scan(b"x") is Verdict.UNSCANNED


class Slow(Scanner):
    """Takes too long over every letter, and answers every other question."""

    def _ask(self, command: bytes, data: bytes | None) -> str:
        if data is None:
            return super()._ask(command, data)
        raise TryAgainLater("virus_scanner_away", "no answer in time") from TimeoutError()
