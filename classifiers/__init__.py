"""What is this, and what does it say: bytes in, a reading with places, confidence and reasons out."""

from __future__ import annotations

from classifiers.readers.pool import Reader

__all__ = ["Reader"]
