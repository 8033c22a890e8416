"""One Authentication-Results value, taken apart by the grammar of RFC 8601 section 2.2.

The value quotes what strangers wrote (envelope addresses, selectors), so it is never decoded and never guessed at:
whatever does not fit the grammar makes the whole value unreadable. No library: authres 1.2 (PyPI) is of 2019.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BLANKS = " \t\r\n"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ATOM = re.compile(r"[^ \t\r\n;()\"\\]*")
_SERVER = re.compile(r"[^ \t\r\n;()\"\\/=]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)


class ResultsUnreadable(ValueError):
    """The value does not follow the grammar: nothing in it may be believed."""


@dataclass(frozen=True)
class Result:
    """One method's result with its properties in order: (`header.from`, value)."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def only(self, name: str) -> str:
        """The value of a property that is given exactly once; else empty."""
        values = [value for key, value in self.properties if key == name]
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True)
class Results:
    """Who judged, and what."""

    server: str
    results: tuple[Result, ...] = field(default=())


def server_of(value: str) -> str:
    """The authserv-id in lower case, also of a value whose rest is unreadable; empty when there is none."""
    try:
        return _Cursor(value).server()
    except ResultsUnreadable:
        return ""


def parse_results(value: str) -> Results:
    """The whole value as it stands in the mail. Raises ResultsUnreadable."""
    cursor = _Cursor(value)
    server = cursor.server()
    found: list[Result] = []
    while cursor.take(";"):
        if cursor.ended():
            break
        result = cursor.result()
        if result is not None:
            found.append(result)
    if not cursor.ended():
        raise ResultsUnreadable
    return Results(server, tuple(found))


class _Cursor:
    """Walks through a value; blanks and comments between the words are stepped over."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._skip()

    def ended(self) -> bool:
        return self._at >= len(self._text)

    def take(self, sign: str) -> bool:
        """Step over a sign if it stands here."""
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        self._skip()
        return True

    def server(self) -> str:
        """The authserv-id, with the version that may follow it."""
        name = self._quoted() if self._here() == '"' else self._match(_SERVER)
        self._skip()
        if self._here().isdigit():
            self._match(_KEY)
            self._skip()
        if not self.ended() and self._here() != ";":
            raise ResultsUnreadable
        return name.lower()

    def result(self) -> Result | None:
        """`method=result` with its properties; None for the word `none` alone."""
        method = self._word()
        if self.take("/"):
            self._word()
        if not self.take("="):
            if method == "none":
                return None
            raise ResultsUnreadable
        result = self._word()
        properties: list[tuple[str, str]] = []
        while not self.ended() and self._here() != ";":
            key = self._word()
            if not self.take("="):
                raise ResultsUnreadable
            properties.append((key, self._value()))
        return Result(method, result, tuple(properties))

    def _value(self) -> str:
        """A quoted string, an atom, or an address whose local part is quoted."""
        found = self._quoted() if self._here() == '"' else ""
        if not found or self._here() == "@":
            found += self._match(_ATOM)
        if not self.ended() and self._here() not in f"{_BLANKS};(":
            raise ResultsUnreadable  # a quotation mark or a bracket in the middle of a word
        self._skip()
        return found.lower()

    def _word(self) -> str:
        found = self._match(_KEY).lower()
        self._skip()
        return found

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ResultsUnreadable
        self._at = match.end()
        return match.group()

    def _quoted(self) -> str:
        match = _QUOTED.match(self._text, self._at)
        if match is None:
            raise ResultsUnreadable
        self._at = match.end()
        return re.sub(r"\\(.)", r"\1", match[1], flags=re.S)

    def _here(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self) -> None:
        while not self.ended() and (self._here() in _BLANKS or self._here() == "("):
            if self._here() == "(":
                self._comment()
            else:
                self._at += 1

    def _comment(self) -> None:
        """Comments nest. One with a quotation mark is refused: a quoted address in it could hide where it ends."""
        depth = 0
        while not self.ended():
            sign = self._here()
            if sign == '"':
                raise ResultsUnreadable
            depth += {"(": 1, ")": -1}.get(sign, 0)
            self._at += 2 if sign == "\\" else 1
            if depth == 0:
                return
        raise ResultsUnreadable
