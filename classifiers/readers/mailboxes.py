"""Files that hold several mails one after the other (mbox, RFC 4155)."""

from __future__ import annotations

import re

MBOX_TYPE = "application/mbox"
_BEGIN = re.compile(rb"(?:\A|\r?\n\r?\n)(?=From [^\r\n]*[0-9]{2}:[0-9]{2}[^\r\n]*[0-9]{4}[^\r\n]*\r?\n[!-9;-~]+:)")
_QUOTED = re.compile(rb"^>(>*From )", re.M)


def is_mbox(data: bytes) -> bool:
    """Do two mails or more stand in this file? One alone with its envelope line is a mail."""
    return data.startswith(b"From ") and len(_BEGIN.findall(data)) > 1


def mails_of(data: bytes) -> list[bytes]:
    """The mails, without their envelope lines and the quoting of lines that begin with `From`."""
    starts = [found.end() for found in _BEGIN.finditer(data)]
    pieces = [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]
    return [_QUOTED.sub(rb"\1", piece.partition(b"\n")[2]) for piece in pieces]
