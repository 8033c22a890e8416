"""The one invoice model of EN 16931: values keyed by business term (BT-1 …), groups as lists, each with its XPath."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree


@dataclass(frozen=True)
class Value:
    """A text as it stands in the XML, stripped, with the XPath of its element."""

    text: str
    path: str


Group = dict[str, Value]


@dataclass
class Invoice:
    """An e-invoice. `syntax` is `ubl`, `cii` or `zugferd1`; `root` the local name of the root element."""

    syntax: str
    root: str
    header: Group = field(default_factory=dict)
    lines: list[Group] = field(default_factory=list)
    taxes: list[Group] = field(default_factory=list)
    allowances: list[Group] = field(default_factory=list)
    charges: list[Group] = field(default_factory=list)
    payments: list[Group] = field(default_factory=list)
    attachments: list[Group] = field(default_factory=list)

    def text(self, term: str) -> str:
        """The value of a header term, or an empty string."""
        value = self.header.get(term)
        return value.text if value is not None else ""

    def amount(self, term: str) -> Decimal | None:
        """The value of a header term as a number; None when missing or no number."""
        return as_decimal(self.text(term))

    @property
    def is_xrechnung(self) -> bool:
        return "xrechnung" in self.text("BT-24").lower()

    @property
    def is_extension(self) -> bool:
        return "kosit:extension:xrechnung" in self.text("BT-24").lower()

    @property
    def profile(self) -> str:
        """`minimum`, `basicwl`, `basic`, `en16931`, `extended`, `xrechnung` or `unknown`."""
        name = self.text("BT-24").lower()
        if self.is_xrechnung:
            return "xrechnung"
        for sign, profile in (
            ("minimum", "minimum"),
            ("basicwl", "basicwl"),
            ("extended", "extended"),
            ("comfort", "en16931"),
            (":basic", "basic"),
            ("en16931", "en16931"),
        ):
            if sign in name:
                return profile
        return "unknown"


def as_decimal(text: str) -> Decimal | None:
    """A canonical decimal of an XML text; None when it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


_PREFIXES = (
    ("CommonAggregateComponents-2", "cac:"),
    ("CommonBasicComponents-2", "cbc:"),
    ("schema:xsd:Invoice-2", "ubl:"),
    ("schema:xsd:CreditNote-2", "ubl:"),
    ("ReusableAggregateBusinessInformationEntity", "ram:"),
    ("UnqualifiedDataType", "udt:"),
    ("QualifiedDataType", "qdt:"),
    ("CrossIndustry", "rsm:"),
)


def path_of(element: etree._Element) -> str:
    """The XPath of an element with the usual prefixes; an index only where it has siblings of its name."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        index = ""
        if parent is not None:
            twins = [child for child in parent if child.tag == node.tag]
            index = f"[{twins.index(node) + 1}]" if len(twins) > 1 else ""
        space = etree.QName(node).namespace or ""
        prefix = next((prefix for sign, prefix in _PREFIXES if sign in space), "")
        steps.append(f"{prefix}{local_name(node)}{index}")
        node = parent
    return "/" + "/".join(reversed(steps))
