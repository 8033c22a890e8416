"""A scripted clerk: works the Prüfliste through the console in a browser, knowing what the letters' writer knows."""

from __future__ import annotations

from demo.clerk.truth import Known, Truth
from demo.clerk.work import ClerkReport, work_queue

__all__ = ["ClerkReport", "Known", "Truth", "work_queue"]
