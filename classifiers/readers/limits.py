"""What one file may cost. Sizes in bytes, times in seconds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

MIB = 1024 * 1024


class Limits(BaseModel):
    """Budgets shared by everything found in one message or file."""

    model_config = ConfigDict(frozen=True)

    memory: int = 1024 * MIB
    """RLIMIT_DATA of a child: saxonche reserves 33 GB of address space, so RLIMIT_AS would kill it."""
    wall_seconds: float = 60.0
    cpu_seconds: int = 7200
    files_per_child: int = 1000
    """After so many files a child is replaced by a fresh one: what libraries leave behind does not pile up."""
    largest_file: int = 128 * MIB
    """RLIMIT_FSIZE: what Tesseract may write into the private folder."""
    message_bytes: int = 64 * MIB
    unpacked_bytes: int = 192 * MIB
    parts: int = 500
    depth: int = 10
    pages: int = 200
    shown_pages: int = 40
    """What the console shows of one part; a value read further behind is never accepted alone."""
    ocr_pages: int = 12
    page_pixels: int = 40_000_000
    letters: int = 300_000
    """Characters of a text, or of all pages of a PDF: about a hundred full pages."""
    lines: int = 20_000
    """Lines of a text without pages."""
    xml_bytes: int = 20 * MIB


class Showing(BaseModel):
    """What may still be spent on showing one message, all of its parts together."""

    model_config = ConfigDict(frozen=True)

    seconds: float = 60.0
    pages: int = 200
    size: int = 48 * MIB
    """Bytes of PNG."""

    @property
    def spent(self) -> bool:
        """Is nothing left of one of them?"""
        return min(self.seconds, self.pages, self.size) <= 0

    def less(self, *, seconds: float = 0.0, pages: int = 0, size: int = 0) -> Showing:
        """What is left after so much was spent."""
        return Showing(seconds=self.seconds - seconds, pages=self.pages - pages, size=self.size - size)
