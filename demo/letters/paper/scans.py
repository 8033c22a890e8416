"""Scans: a printed page photographed again, a little askew, grey and noisy, as image-only PDF or as picture."""

from __future__ import annotations

import io
from random import Random

import numpy
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.units import inch
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


def scan(pdf: bytes, rng: Random) -> bytes:
    """The pages of the PDF as a scanner delivers them: 200 to 300 dpi, JPEG, no text layer."""
    dpi = rng.choice((200, 240, 300))
    askew = rng.uniform(-1.1, 1.1)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.setCreator("Scan-Station 3")
    for page in rendered(pdf, dpi=dpi):
        picture = worn(page, rng, askew=askew)
        canvas.setPageSize((picture.width / dpi * inch, picture.height / dpi * inch))
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=rng.choice((60, 72, 85)), dpi=(dpi, dpi))
        jpeg.seek(0)
        width, height = picture.width / dpi * inch, picture.height / dpi * inch
        canvas.drawImage(ImageReader(jpeg), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def rendered(pdf: bytes, *, dpi: int) -> list[Image.Image]:
    """Each page as a grey picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def worn(page: Image.Image, rng: Random, *, askew: float) -> Image.Image:
    """The page turned by `askew` degrees, with uneven light, specks and noise."""
    turned = page.rotate(askew, resample=Image.Resampling.BICUBIC, fillcolor=rng.randrange(225, 250))
    soft = turned.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
    chance = numpy.random.default_rng(rng.randrange(2**32))
    grey = numpy.asarray(soft, dtype=numpy.float32)
    height, width = grey.shape
    across = numpy.linspace(rng.uniform(-9, 0), rng.uniform(-9, 0), width, dtype=numpy.float32)
    grey = grey * rng.uniform(0.93, 0.99) + across[None, :]
    grey += chance.standard_normal((height, width), dtype=numpy.float32) * rng.uniform(2.0, 6.0)
    for _ in range(rng.randrange(5, 40)):
        y, x = chance.integers(0, height - 3), chance.integers(0, width - 3)
        grey[y : y + chance.integers(1, 4), x : x + chance.integers(1, 4)] -= 110
    return Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8), mode="L")
