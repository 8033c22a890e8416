"""The child process that opens foreign bytes: `python -m classifiers.readers.child FOLDER LIMITS`.

It reads requests from standard input and answers on standard output until the pipe closes. It has no environment but
its encoding, no other descriptors, one private empty folder, and lays down its protections before the first request.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from classifiers.readers.frames import FrameBroken, read_frame, write_frame
from classifiers.readers.limits import Limits
from classifiers.readers.protections import lay_down


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    folder, limits = Path(sys.argv[1]), Limits.model_validate(json.loads(sys.argv[2]))
    os.chdir(folder)
    answers = os.dup(1)
    # a library that prints must not write into the frames
    os.dup2(2, 1)
    _take_title()
    held = lay_down(folder, limits)
    write_frame(answers, {"protections": held, "largest": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss})
    _serve(answers, limits, held)


def _take_title() -> None:
    import setproctitle

    setproctitle.setproctitle("amtsbote: reader")


def _serve(answers: int, limits: Limits, held: dict[str, bool]) -> None:
    while True:
        try:
            head, body = read_frame(0)
        except FrameBroken:
            return
        try:
            answer, data = _answer(head, body, limits, held)
        except MemoryError:
            answer, data = {"failed": "too_large"}, b""
        except Exception as error:  # the parent names the file; here only the kind and place may leave
            answer, data = {"failed": "reader_crashed", "error": _place(error)}, b""
        write_frame(answers, answer, data)


def _answer(head: dict[str, Any], body: bytes, limits: Limits, held: dict[str, bool]) -> tuple[dict[str, Any], bytes]:
    if head["verb"] == "protections":
        return {"protections": held}, b""
    from classifiers import desk

    return desk.answer(head, body, limits)


def _place(error: Exception) -> str:
    """Class and line of an error, without its message: messages quote what was read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


if __name__ == "__main__":
    main()
