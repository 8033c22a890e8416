"""A stack of A4 pages to write on, in millimetres from the upper left corner."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from demo.letters.paper.faces import Face

HEIGHT = 297.0
POINT = 25.4 / 72


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, left edge and width in mm, `right` for numbers."""

    heading: str
    x: float
    width: float
    right: bool = False


class Sheet:
    """Pages being written; `size` is the usual letter size in points. `finish` gives the PDF."""

    def __init__(self, face: Face, *, size: float, title: str, author: str, password: str | None = None) -> None:
        self.face = face
        self.size = size
        self._buffer = io.BytesIO()
        self.canvas = Canvas(
            self._buffer, pagesize=A4, invariant=1, initialFontName=face.regular, encrypt=password, lang="de-DE"
        )
        self.canvas.setTitle(title)
        self.canvas.setAuthor(author)
        self.canvas.setCreator("")
        self.page = 1

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float | None = None,
        bold: bool = False,
        align: str = "left",
        colour: str = "#000000",
    ) -> None:
        """One line with its base at `y`; `align` says what `x` is: `left`, `right` or `centre`."""
        self.canvas.setFont(self.face.bold if bold else self.face.regular, size or self.size)
        self.canvas.setFillColor(HexColor(colour))
        draw = {
            "left": self.canvas.drawString,
            "right": self.canvas.drawRightString,
            "centre": self.canvas.drawCentredString,
        }[align]
        draw(x * mm, (HEIGHT - y) * mm, words)

    def lines(
        self, x: float, y: float, lines: Sequence[str], *, size: float | None = None, lead: float = 1.25
    ) -> float:
        """Some lines below each other; returns the `y` after the last."""
        step = (size or self.size) * lead * POINT
        for line in lines:
            self.text(x, y, line, size=size)
            y += step
        return y

    def paragraph(self, x: float, y: float, width: float, words: str, *, size: float | None = None) -> float:
        """Text broken into lines of `width`; returns the `y` after the last."""
        broken = simpleSplit(words, self.face.regular, size or self.size, width * mm)
        return self.lines(x, y, broken, size=size)

    def width(self, words: str, *, size: float | None = None, bold: bool = False) -> float:
        """How wide a line is, in mm."""
        name = self.face.bold if bold else self.face.regular
        return float(stringWidth(words, name, size or self.size)) * POINT

    def rule(self, x: float, y: float, x_end: float, *, weight: float = 0.5, colour: str = "#000000") -> None:
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(weight)
        self.canvas.line(x * mm, (HEIGHT - y) * mm, x_end * mm, (HEIGHT - y) * mm)

    def box(self, x: float, y: float, width: float, height: float, *, fill: str | None = None, line: str = "") -> None:
        """A rectangle with its upper left corner at x, y."""
        if fill:
            self.canvas.setFillColor(HexColor(fill))
        if line:
            self.canvas.setStrokeColor(HexColor(line))
            self.canvas.setLineWidth(0.6)
        bottom = (HEIGHT - y - height) * mm
        self.canvas.rect(x * mm, bottom, width * mm, height * mm, stroke=int(bool(line)), fill=int(bool(fill)))

    def qr_code(self, x: float, y: float, edge: float, content: str) -> None:
        """A QR code with its upper left corner at x, y."""
        code = QrCodeWidget(content, barLevel="M").qr
        code.make()
        count = code.getModuleCount()
        step = edge / count
        for row in range(count):
            for column in range(count):
                if code.isDark(row, column):
                    self.box(x + column * step, y + row * step, step * 1.02, step * 1.02, fill="#000000")

    def next_page(self) -> None:
        self.canvas.showPage()
        self.page += 1

    def table(
        self,
        y: float,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        rules: bool = True,
        zebra: str | None = None,
        bottom: float = 235.0,
        top_of_next: float = 30.0,
    ) -> float:
        """Rows under their headings, long texts broken, a new page when one is full; returns the `y` below."""
        y = self._headings(y, columns, rules=rules)
        step = self.size * 1.25 * POINT
        for number, row in enumerate(rows):
            cells = [self._broken(column, cell) for column, cell in zip(columns, row, strict=True)]
            height = max(len(cell) for cell in cells) * step + 1.2
            if y + height > bottom:
                self.next_page()
                y = self._headings(top_of_next, columns, rules=rules)
            if zebra and number % 2:
                left, right = columns[0].x - 1, columns[-1].x + columns[-1].width + 1
                self.box(left, y - step + 0.6, right - left, height, fill=zebra)
            for column, cell in zip(columns, cells, strict=True):
                for place, words in enumerate(cell):
                    self._cell(column, y + place * step, words)
            y += height
        if rules:
            self.rule(columns[0].x, y - step + 1.5, columns[-1].x + columns[-1].width)
        return y

    def finish(self) -> bytes:
        self.canvas.save()
        return self._buffer.getvalue()

    def _headings(self, y: float, columns: Sequence[Column], *, rules: bool) -> float:
        for column in columns:
            self._cell(column, y, column.heading, bold=True)
        if rules:
            self.rule(columns[0].x, y + 1.5, columns[-1].x + columns[-1].width)
        return y + self.size * POINT + 3.2

    def _cell(self, column: Column, y: float, words: str, *, bold: bool = False) -> None:
        if column.right:
            self.text(column.x + column.width, y, words, bold=bold, align="right")
        else:
            self.text(column.x, y, words, bold=bold)

    def _broken(self, column: Column, cell: str) -> list[str]:
        if column.right:
            return [cell]
        return simpleSplit(cell, self.face.regular, self.size, column.width * mm) or [""]
