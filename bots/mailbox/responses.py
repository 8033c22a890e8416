"""Read what an IMAP server answers: FETCH data, COPYUID, UID sets, folder names (RFC 3501, 4315, 7162)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")
QUOTA = re.compile(rb"[( ]([A-Za-z-]+) (\d+) (\d+)(?=[ )])")
INTERNALDATE = re.compile(
    rb'INTERNALDATE "([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"'
)  # fmt: skip
MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
BODY = re.compile(rb'BODY\[\](?:<\d+>)? (?:\{\d+\}|"((?:[^"\\]|\\.)*)"|(NIL))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One FETCH answer: only what was asked for is set."""

    uid: int
    size: int | None = None
    received: datetime | None = None
    flags: frozenset[str] = frozenset()
    body: bytes | None = None


def read_fetches(data: Sequence[Any]) -> Iterator[Fetched]:
    """The answers to one UID FETCH, in the server's order; answers without UID (news of others) are left out.

    imaplib2 gives `data` as bytes, or as pairs of (text before a literal, literal) followed by the closing text.
    """
    envelope, body = b"", None
    for item in data:
        if isinstance(item, tuple):
            envelope, body = envelope + item[0], item[1]
            continue
        if isinstance(item, bytes):
            envelope += b" " + item
        fetched = _read_fetch(envelope, body)
        if fetched is not None:
            yield fetched
        envelope, body = b"", None


def read_uids(data: Sequence[Any]) -> list[int]:
    """The UIDs of a SEARCH answer, ascending."""
    return sorted({int(word) for line in data if isinstance(line, bytes) for word in line.split() if word.isdigit()})


@dataclass(frozen=True, slots=True)
class Quota:
    """One bound of a mailbox (RFC 9208): STORAGE in units of 1024 bytes, MESSAGE in messages."""

    resource: str
    used: int
    limit: int


def read_quotas(lines: Iterable[Any]) -> Iterator[Quota]:
    """The bounds in QUOTA answers such as `"User quota" (STORAGE 10 512 MESSAGE 2 100)`."""
    for line in lines:
        for found in QUOTA.finditer(line if isinstance(line, bytes) else b""):
            yield Quota(found.group(1).decode("ascii").upper(), int(found.group(2)), int(found.group(3)))


def read_number(data: Sequence[Any]) -> int:
    """The last number the server told; 0 when it told none."""
    numbers = [int(item) for item in data if isinstance(item, bytes) and item.strip().isdigit()]
    return numbers[-1] if numbers else 0


def read_copyuid(data: Sequence[Any]) -> tuple[int, dict[int, int]] | None:
    """UIDVALIDITY of the target folder and old UID → new UID from COPYUID answers; None without a usable one."""
    pairs: dict[int, int] = {}
    validity = 0
    for line in data:
        words = line.split() if isinstance(line, bytes) else []
        if len(words) != 3 or not words[0].isdigit():
            continue
        old, new = list(expand_uids(words[1].decode("ascii"))), list(expand_uids(words[2].decode("ascii")))
        if len(old) == len(new):
            validity = int(words[0])
            pairs.update(zip(old, new, strict=True))
    return (validity, pairs) if pairs else None


def compress_uids(uids: Iterable[int]) -> str:
    """The shortest UID set, `1:3,7`."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def expand_uids(text: str) -> Iterator[int]:
    """The UIDs of a set in its own order."""
    for part in text.split(","):
        first, _, last = part.partition(":")
        low, high = int(first), int(last or first)
        yield from range(low, high + 1) if low <= high else range(low, high - 1, -1)


def encode_folder(name: str) -> str:
    """A folder name for the wire: modified UTF-7 (RFC 3501 §5.1.3), quoted. ValueError for control characters."""
    if any(ord(character) < 32 or ord(character) == 127 for character in name) or not name:
        raise ValueError("a folder name is not empty and has no control characters")
    encoded = "".join(_encode_run(run) for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", name))
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encode_run(run: str) -> str:
    if run[0] <= "\x7e":
        return run.replace("&", "&-")
    packed = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{packed}-"


def _read_fetch(envelope: bytes, body: bytes | None) -> Fetched | None:
    uid = UID.search(envelope)
    if uid is None:
        return None
    size, flags = SIZE.search(envelope), FLAGS.search(envelope)
    if body is None:
        body = _read_short_body(envelope)
    return Fetched(
        uid=int(uid.group(1)),
        size=int(size.group(1)) if size else None,
        received=_read_date(envelope),
        flags=frozenset(flags.group(1).decode("ascii", "replace").split()) if flags else frozenset(),
        body=body,
    )


def _read_short_body(envelope: bytes) -> bytes | None:
    """A server may send a short body as quoted string, and an empty slice as NIL."""
    found = BODY.search(envelope)
    if found is None or (found.group(1) is None and found.group(2) is None):
        return None
    return re.sub(rb"\\(.)", rb"\1", found.group(1) or b"")


def _read_date(envelope: bytes) -> datetime | None:
    found = INTERNALDATE.search(envelope)
    if found is None or found.group(2).lower() not in MONTHS:
        return None
    day, year, hour, minute, second = (int(found.group(index)) for index in (1, 3, 4, 5, 6))
    offset = timedelta(hours=int(found.group(8)), minutes=int(found.group(9)))
    zone = timezone(offset if found.group(7) == b"+" else -offset)
    try:
        return datetime(year, MONTHS.index(found.group(2).lower()) + 1, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC) if year < 1 else None
