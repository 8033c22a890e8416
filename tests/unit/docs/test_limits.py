"""The page about hostile post says the limits as they are, and names only reasons that exist."""

from __future__ import annotations

import re
from pathlib import Path

from casework.words.reasons import reasons
from classifiers.readers.hazards import HAZARDS
from classifiers.readers.limits import Limits

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "hostile-post.md").read_text("utf-8")
UNITS = {"GiB": 1 << 30, "MiB": 1 << 20, "s": 1, "": 1}


def table(heading: str) -> str:
    return PAGE.split(f"## {heading}")[1].split("\n## ")[0]


def test_every_limit_stands_in_the_table_with_its_value() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) ?(\w*) \|", table("Limits"), re.MULTILINE)
    told = {name: int(number) * UNITS[unit] for name, number, unit in rows}
    known = Limits().model_dump()

    assert told == {name: value for name, value in known.items() if name in told}
    assert set(known) - set(told) <= {"files_per_child"}


def test_the_reasons_exist_and_no_hazard_is_missing() -> None:
    named = set(
        re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\|[^|]*\|", table("What is refused by itself"), re.M)))
    )

    assert named <= set(reasons())
    assert named >= HAZARDS
