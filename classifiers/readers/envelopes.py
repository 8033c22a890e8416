"""What the envelope of a file drop says of sender, subject and time: FIT-Connect metadata, XJustiz (beBPo exports).

Nothing here is believed: an envelope fills what the console shows and promises digests that the files have to keep.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any

from lxml import etree

from casework.words.reading import Fate, MessageHead
from classifiers.readers.headers import clean_text, decode_bytes
from classifiers.readers.markup import XmlRefused, parse_xml
from classifiers.readers.parts import Piece, Role

LARGEST_ENVELOPE = 5 * 1024 * 1024
LONGEST_BODY = 20_000
"""Characters of a submission's data that are shown as the letter's text."""
MOST_LINES, DEEPEST_DATA = 5_000, 20
ALTERED, MISSING = "attachment_altered", "attachment_missing"
WARNINGS = "envelope_warnings"
"""Note on the root: reason codes that keep every document of the message from passing alone."""
_XJUSTIZ = "xjustiz_nachricht.xml"
_CARDS = re.compile(r"visitenkarte|herkunftsnachweis|^vhn|coco|sender_?info|nachrichteninfo|pruefprotokoll", re.I)
"""Files that EGVP and OSCI clients put beside a message: business cards of the sender, proofs of origin, protocols."""
_BY_THE_SERVICE = frozenset({"form", "report"})
"""Purposes of attachments that the online service made itself; all others a citizen chose."""
_SENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")


def head_of_drop(pieces: list[Piece], name: str) -> MessageHead:
    """The head of a message that is no mail: what its envelope says, else its file name as subject.

    Marks envelope files as used, and parts whose digest is not the promised one. Never raises for bad bytes.
    """
    root = pieces[0]
    beside = [piece for piece in pieces if piece.parent == root.id and piece.fate is not Fate.REFUSED]
    readers: dict[str, Callable[[Piece, list[Piece], Piece], MessageHead | None]] = {
        "metadata.json": _fit_connect,
        _XJUSTIZ: _xjustiz,
    }
    for piece in _envelopes(beside, readers.keys(), root) if root.type == "application/zip" else []:
        head = readers[_base(piece)](piece, beside, root) if len(piece.data) <= LARGEST_ENVELOPE else None
        if head is not None:
            piece.use("envelope")
            return head.model_copy(update={"subject": head.subject or name})
    return MessageHead(subject=name)


def _envelopes(beside: list[Piece], names: Collection[str], root: Piece) -> list[Piece]:
    """The one file of each such name that lies in the fewest folders.

    A citizen may call his attachment so: it lies below. Where two lie side by side, neither is believed.
    """
    found: list[Piece] = []
    for name in names:
        called = [piece for piece in beside if _base(piece) == name]
        highest = min((int(piece.notes.get("folders", "0")) for piece in called), default=0)
        highest_ones = [piece for piece in called if int(piece.notes.get("folders", "0")) == highest]
        if len(highest_ones) > 1:
            _warn(root, ALTERED)
        else:
            found += highest_ones
    return found


def _warn(root: Piece, code: str) -> None:
    said = root.notes.get(WARNINGS, "").split()
    if code not in said:
        root.notes[WARNINGS] = " ".join([*said, code])


def _line(value: object, longest: int = 300) -> str:
    """A value as one line of text; '' for what is no text or number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return re.sub(r"\s+", " ", clean_text(str(value))).strip()[:longest]


# FIT-Connect -------------------------------------------------------------------


def _fit_connect(envelope: Piece, beside: list[Piece], root: Piece) -> MessageHead | None:
    """Metadata of a submission (schema fit-connect/metadata 1.x); None when it is another file of that name."""
    metadata = _json(envelope)
    structure = _inside(metadata, "contentStructure")
    if not isinstance(structure, dict):
        return None
    data = _inside(structure, "data")
    promised = [item for item in _list(structure.get("attachments")) if isinstance(item, dict)]
    named = {**{_name(item): item for item in promised}}
    found = _data_piece(beside, data)
    if isinstance(data, dict):
        _compare(found, data, root)
    for item in promised:
        attached = _attached(beside, item)
        _compare(attached, item, root)
        if attached is not None and _line(item.get("purpose")).lower() in _BY_THE_SERVICE:
            attached.notes["by_service"] = "yes"
    for piece in beside:
        if "by_service" not in piece.notes and piece is not found:
            piece.notes["upload"] = "yes"
    for piece in beside:
        if piece is not found and piece is not envelope and piece.name and _base(piece) not in named:
            _keep_card(piece)
    if found is not None:
        found.keep("submission_data")
        if found.notes.get("altered"):
            found.keep(ALTERED)
    return _fit_head(metadata, _json(found) if found is not None else None)


def _fit_head(metadata: Any, data: Any) -> MessageHead:
    service = _line(_inside(metadata, "publicServiceType", "name"))
    identifier = _line(_inside(metadata, "publicServiceType", "identifier"))
    reference = _line(_inside(metadata, "additionalReferenceInfo", "senderReference"))
    said = _line(_inside(metadata, "additionalReferenceInfo", "applicationDate"))
    return MessageHead(
        sender=_line(_inside(metadata, "replyChannel", "eMail", "address"), 320).lower(),
        subject=" – ".join(part for part in (service or identifier, reference) if part),
        message_id=_line(_inside(metadata, "additionalReferenceInfo", "caseId")) or reference,
        sent_at=said if _SENT.fullmatch(said) else "",
        body="\n".join(islice(_lines_of(data), MOST_LINES))[:LONGEST_BODY],
    )


