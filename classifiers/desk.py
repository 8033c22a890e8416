"""The desk in the child: one verb per request, the last file kept unpacked (read, then its pages, then its parts)."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from casework.words.reading import ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits, Showing
from classifiers.readers.parts import Unpacked
from classifiers.readers.sender import wanted_keys
from classifiers.readers.smime import MailKey
from classifiers.readers.unpack import unpack
from classifiers.views import page_views, readable_view

Answer = tuple[dict[str, Any], bytes]


def answer(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    """Answer one request of the pool (`read`, `text`, `pages`, `part_bytes`, `readable`)."""
    verbs = {"read": _read, "text": _text, "pages": _pages, "part_bytes": _part_bytes, "readable": _readable}
    return verbs[head["verb"]](head, body, limits)


def _read(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    context = ReadingContext.model_validate(head["context"])
    keys = head.get("keys")
    wanted = wanted_keys(body, context, keys) if keys is not None else ()
    if wanted:  # before the expensive part, so that nothing is read twice
        return {"wanted": list(wanted)}, b""
    reading = Reading(body, head["name"], context, limits, head.get("guessed", {}), keys, _mail_keys(head))
    result = reading.read()
    return {"reading": json.loads(result.model_dump_json()), "texts": reading.texts}, b""


def _text(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    # what a model learns from needs no recognised scan, and a thousand letters no hour
    without_ocr = limits.model_copy(update={"ocr_pages": 0})
    return {"text": Reading(body, head["name"], ReadingContext(), without_ocr, {}).text()}, b""


def _pages(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    piece = _unpacked(body, head, limits).piece(head["part"])
    left = Showing.model_validate(head["left"])
    views = page_views(piece, limits, left) if piece is not None else []
    described = [{"bytes": len(view.png), "view": json.loads(view.model_dump_json(exclude={"png"}))} for view in views]
    return {"pages": described}, b"".join(view.png for view in views)


def _part_bytes(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    piece = _unpacked(body, head, limits).piece(head["part"])
    return {"found": piece is not None}, piece.data if piece is not None else b""


def _readable(head: dict[str, Any], body: bytes, limits: Limits) -> Answer:
    piece = _unpacked(body, head, limits).piece(head["part"])
    return {"html": readable_view(piece) if piece is not None else ""}, b""


_bytes_by_digest: dict[str, bytes] = {}


def _mail_keys(head: dict[str, Any]) -> tuple[MailKey, ...]:
    return tuple(MailKey(*pair) for pair in head.get("mail_keys", ()))


def _unpacked(raw: bytes, head: dict[str, Any], limits: Limits) -> Unpacked:
    digest = hashlib.sha256(raw).hexdigest()
    _bytes_by_digest.clear()
    _bytes_by_digest[digest] = raw
    return _unpack_once(digest, head["name"], limits, _mail_keys(head))


@lru_cache(maxsize=1)
def _unpack_once(digest: str, name: str, limits: Limits, mail_keys: tuple[MailKey, ...]) -> Unpacked:
    return unpack(_bytes_by_digest[digest], name, limits=limits, mail_keys=mail_keys)
