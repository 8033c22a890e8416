"""What to tell a supplier about a rule that an invoice violates: what is wrong and what to mend, in plain German.

The words stand in `advice.toml`, so that they can be read aloud and mended without touching code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Advice:
    """For one rule: what is wrong, and what the sender should do."""

    rule: str
    wrong: str
    mend: str


def advice(rule: str) -> Advice | None:
    """The advice about a rule by its id (`BR-CO-15`); None for one that has no words yet."""
    return _all().get(rule)


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Advice]:
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        table = tomllib.load(file)
    return {rule: Advice(rule, words["wrong"], words["mend"]) for rule, words in table.items()}
