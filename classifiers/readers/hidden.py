"""Text in HTML that no reader of the mail sees: it must become no field, and no clerk is shown it.

Judged by what the mark-up itself says: `hidden`, display, visibility, opacity, size, a place outside the page, white on
nothing. Rules of style sheets count when they name a class or an id alone and hold everywhere (no `@media`).
"""

from __future__ import annotations

import re
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
_BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
_ATTRIBUTES = {"*": {"style", "class", "id", "hidden", "color", "bgcolor", "background"}}
_OPENED = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:\s+[^\s=<>"]+="[^"]*")*\s*>')
DEEPEST_TREE = 200
"""Elements inside each other that lxml is asked to take in: beyond 256 it leaves text out without a word."""
_LONGEST = 2_000_000
"""Characters of HTML up to which it is looked at so closely."""


def without_hidden(source: str, *, tags: set[str]) -> str:
    """The same HTML without the elements that nobody sees; untouched when nothing in it could hide text."""
    if len(source) > _LONGEST or not _SUSPECT.search(source):
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
    sheet = _rules(source)
    for element in [each for each in root.iter() if isinstance(each.tag, str) and _is_hidden(each, sheet)]:
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


def _rules(source: str) -> dict[str, str]:
    """Declarations of the style sheets by `.class` or `#id`."""
    rules: dict[str, str] = {}
    for sheet in _SHEET.findall(source):
        everywhere = re.sub(
            r"@[^{;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", re.sub(r"/\*.*?\*/|<!--|-->", "", sheet, flags=re.S)
        )
        for selectors, declarations in _BLOCK.findall(everywhere):
            for selector in selectors.split(","):
                rules[selector.strip()] = f"{rules.get(selector.strip(), '')};{declarations}"
    return rules


def _is_hidden(element: html.HtmlElement, sheet: dict[str, str]) -> bool:
    styles = _styles(element, sheet)
    if "hidden" in element.attrib or any(_NOT_SEEN.search(style) for style in styles):
        return True
    white = any(_WHITE.search(style) for style in styles) or str(element.get("color", "")).lower() in {
        "white", "#fff", "#ffffff",
    }  # fmt: skip
    return white and not any(_has_ground(each, sheet) for each in (element, *element.iterancestors()))


def _has_ground(element: html.HtmlElement, sheet: dict[str, str]) -> bool:
    if element.get("bgcolor") or element.get("background"):
        return True
    return any(_GROUND.search(style) for style in _styles(element, sheet))


def _styles(element: html.HtmlElement, sheet: dict[str, str]) -> list[str]:
    """The element's own style first, then what the style sheets say of its classes and id."""
    names = [f".{name}" for name in str(element.get("class", "")).split()]
    names += [f"#{element.get('id')}"] if element.get("id") else []
    return [str(element.get("style", "")), *(sheet[name] for name in names if name in sheet)]