def _data_piece(beside: list[Piece], data: Any) -> Piece | None:
    """The file of the submission's data: by its promised digest, else by its usual names."""
    promised = _digest(data)
    by_name = [
        piece for piece in beside if re.fullmatch(r"(?:data|submission_?data|fachdaten)\.(?:json|xml)", _base(piece))
    ]
    by_digest = [piece for piece in beside if promised and _sha512(piece) == promised]
    return next(iter([*by_digest, *by_name]), None)


def _attached(beside: list[Piece], item: dict[str, Any]) -> Piece | None:
    """The file an entry speaks of: by file name, by its id, else by its digest under whatever name."""
    name, number, promised = _name(item), _line(item.get("attachmentId")).lower(), _digest(item)
    for piece in beside:
        base = _base(piece)
        if (name and base == name) or (number and base.split(".", 1)[0] == number):
            return piece
    return next((piece for piece in beside if promised and _sha512(piece) == promised), None)


def _compare(piece: Piece | None, item: dict[str, Any], root: Piece) -> None:
    """Does a file keep the digest that the envelope promises?"""
    if piece is None:
        _warn(root, MISSING)
        return
    promised = _digest(item)
    if promised and _sha512(piece) != promised:
        piece.notes["altered"] = "yes"
        if piece.fate is not Fate.REFUSED:
            piece.keep(ALTERED)
        _warn(root, ALTERED)


def _digest(item: Any) -> str:
    """The promised SHA-512 as hexadecimal digits; '' when none, or another algorithm, is named."""
    given = _inside(item, "hash")
    if not isinstance(given, dict) or _line(given.get("type")).lower().replace("-", "") != "sha512":
        return ""
    return _line(given.get("content")).lower()


def _sha512(piece: Piece) -> str:
    if "sha512" not in piece.notes:
        piece.notes["sha512"] = hashlib.sha512(piece.data).hexdigest()
    return piece.notes["sha512"]


def _lines_of(data: Any, path: str = "", left: int = DEEPEST_DATA) -> Iterator[str]:
    """The data of a form as lines `path: value`, for people and for the search of nearly the same letters."""
    if isinstance(data, dict) and left:
        for key, value in data.items():
            yield from _lines_of(value, f"{path}{'.' if path else ''}{_line(key, 80)}", left - 1)
    elif isinstance(data, list) and left:
        for value in data:
            yield from _lines_of(value, path, left - 1)
    elif isinstance(data, bool):
        yield f"{path}: {'ja' if data else 'nein'}"
    elif _line(data):
        yield f"{path}: {_line(data, 2000)}"


def _json(piece: Piece) -> Any:
    """A JSON file; None for what is none, or is nested beyond reason."""
    try:
        return json.loads(decode_bytes(piece.data, "utf-8"))
    except (ValueError, RecursionError):
        return None


def _inside(thing: Any, *path: str) -> Any:
    for step in path:
        thing = thing.get(step) if isinstance(thing, dict) else None
    return thing


def _list(thing: Any) -> list[Any]:
    return thing if isinstance(thing, list) else []


def _name(item: dict[str, Any]) -> str:
    return _line(item.get("filename")).replace("\\", "/").rsplit("/", 1)[-1].lower()


def _base(piece: Piece) -> str:
    return (piece.name or "").rsplit("/", 1)[-1].lower()


# XJustiz -----------------------------------------------------------------------


def _xjustiz(envelope: Piece, beside: list[Piece], root: Piece) -> MessageHead | None:
    """The head of an XJustiz message (2.x and 3.x); None when it is other XML."""
    try:
        message = parse_xml(envelope.data)
    except XmlRefused:
        return None
    head = next((child for child in message if _local(child) == "nachrichtenkopf"), None)
    if head is None:
        return None
    there = {_base(piece) for piece in beside}
    for name in _texts(message, "dateiname"):
        if name.replace("\\", "/").rsplit("/", 1)[-1].lower() not in there:
            _warn(root, MISSING)
    for piece in beside:
        if piece is not envelope:
            _keep_card(piece)
    return _xjustiz_head(message, head)


def _xjustiz_head(message: etree._Element, head: etree._Element) -> MessageHead:
    theirs, ours = (next(_texts(head, f"aktenzeichen.{who}"), "") for who in ("absender", "empfaenger"))
    subject = next(_texts(message, "betreff"), "") or _kind_of_message(message)
    references = [f"Az. {theirs}" if theirs else "", f"unser Az. {ours}" if ours and ours != theirs else ""]
    said = next(_texts(head, "erstellungszeitpunkt"), "")
    return MessageHead(
        sender_name=_party(head, "absender"),
        recipient=_party(head, "empfaenger"),
        subject=", ".join(part for part in (subject, *references) if part),
        message_id=next(_texts(head, "eigeneNachrichtenID"), ""),
        sent_at=said if _SENT.fullmatch(said) else "",
    )


def _party(head: etree._Element, who: str) -> str:
    """Sender or recipient: a name, or the code of a court as it stands there."""
    for element in head.iter():
        if _local(element) in {f"auswahl_{who}", who}:
            words = [_line(text) for text in element.itertext()]
            return " ".join(word for word in words if word)[:300]
    return ""


def _kind_of_message(message: etree._Element) -> str:
    """`nachricht.gds.uebermittlungSchriftgutobjekte.0005005` in words a person can tell apart."""
    words = _local(message).split(".")
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word) for word in words[2:] if not word.isdigit())[:200]


def _texts(below: etree._Element, name: str) -> Iterator[str]:
    for element in below.iter():
        text = _line(element.text) if _local(element) == name else ""
        if text:
            yield text


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _keep_card(piece: Piece) -> None:
    """Business cards and protocols of the transport are no letters."""
    readable = piece.type in {"application/xml", "text/html", "text/plain"}
    if readable and piece.role is Role.ATTACHMENT and _CARDS.search(_base(piece)):
        piece.use("envelope")
