"""Mail text and invoice views from the store, cleaned once more before they stand in a page of the console.

`prepare` stored them sanitised; here only structure is let through: no links, no images, no styles, no ids.
"""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe

from casework.record.models import MessagePart
from casework.record.store import Store

TAGS = {
    *("p", "br", "div", "span", "pre", "blockquote", "hr", "ul", "ol", "li", "dl", "dt", "dd"),
    *("b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "small"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "*": {"dir"}}
HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>", re.IGNORECASE)
LONGEST = 200_000
"""Characters of one view; more than that nobody reads on a page."""


def readable_view(office: str, part: MessagePart) -> SafeString:
    """The readable view of a part as harmless HTML."""
    raw = Store(office).get(part.readable).decode("utf-8", errors="replace")[:LONGEST]
    return clean(raw)


def clean(html: str) -> SafeString:
    """Only structure and text of some HTML; headings become strong lines, so that the page keeps its own outline."""
    html = HEADING.sub(lambda match: "</strong></p>" if match[1] else "<p><strong>", html)
    return mark_safe(nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None))
