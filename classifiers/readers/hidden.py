"""Text in HTML that no reader of the mail sees: it must become no field, and no clerk is shown it.

Judged by what the mark-up itself says: `hidden`, display, visibility, opacity, size, a place outside the page, white on
nothing. Rules of style sheets count when they name a class or an id alone and hold everywhere (no `@media`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape as html_escape

import nh3
from lxml import etree, html

_SUSPECT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0|mso-hide|font-size\s*:\s*[0-2](?:\.\d+)?(?:px|pt|em|%|[;\"'\s}])"
    r"|max-height\s*:\s*0|(?:left|top|text-indent)\s*:\s*-\d{3}|(?<!-)color\s*:?=?\s*[\"']?\s*(?:#fff|white|rgb\(\s*255)|\shidden\b",
    re.I,
)
_NOT_SEEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?(?:\.0+)?\s*(?:;|!|$)|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*(?:[01](?:\.\d+)?(?:px|pt)?|0\s*\w*)\s*(?:;|!|$)|max-height\s*:\s*0\s*(?:px|pt)?\s*(?:;|!|$)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,})",
    re.I,
)
_WHITE = re.compile(r"(?:^|;)\s*color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255)", re.I)
_GROUND = re.compile(r"(?:^|;)\s*background(?:-color|-image)?\s*:", re.I)
_SHEET = re.compile(r"<style[^>]*>(.*?)</style", re.I | re.S)
_BLANKS = re.compile(r"\s+")
"""Made one before anything is sought: patterns take time that grows with the square of a run of blanks."""
_ATTRIBUTES = {"*": {"style", "class", "id", "hidden", "color", "bgcolor", "background"}}
_OPENED = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:\s+[^\s=<>"]+="[^"]*")*\s*>')
DEEPEST_TREE = 200
"""Elements inside each other that lxml is asked to take in: beyond 256 it leaves text out without a word."""
_LONGEST = 2_000_000
"""Characters of HTML up to which it is looked at so closely."""


def without_hidden(source: str, *, tags: set[str]) -> str:
    """The same HTML without the elements that nobody sees; untouched when nothing in it could hide text."""
    if len(source) > _LONGEST or not _SUSPECT.search(_BLANKS.sub(" ", source)):
        return source
    marked = nh3.clean(
        source, tags=tags | {"font"}, attributes=_ATTRIBUTES, link_rel=None, strip_comments=True, url_schemes=set()
    )
    if not marked.strip():
        return ""
    if is_deep(marked):
        return source
    try:
        root = html.fragment_fromstring(marked, create_parent="div")
    except (etree.ParserError, ValueError):
        return source
    looks = _looks(root, _rules(source))
    for element in [each for each in looks if _is_hidden(each, looks)]:
        if element is not root and element.getparent() is not None:
            element.drop_tree()
    return html_escape(root.text or "") + "".join(html.tostring(child, encoding="unicode") for child in root)


def is_deep(cleaned: str) -> bool:
    """Is HTML as nh3 writes it, every element closed, nested deeper than a tree of it can be?"""
    depth = 0
    for found in _OPENED.finditer(cleaned):
        if found[2] not in {"br", "hr"}:
            depth += -1 if found[1] else 1
            if depth > DEEPEST_TREE:
                return True
    return False


@dataclass(frozen=True)
class _Look:
    """What declarations of style say: not seen, white letters, a ground behind them."""

    hidden: bool = False
    white: bool = False
    ground: bool = False

    def __or__(self, other: _Look) -> _Look:
        return _Look(self.hidden or other.hidden, self.white or other.white, self.ground or other.ground)


def _look(declarations: str) -> _Look:
    plain = _BLANKS.sub(" ", declarations)
    return _Look(*(sign.search(plain) is not None for sign in (_NOT_SEEN, _WHITE, _GROUND)))


def _rules(source: str) -> dict[str, _Look]:
    """What the style sheets say of each `.class` or `#id`."""
    rules: dict[str, _Look] = {}
    for sheet in _SHEET.findall(source):
        for selectors, declarations in _blocks(_without_comments(sheet)):
            look = _look(declarations)
            for selector in map(str.strip, selectors.rpartition(";")[2].split(",")):
                rules[selector] = rules.get(selector, _Look()) | look
    return rules


def _without_comments(sheet: str) -> str:
    before, *pieces = re.sub(r"<!--|-->", "", sheet).split("/*")
    return before + "".join(piece.partition("*/")[2] for piece in pieces)


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the blocks that lie in no other (`@media`); in one go, however they are nested."""
    opened: list[str] = []
    text = ""
    for piece in re.split(r"([{}])", sheet):
        if piece == "{":
            opened.append(text)
        elif piece == "}" and opened:
            selectors = opened.pop()
            if not opened and "@" not in selectors.rpartition(";")[2]:
                yield selectors, text
        text = piece if piece not in "{}" else ""


def _looks(root: html.HtmlElement, sheet: dict[str, _Look]) -> dict[html.HtmlElement, _Look]:
    """Of every element its own look, each judged once: style, classes, id, attributes of old."""
    return {element: _look_of(element, sheet) for element in root.iter() if isinstance(element.tag, str)}


def _look_of(element: html.HtmlElement, sheet: dict[str, _Look]) -> _Look:
    found = _look(str(element.get("style", "")))
    names = [f".{name}" for name in str(element.get("class", "")).split()]
    for name in [*names, f"#{element.get('id')}"]:
        found |= sheet.get(name, _Look())
    white = str(element.get("color", "")).lower() in {"white", "#fff", "#ffffff"}
    return found | _Look("hidden" in element.attrib, white, bool(element.get("bgcolor") or element.get("background")))


def _is_hidden(element: html.HtmlElement, looks: dict[html.HtmlElement, _Look]) -> bool:
    own = looks[element]
    return own.hidden or (own.white and not any(looks[each].ground for each in (element, *element.iterancestors())))
