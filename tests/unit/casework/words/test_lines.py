"""What a letter says reaches a terminal or a log as letters, never as commands or as lines of its own."""

from __future__ import annotations

import json
import logging

import pytest

from amtsbote.commands.read import _words
from amtsbote.output import table
from casework.words.lines import LogLine, harmless, one_line

HOSTILE = "Betreff\r\nERROR forged\x1b[2J\x9b31m\u202egnp\u2028x\x00\x07"


def test_commands_are_written_out_and_letters_stay() -> None:
    assert one_line(HOSTILE) == (
        "Betreff\\u000d\\u000aERROR forged\\u001b[2J\\u009b31m\\u202egnp\\u2028x\\u0000\\u0007"
    )
    assert harmless("Müller\tund\nSöhne, ﷺ 👨\u200d👩") == "Müller\tund\nSöhne, ﷺ 👨\u200d👩"


def test_json_stays_json() -> None:
    text = json.dumps({"subject": HOSTILE}, ensure_ascii=False)
    assert json.loads(harmless(text)) == {"subject": HOSTILE}


def test_a_log_record_is_one_line_and_a_trace_is_set_in() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        record = LogLine("a", 20, "f", 1, "from %s", (error,), (type(error), error, error.__traceback__))
    first, *trace = logging.Formatter().format(record).split("\n")

    assert first.startswith("from Betreff\\u000d\\u000aERROR") and "\x1b" not in "".join(trace)
    assert trace and all(line.startswith("  ") for line in trace)


def test_every_log_of_the_house_is_made_of_such_records(capsys: pytest.CaptureFixture[str]) -> None:
    from casework.words.lines import keep_logs_to_lines

    before = logging.getLogRecordFactory()
    log, handler = logging.getLogger("amtsbote.test_lines"), logging.StreamHandler()
    log.addHandler(handler)
    try:
        keep_logs_to_lines()
        log.warning("subject %s", HOSTILE)
    finally:
        logging.setLogRecordFactory(before)
        log.removeHandler(handler)

    assert capsys.readouterr().err.count("\n") == 1


def test_reading_on_a_terminal_shows_one_line_per_thing() -> None:
    field = {"value": HOSTILE}
    document = {
        "kind": "invoice",
        "decided_by": "bytes",
        "automatic": True,
        "fields": {"number": field},
        "findings": [],
    }
    words = _words({"path": f"a{HOSTILE}.eml", "status": "read", "reason": "", "documents": [document]})

    assert len(words.split("\n")) == 3 and "\x1b" not in words and "\r" not in words
    assert len(table([(HOSTILE, 1)], heads=("name", "number")).split("\n")) == 2
