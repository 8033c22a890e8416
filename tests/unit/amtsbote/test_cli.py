"""The command's surface: help is quick, errors are one sentence, exit codes are 0, 1 and 2."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import click
import pytest

from amtsbote import cli
from amtsbote.output import answer, asked
from casework.words.errors import AmtsboteError, ConfigurationError


def _command(monkeypatch: pytest.MonkeyPatch, body: object) -> None:
    """Put a command in the place of `status`."""
    command = click.command(name="status")(body)  # type: ignore[arg-type]
    monkeypatch.setattr(cli.Commands, "get_command", lambda self, ctx, name: command)


def test_help_needs_no_heavy_import() -> None:
    program = "import sys; from amtsbote.cli import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = ("django", "prefect", "pandas", "sklearn", "playwright", "pydantic", "classifiers", "flows")
    assert [name for name in heavy if f"'{name}'" in done.stderr] == []
    assert "amtsbote" in done.stdout


def test_help_is_there_at_once() -> None:
    fastest = min(_seconds_for_help() for _ in range(3))
    assert fastest < 2, "0.4 s on a free machine; here other tests share its two cores"


def _seconds_for_help() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "amtsbote", "--help"], capture_output=True, check=True)
    return time.monotonic() - began


def test_every_command_can_be_loaded_and_explains_itself() -> None:
    context = click.Context(cli.amtsbote)
    for name in cli.COMMANDS:
        command = cli.amtsbote.get_command(context, name)
        assert isinstance(command, click.Command), name
        assert command.help, name


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fly"]) == 2
    assert "No such command 'fly'" in capsys.readouterr().err


def test_an_error_of_ours_is_its_sentence_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def body() -> None:
        raise AmtsboteError("the mail server is away; try again later")

    _command(monkeypatch, body)
    assert cli.main(["status"]) == 1
    assert capsys.readouterr() == ("", "the mail server is away; try again later\n")


def test_wrong_configuration_shows_every_problem_on_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def body() -> None:
        raise ConfigurationError("a.yaml:1: no", "b.yaml:2: nor this")

    _command(monkeypatch, body)
    assert cli.main(["status"]) == 1
    assert capsys.readouterr().err == "a.yaml:1: no\nb.yaml:2: nor this\n"


def test_the_unexpected_names_its_kind_and_shows_a_traceback_only_with_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def body() -> None:
        raise RuntimeError("no such luck")

    _command(monkeypatch, body)
    assert cli.main(["status"]) == 1
    assert (
        capsys.readouterr().err == "something unexpected happened (RuntimeError: no such luck); --debug shows where\n"
    )
    assert cli.main(["status", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--json", "status"], ["status", "--json"]])
def test_json_may_be_asked_for_anywhere(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def body() -> int:
        answer({"cases": 3}, words=lambda: "three cases")
        return 1

    _command(monkeypatch, body)
    assert cli.main(words) == 1
    assert json.loads(capsys.readouterr().out) == {"cases": 3}
    cli.main(["status"])
    assert capsys.readouterr().out == "three cases\n"
    assert not asked.as_json
