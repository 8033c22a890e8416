"""The fault modes of the crash rig. In every one the target's own protection is off, so that a second send shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LATENCY_SECONDS = 0.05
OPEN_DOORS: tuple[dict[str, Any], ...] = ({"name": "duplicates_accepted"}, {"name": "double_click_accepted"})
"""No duplicate warning, and the same mask may be posted twice."""
MODES: dict[str, tuple[dict[str, Any], ...]] = {
    "calm": (),
    "slow": ({"name": "slow", "seconds": 1.5, "probability": 0.5},),
    "500_after_commit": ({"name": "500_after_commit", "probability": 0.4},),
    "late_commit": ({"name": "late_commit", "seconds": 2, "probability": 0.4},),
    "reset_after_read": ({"name": "reset_after_read", "probability": 0.4},),
    "reset_not_written": ({"name": "reset_after_read", "commit": False, "probability": 0.4},),
    "close_after_read": ({"name": "close_after_read", "probability": 0.4},),
    "answer_408": ({"name": "answer_408", "probability": 0.4},),
    "redirect_307": ({"name": "307", "probability": 0.4},),
    "session_lost_on_post": ({"name": "session_lost_on_post", "probability": 0.4},),
    "restart_before_write": ({"name": "restart", "when": "before", "probability": 0.3},),
    "restart_after_write": ({"name": "restart", "when": "after", "probability": 0.3},),
    "locked_record": ({"name": "locked_record", "probability": 0.4},),
    "no_confirm_dialog": ({"name": "confirm_dialog", "on": False},),
}
"""By name what `demo.targets` is told; probabilities per commit."""


def arm(file: Path, mode: str) -> None:
    """Write what a target system is armed with whenever it starts (`--faults`), so that it stays so after a kill."""
    file.write_text(json.dumps([*OPEN_DOORS, *MODES[mode]]), encoding="utf-8")
