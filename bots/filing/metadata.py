"""The metadata file beside the documents, as JSON or XML; an empty value is left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

Document = Mapping[str, str | int]
Format = Literal["json", "xml"]


def file_name(kind: Format) -> str:
    """`metadata.json` or `metadata.xml`."""
    return f"metadata.{kind}"


def render(kind: Format, *, head: Mapping[str, str], fields: Mapping[str, str], documents: Sequence[Document]) -> bytes:
    """The file's bytes. `head` holds `operation marker business_key case`, `documents` name, bytes and sha256 each."""
    if kind == "json":
        content = {**head, "fields": dict(fields), "documents": [dict(document) for document in documents]}
        return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
    root = ElementTree.Element("case", dict(head))
    for name, value in fields.items():
        ElementTree.SubElement(root, "field", {"name": name}).text = value
    for document in documents:
        ElementTree.SubElement(root, "document", {name: str(value) for name, value in document.items()})
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def read(folder: Path) -> dict[str, Any] | None:
    """`{"marker", "business_key", "fields"}` of a dropped folder; None when it holds no file of ours."""
    path = folder / file_name("json")
    if path.is_file():
        content: dict[str, Any] = json.loads(path.read_bytes())
        return content
    path = folder / file_name("xml")
    if not path.is_file():
        return None
    # written by ourselves, and the standard library's parser fetches nothing from elsewhere
    root = ElementTree.parse(path).getroot()
    fields = {field.get("name", ""): field.text or "" for field in root.iter("field")}
    return {**root.attrib, "fields": fields}
