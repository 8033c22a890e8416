"""The gate (DESIGN §5): every commit leaves once, on the record, or not at all."""

from bots.gate.certificate import ThrowAwayKey
from bots.gate.gate import Gate
from bots.gate.guard import Passage

__all__ = ["Gate", "Passage", "ThrowAwayKey"]
