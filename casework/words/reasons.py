"""Reason codes with words for people: why a case waits or was closed, why a part was kept or refused.

The words stand in `reasons.toml`, so that they can be read aloud and mended without touching code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Reason:
    """A code with what happened and what to do, in German and English."""

    code: str
    de: str
    en: str


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, Reason]:
    """All reasons by code, in the order of the file."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        table = tomllib.load(file)
    return {code: Reason(code, words["de"], words["en"]) for code, words in table.items()}


def reason(code: str) -> Reason:
    """The reason with this code; an unknown code shows itself rather than an empty line."""
    return reasons().get(code) or Reason(code, code, code)
