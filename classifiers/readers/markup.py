"""XML and HTML that came from outside: refused or made harmless before anything reads it."""

from __future__ import annotations

import re
from html import unescape
from xml.parsers import expat

import nh3
from lxml import etree, html

from casework.words.errors import AmtsboteError
from classifiers.readers.headers import clean_text
from classifiers.readers.hidden import is_deep, without_hidden

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_BLOCKS = frozenset(
    [
        "address",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
DEEPEST_XML = 200


class XmlRefused(AmtsboteError):
    """XML that is not opened; `reason` is a reason code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the XML was refused ({reason}); ask the sender for a plain file")


class _DoctypeSeen(Exception):
    pass


def parse_xml(data: bytes) -> etree._Element:
    """The root of a safe XML. Raises XmlRefused: any DOCTYPE, not well-formed, too deep. Nothing is ever fetched."""
    _refuse_doctype(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused("xml_damaged") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefused("doctype_refused")
    return root


def _refuse_doctype(data: bytes) -> None:
    parser = expat.ParserCreate()
    depth = 0

    def doctype(*_: object) -> None:
        raise _DoctypeSeen

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_XML:
            raise XmlRefused("too_deep")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except _DoctypeSeen:
        raise XmlRefused("doctype_refused") from None
    except (expat.ExpatError, LookupError, ValueError):
        return  # lxml gives the verdict: it knows more encodings


def sanitise(source: str) -> str:
    """HTML without scripts, styles, images, forms, remote content and what nobody sees; links show as text only."""
    seen = without_hidden(source, tags=_TAGS)
    return nh3.clean(seen, tags=_TAGS, attributes={}, link_rel=None, strip_comments=True, url_schemes=set())


def text_of_html(source: str) -> str:
    """The visible text, one line per block, cells of a row on one line with a tab between."""
    cleaned = sanitise(source)
    if not cleaned.strip():
        return ""
    if is_deep(cleaned):
        return _without_tags(cleaned)
    try:
        root = html.fragment_fromstring(cleaned, create_parent="div")
    except (etree.ParserError, ValueError):
        return _without_tags(cleaned)
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            pieces.append("\n" if tag in _BLOCKS else "")
            pieces.append(_flat(element.text, tag))
        else:
            pieces.append("\n" if tag in _BLOCKS - {"br"} else "\t" if tag in {"td", "th"} else "")
            pieces.append(_flat(element.tail, tag))
    lines = (
        re.sub(r" ?\t[\t ]*", "\t", re.sub(r"[ \xa0]+", " ", line)).strip() for line in "".join(pieces).split("\n")
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_tags(cleaned: str) -> str:
    """All words, one line per element: what no tree can be made of must not lose any."""
    return clean_text(re.sub(r"\s*\n\s*", "\n", unescape(re.sub(r"<[^>]+>", "\n", cleaned)))).strip()


def _flat(text: str | None, tag: str) -> str:
    return "" if not text else text if tag == "pre" else re.sub(r"[\r\n]+", " ", text)
