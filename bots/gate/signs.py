"""Recognise a request by method, URL and form fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from casework.configuration.masks import RequestSign, wildcard_matches

Fields = Mapping[str, Sequence[str]]

_NAME = re.compile(r"[\w.\-:$\[\]]{1,60}\Z")
_MOST_NAMES = 12
WRITING_EXEMPT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def is_writing(method: str) -> bool:
    """Whether a request of this method may change something by the rules of HTTP (RFC 9110, 9.2.1)."""
    return method.upper() not in WRITING_EXEMPT


def candidates(signs: Iterable[RequestSign], *, method: str, target: str) -> list[RequestSign]:
    """The signs whose method, path and query fit; whether the form fits is not yet known."""
    url = urlsplit(target)
    query = parse_qs(url.query, keep_blank_values=True)
    return [
        sign
        for sign in signs
        if sign.method == method.upper()
        and wildcard_matches(sign.path, url.path or "/")
        and fields_match(sign.query, query)
    ]


def fields_match(wanted: Mapping[str, str | None], given: Fields) -> bool:
    """Whether every wanted field stands among the given ones; `None` wants it absent."""
    return all(_field_matches(pattern, given.get(name)) for name, pattern in wanted.items())


def names_of(given: Fields) -> str:
    """`` (form: name, …)``: what looks like the name of a field, for a sentence; nothing when there is none."""
    names = [name for name in given if _NAME.match(name)]
    more = ["…"] if len(names) < len(given) or len(names) > _MOST_NAMES else []
    shown = ", ".join([*names[:_MOST_NAMES], *more])
    return f" (form: {shown})" if shown else ""


def _field_matches(pattern: str | None, values: Sequence[str] | None) -> bool:
    if pattern is None:
        return values is None
    return values is not None and any(wildcard_matches(pattern, value) for value in values)
