"""A thin way to write nested XML with prefixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True)
class Branch:
    """An element under which further ones are written; `prefixes` maps prefix to namespace."""

    element: etree._Element
    prefixes: Mapping[str, str]

    def branch(self, name: str) -> Branch:
        """A new child element, `prefix:Name`."""
        return Branch(etree.SubElement(self.element, self._qualified(name)), self.prefixes)

    def leaf(self, name: str, text: str | None, **attributes: str) -> None:
        """A new child element with text; nothing is written for None."""
        if text is not None:
            etree.SubElement(self.element, self._qualified(name), attributes).text = text

    def _qualified(self, name: str) -> str:
        prefix, local = name.split(":")
        return f"{{{self.prefixes[prefix]}}}{local}"
