"""What in a file could act or deceive: programs, macros, files of two natures, markup made to be slow, PDF that acts.

Nothing here is ever run or opened further. A hazard refuses the part; only a PDF that acts is read all the same,
because nobody here lets it act, and passes no further without a clerk.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from classifiers.readers.archives import ends_as_archive
from classifiers.readers.content import IMAGES
from classifiers.readers.macros import ODD_STREAMS, macros_in_archive, macros_in_storage
from classifiers.readers.pdf_actions import acts, is_objects_bomb

FLAGS = frozenset({"active_pdf"})
"""Hazards that do not refuse a part."""
HAZARDS = frozenset({"malware", "program", "macros", "two_natures", *FLAGS})
"""With one of these anywhere in a message no document of it passes alone."""
DEEPEST_MARKUP = 250
"""Open tags inside each other: beyond that the parser of HTML leaves text out without a word."""
MOST_MARKS = 100_000
MOST_ATTRIBUTES = 5_000
"""Entities in one stretch of text, attributes in one tag: HTML is cleaned in time that grows with their square."""

LARGEST_HEAD = 1024 * 1024
MOST_BOUNDARIES = 20_000

_PROGRAMS: tuple[tuple[int, bytes], ...] = (
    (0, b"MZ"), (0, b"\x7fELF"), (0, b"\xfe\xed\xfa\xce"), (0, b"\xfe\xed\xfa\xcf"), (0, b"\xce\xfa\xed\xfe"),
    (0, b"\xcf\xfa\xed\xfe"), (0, b"\xca\xfe\xba\xbe"), (0, b"dex\n03"), (0, b"L\x00\x00\x00\x01\x14\x02\x00"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"), (0, b"ITSF"), (0, b"MSCF"), (0, b"conectix"), (0, b"vhdxfile"),
    (-512, b"conectix"), (0x8001, b"CD001"), (0x8801, b"CD001"), (0x9001, b"CD001"),
)  # fmt: skip
"""ELF, Windows, macOS, Java and Android programs, shortcuts, OneNote, CHM, cabinets, and images of whole disks."""
_SCRIPT_NAMES = re.compile(
    r"\.(?:js|jse|vbs|vbe|vb|wsf|wsh|wsc|sct|hta|bat|cmd|ps1|psm1|scr|pif|com|exe|dll|msi|lnk|url|reg|inf|jar|apk|sh|py"
    r"|iso|img|vhd|vhdx|one|chm|cpl|scf|search-ms|library-ms|settingcontent-ms|appinstaller|xll)[\s.]*$",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:#!|@echo off\b|<hta:|<job[^>]{0,200}>\s*<script|<scriptlet\b|<\?php"
    rb"|\[InternetShortcut\])"
    rb"|<hta:application\b|\bWScript\.(?:Shell|CreateObject)\b|\bCreateObject\s?\(\s?\"(?:WScript|Shell|Scripting)\."
    rb"|\bnew\s+ActiveXObject\s?\(",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"<(?:html|script|!doctype html|\?php)\b", re.IGNORECASE)
_BINARY = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\xff]|PK|GIF8")
"""What is no word of a printer or mailer before a PDF (`@PJL`, a byte order mark, a line of a log)."""
_TAG = re.compile(rb"<(/?)([a-z][a-z0-9]{0,20})", re.IGNORECASE)
_NOT_NESTED = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th tbody thead tfoot"
    b" html head body font".split()
)


_FORMATTING = frozenset(b"a b big code em i nobr s small strike strong tt u".split())
"""Elements whose end tag leaves others open."""
_WALLS = frozenset(b"applet button marquee math object select svg table template".split())
"""Elements that no end tag of what is around them reaches through."""


def hazard(data: bytes, media_type: str, name: str | None) -> str:
    """The reason code of the first hazard in a part, empty when there is none. Never raises for bad bytes."""
    if media_type == "message/rfc822":
        return _mail(data)  # its parts are looked at one by one
    if _is_program(data, media_type, name or ""):
        return "program"
    if _has_two_natures(data, media_type):
        return "two_natures"
    return _BY_TYPE.get(media_type, _nothing)(data)


def _mail(data: bytes) -> str:
    """A head or a number of parts that nobody writes; each part costs a kilobyte before it is counted."""
    end = re.search(rb"\n\r?\n", data[: LARGEST_HEAD + 1])
    if end is None and len(data) > LARGEST_HEAD:
        return "too_large"
    return "too_many_parts" if data.count(b"\n--") > MOST_BOUNDARIES else ""


def _nothing(data: bytes) -> str:
    return ""


def _is_program(data: bytes, media_type: str, name: str) -> bool:
    if media_type == "application/pdf":
        return data[:2] == b"MZ"
    if any(_stands(data, place, sign) for place, sign in _PROGRAMS) or _SCRIPT_NAMES.search(name):
        return True
    textual = media_type.startswith("text/") or media_type == "application/xml"
    # a letter may quote a line of a script; a file that is one says so soon
    return textual and media_type != "text/calendar" and _SCRIPT.search(_plain(data[:4096])) is not None


def _stands(data: bytes, place: int, sign: bytes) -> bool:
    begin = place if place >= 0 else max(len(data) + place, 0)
    return data[begin : begin + len(sign)] == sign


def _plain(head: bytes) -> bytes:
    """UTF-16 looks like bytes with NUL between; signs are sought without."""
    return head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")


def _has_two_natures(data: bytes, media_type: str) -> bool:
    if media_type == "application/pdf":
        before = data[:1024].partition(b"%PDF-")[0].removeprefix(b"\xef\xbb\xbf")
        if _BINARY.search(before) or _SCRIPT.search(before) or _MARKUP.search(data[:1024]):
            return True
        return ends_as_archive(data) or b"PK\x05\x06" in data[data.rfind(b"%%EOF") :]
    return media_type in IMAGES and ends_as_archive(data)


def _pdf(data: bytes) -> str:
    return "too_large" if is_objects_bomb(data) else "active_pdf" if acts(data) else ""


def _rich_text(data: bytes) -> str:
    return "macros" if any(sign in data for sign in ODD_STREAMS) else ""


def _html(data: bytes) -> str:
    """Too deep, or with so many marks in one place that cleaning it would take minutes."""
    plain = _plain(data)
    return "too_deep" if _is_deep(plain) else "too_large" if _is_crowded(plain) else ""


def _is_deep(plain: bytes) -> bool:
    opened: list[bytes] = []
    for found in _TAG.finditer(plain):
        name = found[2].lower()
        if name in _NOT_NESTED:
            continue
        if found[1]:
            _close(opened, name)
        else:
            opened.append(name)
            if len(opened) > DEEPEST_MARKUP:
                return True
    return False


def _close(opened: list[bytes], name: bytes) -> None:
    """An end tag ends what is open in it, too; one of nothing that is open ends nothing (HTML, 13.2.6.4.7)."""
    for place in range(len(opened) - 1, -1, -1):
        if opened[place] == name:
            del opened[place : place + 1 if name in _FORMATTING else None]
            return
        if opened[place] in _WALLS:
            return


def _is_crowded(plain: bytes) -> bool:
    return any(_crowds(stretch) for stretch in plain.split(b"<") if len(stretch) > MOST_ATTRIBUTES)


def _crowds(stretch: bytes) -> bool:
    """A tag and the text up to the next one."""
    tag, _, text = stretch.partition(b">")
    return text.count(b"&") + text.count(b"\xa0") > MOST_MARKS or tag.count(b"=") > MOST_ATTRIBUTES


_BY_TYPE: dict[str, Callable[[bytes], str]] = {
    "application/pdf": _pdf,
    "application/x-ole-storage": macros_in_storage,
    "application/zip": macros_in_archive,
    "application/vnd.openxmlformats": macros_in_archive,
    "text/rtf": _rich_text,
    "text/html": _html,
}
