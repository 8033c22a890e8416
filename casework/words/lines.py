"""Foreign words on a terminal and in a log: no line is forged, no terminal is commanded."""

from __future__ import annotations

import logging
import re
from typing import Any

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls, line ends that are none of ours, marks of direction; not the tab and the line feed."""


def harmless(text: str) -> str:
    """The text with every command to a terminal written out (`\\u001b`), as JSON would; its lines stay lines."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """The same, and line feeds written out too."""
    return harmless(text).replace("\n", "\\u000a")


class LogLine(logging.LogRecord):
    """A log record that is one line, whatever it quotes; a trace below it is set in."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.exc_info and self.exc_info[0] is not None:
            trace = harmless(logging.Formatter().formatException(self.exc_info))
            self.exc_text = "\n".join(f"  {line}" for line in trace.split("\n"))

    def getMessage(self) -> str:  # noqa: N802 # the name is the library's
        return one_line(super().getMessage())


def keep_logs_to_lines() -> None:
    """From now on every log record of this process is one."""
    logging.setLogRecordFactory(LogLine)
