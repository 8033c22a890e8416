"""JSON schemas of the configuration's files, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from casework.configuration.loading import ID_KEYS, SECTIONS

_SEVERAL = frozenset({"baselines", "statutes", "rates"})


def schemas() -> dict[str, dict[str, Any]]:
    """One JSON schema (draft 2020-12) per folder of the configuration, by the folder's name."""
    return {section: _schema(section, kind) for section, kind in SECTIONS.items()}


def _schema(section: str, kind: Any) -> dict[str, Any]:
    """The object's schema; its id may be left out, for the file's name is the id, and any key in an overlay."""
    schema = TypeAdapter(kind).json_schema(mode="validation")
    definitions = schema.pop("$defs", {})
    for part in (schema, *definitions.values()):
        required = part.get("required", [])
        if ID_KEYS.get(section, "id") in required:
            part["required"] = [name for name in required if name != ID_KEYS.get(section, "id")]
    either = [schema, {"type": "array", "items": schema}] if section in _SEVERAL else [schema]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Amtsbote: {section}",
        "anyOf": either,
        "$defs": definitions,
    }
