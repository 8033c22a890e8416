"""Cut what an IMAP server sends into lines and literals.

imaplib2 cuts a literal into lines too and joins them again: 680 pieces for a letter of 50 kB. Here a literal goes on in
the pieces it came in, and what is left of a long one may be read past the splitter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_LITERAL = 256 * 1024 * 1024
"""A server that announces more is not worked: what is larger is asked for in pieces."""
LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


class ResponseSplitter:
    """Feed it bytes as they come; it gives lines (with CRLF) and, after a line that ends with {n}, n raw bytes."""

    def __init__(self) -> None:
        self._line = b""
        self.literal_left = 0
        self._continuing = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The finished lines and literal pieces; the unfinished line is kept for the next call."""
        start = 0
        while start < len(data):
            if self.literal_left:
                piece = data[start : start + self.literal_left]
                self.literal_left -= len(piece)
                start += len(piece)
                yield piece
                continue
            end = data.find(b"\n", start) + 1
            if not end:
                self._line += data[start:]
                return
            line, self._line = self._line + data[start:end], b""
            start = end
            self._note_literal(line)
            yield line

    def pass_by(self, size: int) -> None:
        """So many bytes of the literal under way were read by somebody else."""
        self.literal_left -= size

    def _note_literal(self, line: bytes) -> None:
        """Only an untagged answer, or what follows a literal in it, can announce a literal."""
        found = LITERAL.search(line) if self._continuing or line.startswith(b"* ") else None
        self._continuing = found is not None
        if found and int(found.group(1)) > LONGEST_LITERAL:
            raise ValueError("the server announces more than anybody asked for")
        self.literal_left = int(found.group(1)) if found else 0
