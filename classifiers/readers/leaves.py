"""The leaves of a mail: every body, attachment and stretch of text between them, with what the wrapper says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from email.policy import compat32

from classifiers.readers.headers import decode_bytes, file_name, header, raw_header
from classifiers.readers.parts import Role
from classifiers.readers.transfer import decode_part

AS_IT_CAME = compat32.clone(max_line_length=0, mangle_from_=False)
"""Writes a nested mail without folding its headers anew."""
SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_BOILERPLATE = re.compile(
    r"\s*(?:$|this is an? (?:cryptographically signed |s/mime |openpgp/mime )?(?:multi-?part|mime|message|signed|encr)|"
    r".*mime[- ](?:format|encapsulated|compliant|message)|--\s*$|dies ist eine mehrteilige|"
    r"if you (?:can )?(?:see|read)(?:ing)? this|.*mail (?:reader|client) (?:does|might|may) not)",
    re.I,
)
"""Lines that mailers put before the first part for programs that know no parts."""


@dataclass(frozen=True)
class Leaf:
    """A part that has bytes of its own. `group` numbers the multipart/alternative it belongs to (0: none)."""

    data: bytes
    name: str | None
    declared: str
    charset: str
    role: Role
    group: int
    damaged: bool
    report: bool
    reason: str = ""
    """A reason code when the wrapper alone decides: such a leaf is kept and not opened."""
    boundary: str = ""
    """Of the multipart/signed that a signature belongs to."""


@dataclass(frozen=True)
class _Place:
    """Where in the tree of multiparts we stand."""

    left: int
    group: int = 0
    related: bool = False
    report: bool = False


def leaves(message: Message, *, deepest: int) -> Iterator[Leaf]:
    """All leaves in order. Raises RecursionError when multiparts are nested deeper than `deepest`."""
    yield from _leaves(message, _Place(deepest), [0])


def _leaves(part: Message, place: _Place, counter: list[int]) -> Iterator[Leaf]:
    if place.left <= 0:
        raise RecursionError
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind.startswith("multipart/") and isinstance(payload, list):
        yield from _multipart(part, kind, _inside(kind, place, counter), counter)
    elif kind.startswith("message/") and isinstance(payload, list):
        yield _enclosed(part, kind, place)
    else:
        yield from _single(part, kind, place)


def _inside(kind: str, place: _Place, counter: list[int]) -> _Place:
    counter[0] += kind == "multipart/alternative"
    return _Place(
        left=place.left - 1,
        group=counter[0] if kind == "multipart/alternative" else place.group,
        related=place.related or kind == "multipart/related",
        report=place.report or kind == "multipart/report",
    )


def _multipart(part: Message, kind: str, place: _Place, counter: list[int]) -> Iterator[Leaf]:
    """The leaves below, and what stands before the first and behind the last boundary."""
    yield from _outside(part.preamble)
    cut_off = any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in part.defects)
    before: Leaf | None = None
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    for number, child in enumerate(children):
        for leaf in _leaves(child, place, counter):
            if before is not None:
                yield before
            before = _in_wrapper(leaf, part, kind, number)
    if before is not None:
        yield replace(before, damaged=True) if cut_off else before
    yield from _behind(part, place, counter)


def _in_wrapper(leaf: Leaf, part: Message, kind: str, number: int) -> Leaf:
    """What a leaf is only because of the multipart around it."""
    if kind == "multipart/signed" and number == 1 and leaf.declared in SIGNATURES:
        return replace(leaf, reason="signature", boundary=part.get_boundary() or "")
    if kind == "multipart/appledouble" and leaf.declared == "application/applefile":
        return replace(leaf, reason="companion")
    return leaf


def _behind(part: Message, place: _Place, counter: list[int]) -> Iterator[Leaf]:
    """Text behind the last boundary; parts there, which mail programs do not show, are found as well."""
    boundary = part.get_boundary()
    epilogue = part.epilogue or ""
    if not boundary or f"--{boundary}" not in epilogue:
        yield from _outside(epilogue)
        return
    from classifiers.readers.mail import parse_mail

    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
    again = parse_mail((head + epilogue).encode("utf-8", "surrogateescape"))
    for leaf in _leaves(again, replace(place, group=0), counter):
        yield replace(leaf, damaged=True, role=Role.ATTACHMENT if leaf.role is Role.BODY else leaf.role)


def _outside(text: str | None) -> Iterator[Leaf]:
    """Text between or behind the parts, unless it is the sentence that mailers put there for old programs."""
    lines = (text or "").splitlines()
    if not all(_BOILERPLATE.match(line) for line in lines):
        yield stray((text or "").strip())


def stray(text: str) -> Leaf:
    """Text that belongs to no part, as a leaf of its own that is kept."""
    data = text.encode("utf-8", "surrogateescape")
    return Leaf(data, None, "text/plain", "", Role.ATTACHMENT, 0, damaged=False, report=False, reason="outside_parts")


def _enclosed(part: Message, kind: str, place: _Place) -> Leaf:
    """A message in the mail: its bytes. One that stands elsewhere (external-body) is never fetched."""
    inner = [child for child in part.get_payload() if isinstance(child, Message)]
    data = b"\n".join(child.as_bytes(policy=AS_IT_CAME) for child in inner)
    reason = {"message/external-body": "external_body", "message/partial": "mail_partial"}.get(kind, "")
    decoded = decode_part(part, data.lstrip(b"\n")) if data.startswith(b"\n") else None
    leaf = _leaf(part, kind, place, decoded.data if decoded is not None else data)
    return replace(leaf, reason=reason, damaged=bool(decoded and decoded.damaged))


def _single(part: Message, kind: str, place: _Place) -> Iterator[Leaf]:
    decoded = decode_part(part, _raw_content(part))
    leaf = _leaf(part, kind, place, decoded.data)
    broken = kind.startswith("multipart/")  # no boundary was found: the text is all there is
    yield replace(leaf, damaged=decoded.damaged or broken, role=Role.BODY if broken else leaf.role)
    if decoded.rest:
        yield stray(decoded.rest)


def _raw_content(part: Message) -> bytes:
    """The bytes as they stand in the mail. Without the header the library leaves them as they are."""
    bare = copy(part)
    del bare["Content-Transfer-Encoding"]
    content = bare.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _leaf(part: Message, kind: str, place: _Place, data: bytes) -> Leaf:
    name = _name(part)
    disposition = header(part, "Content-Disposition").split(";")[0].strip().lower()
    charset = _parameter(part, "Content-Type", "charset")
    content_id = bool(header(part, "Content-ID"))
    role = _role(kind, name, disposition, content_id=content_id, related=place.related)
    return Leaf(data, name, kind, charset, role, place.group, damaged=False, report=place.report)


def _role(kind: str, name: str | None, disposition: str, *, content_id: bool, related: bool) -> Role:
    if disposition == "attachment":
        return Role.ATTACHMENT
    if kind in {"text/plain", "text/html"} and not name:
        return Role.BODY
    return Role.INLINE if kind.startswith("image/") and content_id and related else Role.ATTACHMENT


def _name(part: Message) -> str | None:
    """The file name, metadata only (RFC 2231 with continuations, encoded words, raw 8 bit)."""
    found = _parameter(part, "Content-Disposition", "filename") or _parameter(part, "Content-Type", "name")
    return file_name(found)


def _parameter(part: Message, name: str, parameter: str) -> str:
    """One parameter of a header as text; empty when it is missing or beyond mending."""
    value = raw_header(part, name)
    if value is None or parameter not in value.lower():
        return ""
    probe = Message()
    probe[name] = decode_bytes(value.encode("utf-8", "surrogateescape"))
    try:
        return _collapsed(probe.get_param(parameter, "", header=name))
    except (ValueError, LookupError, TypeError):
        return ""


def _collapsed(value: str | tuple[str | None, str | None, str] | None) -> str:
    """A parameter by RFC 2231 carries its charset: the declared one, or what fits."""
    if not isinstance(value, tuple):
        return value or ""
    charset, _, text = value
    return decode_bytes(text.encode("latin-1", "replace"), charset)
