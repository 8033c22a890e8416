"""RTF bodies of Outlook: unpacked (MS-OXRTFCP), and given back as the HTML or text they were made of (MS-OXRTFEX)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the dictionary of the packing holds before the first byte (MS-OXRTFCP 2.1.3.1.2)."""
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_SIGNS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—",
}  # fmt: skip
_ESCAPED = {"~": "\xa0", "_": "\u2011", "\n": "\n", "\r": "\n", "{": "{", "}": "}", "\\": "\\"}
_NO_TEXT = frozenset(
    {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "listtable", "themedata"}
)
_DEEPEST = 200


class RtfDamaged(Exception):
    """Packed RTF that is no such thing, or more than allowed."""


def unpack_rtf(packed: bytes, *, most: int) -> bytes:
    """The RTF of a PidTagRtfCompressed. Raises RtfDamaged."""
    if len(packed) < 16:
        raise RtfDamaged
    size, raw_size, kind, _ = struct.unpack_from("<IIII", packed)
    if raw_size > most:
        raise RtfDamaged
    if kind == 0x414C454D:  # MELA: stored
        return packed[16 : 16 + raw_size]
    if kind != 0x75465A4C:  # LZFu
        raise RtfDamaged
    return _inflate(packed[16 : size + 4], raw_size)


def _inflate(packed: bytes, size: int) -> bytes:
    """LZFu: a ring of 4096 bytes, eight tokens to a control byte."""
    ring = bytearray(_START.ljust(4096, b"\0"))
    place, out, at = len(_START), bytearray(), 0
    while at < len(packed) and len(out) < size:
        control, at = packed[at], at + 1
        for bit in range(8):
            step = 2 if control >> bit & 1 else 1
            token, at = packed[at : at + step], at + step
            if len(token) < step:
                break
            offset, length = (token[0] << 4 | token[1] >> 4, (token[1] & 15) + 2) if step == 2 else (0, 0)
            if step == 2 and offset == place % 4096:
                return bytes(out[:size])
            for number in range(length or 1):
                byte = ring[(offset + number) % 4096] if length else token[0]
                ring[place % 4096] = byte
                place += 1
                out.append(byte)
    return bytes(out[:size])


@dataclass(frozen=True)
class _State:
    """What a group inherits from the one around it."""

    skipped: bool = False
    html_tag: bool = False
    html_rtf: bool = False
    after_unicode: int = 1


@dataclass
class _Reader:
    """Goes through the tokens once; `out` is HTML, text or what a person would see of plain RTF."""

    charset: str = "cp1252"
    source: str = ""
    """`html` or `text` when the RTF only wraps one of them, else empty."""
    out: list[str] = field(default_factory=list)
    state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _left_out: int = 0
    _star: bool = False

    def read(self, rtf: str) -> str:
        for word, number, code, sign, brace, text in _tokens(rtf):
            if code is None:
                self._flush()
            if brace:
                self._group(brace)
            elif word:
                self._word(word, number)
            elif code is not None:
                self._byte(int(code, 16))
            elif sign:
                self._sign(sign)
            elif text:
                self._text(text)
        self._flush()
        return "".join(self.out)

    def _group(self, brace: str) -> None:
        self._left_out = 0
        if brace == "{":
            if len(self._stack) >= _DEEPEST:
                raise RtfDamaged
            self._stack.append(self.state)
        elif self._stack:
            self.state = self._stack.pop()

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._star = True
        else:
            self._text(_ESCAPED.get(sign, ""))

    def _word(self, word: str, number: str | None) -> None:
        star, self._star = self._star, False
        value = int(number) if number else None
        if word in {"fromhtml", "fromtext"}:
            self.source = word.removeprefix("from")
        elif word == "ansicpg" and value:
            self.charset = {65001: "utf-8", 10000: "mac_roman"}.get(value, f"cp{value}")
        elif word == "htmlrtf":
            self.state = replace(self.state, html_rtf=value != 0)
        elif word == "htmltag":
            self.state = replace(self.state, html_tag=True, skipped=False)
        elif word == "uc":
            self.state = replace(self.state, after_unicode=max(value or 0, 0))
        elif word == "u" and value is not None:
            self._unicode(value)
        elif star or word in _NO_TEXT:
            self.state = replace(self.state, skipped=True)
        else:
            self._text(_SIGNS.get(word, ""))

    def _unicode(self, value: int) -> None:
        self._text(chr(value % 65536))
        self._left_out = self.state.after_unicode

    def _byte(self, byte: int) -> None:
        if self._left_out:
            self._left_out -= 1
        elif self._is_shown():
            self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            try:
                self.out.append(self._bytes.decode(self.charset, "replace"))
            except LookupError:
                self.out.append(self._bytes.decode("cp1252", "replace"))
            self._bytes.clear()

    def _text(self, text: str) -> None:
        kept = text[self._left_out :]
        self._left_out = max(0, self._left_out - len(text))
        if self._is_shown():
            self.out.append(kept)

    def _is_shown(self) -> bool:
        return not self.state.skipped and not (self.state.html_rtf and self.source == "html")


def _tokens(rtf: str) -> Iterator[tuple[str | None, ...]]:
    for found in _TOKEN.finditer(rtf):
        yield found.groups()


def body_of_rtf(rtf: bytes) -> tuple[str, str]:
    """The media type (`text/html` or `text/plain`) and the text that a person sees. Raises RtfDamaged."""
    if not rtf.lstrip().startswith(b"{\\rtf"):
        raise RtfDamaged
    reader = _Reader()
    text = reader.read(rtf.decode("latin-1"))
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return ("text/html" if reader.source == "html" else "text/plain"), whole.replace("\0", "")
