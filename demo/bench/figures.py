"""A benchmark's row."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import Any


def row(
    name: str, *, unit: str, ours: Sequence[float], peer: Sequence[float] = (), peer_name: str | None = None, note: str
) -> dict[str, Any]:
    """Medians of both, and how many times the peer's ours is."""
    mine = statistics.median(ours)
    theirs = statistics.median(peer) if peer else None
    return {
        "name": name,
        "unit": unit,
        "n": len(ours),
        "ours": round(mine, 3),
        "peer": round(theirs, 3) if theirs is not None else None,
        "peer_name": peer_name,
        "ratio": round(mine / theirs, 2) if theirs else None,
        "note": note,
    }


def tell(figures: dict[str, Any]) -> None:
    """The last line on standard output is the row."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)
