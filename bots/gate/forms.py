"""Read the fields of a form body without holding the files that travel in it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from email.message import Message
from urllib.parse import unquote_to_bytes

_LARGEST_FORM = 8 * 1024 * 1024
_LARGEST_FIELD = 64 * 1024


class UnreadableForm(ValueError):
    """The body is not a form that can be judged: encoded, damaged, too large or of an unknown type."""


def form_fields(content_type: str, content_encoding: str, body: Iterable[bytes]) -> dict[str, list[str]]:
    """Field names with their values from a urlencoded, multipart, JSON or text/plain body.

    Files in a multipart body appear by their file name. Raises `UnreadableForm` for anything else.
    """
    if content_encoding.strip().lower() not in ("", "identity"):
        raise UnreadableForm("the body is compressed")
    header = Message()
    header["content-type"] = content_type or "application/x-www-form-urlencoded"
    kind = header.get_content_type()
    if kind == "multipart/form-data":
        boundary = header.get_param("boundary")
        if not isinstance(boundary, str):
            raise UnreadableForm("the multipart body has no boundary")
        return _multipart(boundary.encode("latin-1"), body)
    data = _bounded(body)
    if kind in ("application/x-www-form-urlencoded", "text/plain"):
        return _urlencoded(data)
    if kind == "application/json" or kind.endswith("+json"):
        return _json(data)
    raise UnreadableForm(f"the body has the type {kind}")


def _bounded(body: Iterable[bytes]) -> bytes:
    data = bytearray()
    for part in body:
        data += part
        if len(data) > _LARGEST_FORM:
            raise UnreadableForm("the form is too large")
    return bytes(data)


def _urlencoded(data: bytes) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for pair in data.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if pair:
            fields.setdefault(_text(unquote_to_bytes(name)), []).append(_text(unquote_to_bytes(value)))
    return fields


def _text(data: bytes) -> str:
    """Forms carry no reliable charset: UTF-8 where it is valid, else what old systems use."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _json(data: bytes) -> dict[str, list[str]]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise UnreadableForm("the JSON is damaged") from error
    if not isinstance(value, dict):
        raise UnreadableForm("the JSON is no object")
    return {str(name): [item if isinstance(item, str) else json.dumps(item)] for name, item in value.items()}


def _multipart(boundary: bytes, body: Iterable[bytes]) -> dict[str, list[str]]:
    """Walk the parts; keeps at most the head and a field's start of each part in memory."""
    fields: dict[str, list[str]] = {}
    delimiter = b"\r\n--" + boundary
    pending, part, ended = b"\r\n", None, False
    for chunk in body:
        pending += chunk
        while (at := pending.find(delimiter)) >= 0:
            if part is not None:
                _keep(fields, part + pending[:at])
            pending = pending[at + len(delimiter) :]
            part = b""
            if pending.startswith(b"--"):
                ended = True
                break
        if ended:
            break
        if part is not None and len(pending) > len(delimiter) + 2:
            cut = len(pending) - len(delimiter) - 2
            part = (part + pending[:cut])[:_LARGEST_FIELD]
            pending = pending[cut:]
    if not ended and not pending.startswith(b"--"):
        raise UnreadableForm("the multipart body has no end")
    return fields


def _keep(fields: dict[str, list[str]], part: bytes) -> None:
    head, separator, content = part.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not separator:
        raise UnreadableForm("a part has no head")
    message = Message()
    for line in _text(head).split("\r\n"):
        label, _, rest = line.partition(":")
        if label.strip().lower() == "content-disposition":
            message["content-disposition"] = rest.strip()
    name = message.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise UnreadableForm("a part has no name")
    file_name = message.get_filename()
    value = file_name if file_name is not None else _text(content)
    fields.setdefault(name, []).append(value)
