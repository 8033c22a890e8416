"""Typefaces for paper: what the machine has of DejaVu and Liberation, else the Vera that comes with ReportLab."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path("/usr/share/fonts/truetype")
FILES = {
    "DejaVuSans": ("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf"),
    "DejaVuSerif": ("dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
    "DejaVuMono": ("dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSansMono-Bold.ttf"),
    "LiberationSans": ("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSans-Bold.ttf"),
    "LiberationSerif": ("liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "LiberationMono": ("liberation/LiberationMono-Regular.ttf", "liberation/LiberationMono-Bold.ttf"),
}


@dataclass(frozen=True)
class Face:
    """Names of a regular and a bold font as ReportLab knows them; `embedded`: their outlines stand in the PDF."""

    regular: str
    bold: str
    embedded: bool = True


BUILT_IN = (
    Face("Helvetica", "Helvetica-Bold", embedded=False),
    Face("Times-Roman", "Times-Bold", embedded=False),
    Face("Courier", "Courier-Bold", embedded=False),
)


@cache
def embedded_faces() -> dict[str, Face]:
    """The faces that can be embedded, by name."""
    faces = {name: _registered(name, *(FOLDER / file for file in files)) for name, files in FILES.items()}
    found = {name: face for name, face in faces.items() if face}
    return found or {"Vera": _vera()}


def _registered(name: str, regular: Path, bold: Path) -> Face | None:
    if not (regular.is_file() and bold.is_file()):
        return None
    pdfmetrics.registerFont(TTFont(name, str(regular)))
    pdfmetrics.registerFont(TTFont(f"{name}-Bold", str(bold)))
    return Face(name, f"{name}-Bold")


def _vera() -> Face:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("Vera-Bold", "VeraBd.ttf"))
    return Face("Vera", "Vera-Bold")


def face_like(sort: str, *, index: int, embed: bool) -> Face:
    """A face of a sort (`sans`, `serif`, `mono`): the one at `index`; `embed` forbids those built into readers."""
    word = {"sans": "Sans", "serif": "Serif", "mono": "Mono"}[sort]
    choice = [face for name, face in embedded_faces().items() if word in name] or list(embedded_faces().values())
    if not embed:
        choice.append(BUILT_IN[("sans", "serif", "mono").index(sort)])
    return choice[index % len(choice)]
