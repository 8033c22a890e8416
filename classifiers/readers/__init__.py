"""Bytes to text with places. Untrusted bytes are opened only in limited child processes."""

from __future__ import annotations

from typing import Any


def protections() -> dict[str, bool]:
    """Which protections hold for a reader's child on this machine, tried in a real child (for `amtsbote check`)."""
    from classifiers.readers.pool import Reader

    with Reader() as reader:
        answer: Any = reader.protections()
    return dict(answer)
