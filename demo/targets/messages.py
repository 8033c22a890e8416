"""HTTP requests and responses as the target systems see them, with the character set of their age."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlsplit

from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

_NUMERIC = re.compile(r"&#(\d{2,7});")


@dataclass(frozen=True)
class Upload:
    """One uploaded file: its name as the browser sent it and its bytes."""

    name: str
    content: bytes


@dataclass
class Request:
    """One request, read completely; header names in lower case; `connection` and `index` (on it) count from 1."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    connection: int = 0
    index: int = 1
    form: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        charset: str,
        connection: int,
        index: int,
    ) -> Request:
        """Parse target and body; a form is decoded in the page's character set."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, encoding=charset, errors="replace"))
        request = cls(method, parts.path, query, headers, body, connection, index)
        content_type = headers.get("content-type") or ""
        if content_type.startswith("application/x-www-form-urlencoded"):
            pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, encoding=charset)
            request.form = {name: _unescape(value) for name, value in pairs}
        elif content_type.startswith("multipart/form-data"):
            _read_multipart(request, content_type, charset)
        return request

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies of the request."""
        jar: SimpleCookie = SimpleCookie()
        jar.load(self.headers.get("cookie") or "")
        return {name: morsel.value for name, morsel in jar.items()}


@dataclass
class Response:
    """One answer: text is sent in the system's character set, what that lacks as numeric references."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = "text/html"
    headers: list[tuple[str, str]] = field(default_factory=list)

    def content(self, charset: str) -> bytes:
        """The bytes to send."""
        return self.body if isinstance(self.body, bytes) else self.body.encode(charset, "xmlcharrefreplace")


def redirect(location: str, *, status: int = 302) -> Response:
    """An answer that sends the browser to `location`."""
    text = f'<html><head><title>Objekt verschoben</title></head><body><a href="{location}">hier</a></body></html>'
    return Response(text, status=status, headers=[("Location", location)])


def _unescape(value: str) -> str:
    # browsers post characters outside the page's character set as numeric references
    return _NUMERIC.sub(lambda match: html.unescape(match.group(0)), value)


def _read_multipart(request: Request, content_type: str, charset: str) -> None:
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        return
    decoder = MultipartDecoder(boundary.group(1).encode("ascii"))
    decoder.receive_data(request.body)
    part: Field | File | None = None
    data = b""
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        if isinstance(event, Field | File):
            part, data = event, b""
        elif isinstance(event, Data) and part is not None:
            data += event.data
            if not event.more_data:
                _keep_part(request, part, data, charset)


def _keep_part(request: Request, part: Field | File, data: bytes, charset: str) -> None:
    if isinstance(part, Field):
        request.form[part.name] = _unescape(data.decode(charset, "replace"))
    elif part.filename:
        request.uploads[part.name] = Upload(part.filename, data)
