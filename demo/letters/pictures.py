"""Pictures: photographs of defects (drawn), logos for mail signatures."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (960, 720)
Pencil = ImageDraw.ImageDraw


def photograph(scene: str, rng: Random) -> bytes:
    """A JPEG of a scene (a key of `SCENES`), with grain and the soft focus of a telephone."""
    ground, sky = rng.randrange(78, 120), rng.randrange(120, 210)
    image = Image.new("RGB", SIZE, (ground, ground, ground + 4))
    pencil = ImageDraw.Draw(image)
    SCENES[scene](pencil, rng, sky)
    soft = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 1.8)))
    chance = numpy.random.default_rng(rng.randrange(2**32))
    grain = chance.standard_normal((SIZE[1], SIZE[0], 1), dtype=numpy.float32) * rng.uniform(5, 11)
    noisy = numpy.clip(numpy.asarray(soft, dtype=numpy.float32) + grain, 0, 255).astype(numpy.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy, mode="RGB").save(buffer, "JPEG", quality=rng.choice((70, 80, 88)))
    return buffer.getvalue()


def logo(initial: str, colour: str) -> bytes:
    """A small PNG for the signature of a mail."""
    image = Image.new("RGB", (180, 60), "white")
    pencil = ImageDraw.Draw(image)
    pencil.rounded_rectangle((2, 2, 57, 57), radius=12, fill=colour)
    pencil.text((22, 22), initial, fill="white", font=ImageFont.load_default(24), anchor="lt")
    pencil.line((70, 40, 170, 40), fill=colour, width=4)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _pothole(pencil: Pencil, rng: Random, sky: int) -> None:
    for _ in range(400):
        x, y, shade = rng.randrange(SIZE[0]), rng.randrange(SIZE[1]), rng.randrange(60, 140)
        pencil.ellipse((x, y, x + 5, y + 3), fill=(shade, shade, shade))
    x, y = rng.randrange(200, 420), rng.randrange(260, 400)
    width, height = rng.randrange(240, 420), rng.randrange(120, 240)
    pencil.ellipse((x - 14, y - 10, x + width + 14, y + height + 10), fill=(62, 60, 58))
    pencil.ellipse((x, y, x + width, y + height), fill=(34, 32, 30))
    pencil.ellipse((x + 40, y + height // 2, x + width - 60, y + height - 12), fill=(72, 84, 96))
    for _ in range(5):
        end = (x + rng.randrange(-160, width + 160), y + rng.randrange(-120, height + 120))
        pencil.line(((x + width // 2, y + height // 2), end), fill=(44, 42, 40), width=4)


def _lamp(pencil: Pencil, rng: Random, sky: int) -> None:
    pencil.rectangle((0, 0, SIZE[0], 560), fill=(sky // 3, sky // 3, sky // 2))
    x = rng.randrange(300, 600)
    pencil.rectangle((x, 120, x + 18, 640), fill=(70, 74, 78))
    pencil.polygon(((x - 60, 130), (x + 78, 130), (x + 50, 90), (x - 30, 90)), fill=(40, 42, 44))
    if rng.random() < 0.5:
        pencil.line(((x + 9, 300), (x + 90, 420)), fill=(20, 20, 20), width=3)


def _rubbish(pencil: Pencil, rng: Random, sky: int) -> None:
    pencil.rectangle((0, 0, SIZE[0], 260), fill=(60, 96 + rng.randrange(40), 60))
    for _ in range(rng.randrange(5, 10)):
        x, y = rng.randrange(120, 760), rng.randrange(300, 560)
        shade = rng.choice(((28, 28, 32), (40, 60, 140), (190, 190, 186), (120, 84, 50)))
        pencil.ellipse((x, y, x + rng.randrange(90, 170), y + rng.randrange(70, 130)), fill=shade)
    pencil.rectangle((560, 380, 720, 560), fill=(150, 140, 128), outline=(90, 84, 76), width=4)


def _swing(pencil: Pencil, rng: Random, sky: int) -> None:
    pencil.rectangle((0, 0, SIZE[0], 420), fill=(sky, sky, 235))
    pencil.rectangle((0, 420, SIZE[0], SIZE[1]), fill=(196, 170, 120))
    for x in (220, 700):
        pencil.line(((x, 620), (x + 60, 160)), fill=(120, 80, 44), width=20)
    pencil.line(((270, 170), (770, 170)), fill=(120, 80, 44), width=20)
    pencil.line(((400, 170), (400, 480)), fill=(80, 80, 80), width=4)
    pencil.line(((480, 170), (rng.randrange(440, 560), 300)), fill=(80, 80, 80), width=4)
    pencil.polygon(((390, 480), (470, 540), (460, 556), (380, 496)), fill=(170, 40, 40))


def _tree(pencil: Pencil, rng: Random, sky: int) -> None:
    pencil.rectangle((0, 0, SIZE[0], 400), fill=(sky, sky, 230))
    x = rng.randrange(250, 420)
    pencil.line(((x, 700), (x + 40, 300)), fill=(80, 56, 36), width=46)
    pencil.line(((x + 40, 420), (x + 420, rng.randrange(520, 600))), fill=(86, 60, 40), width=34)
    for _ in range(60):
        left, top = x + rng.randrange(-120, 460), rng.randrange(180, 600)
        pencil.ellipse((left, top, left + 60, top + 36), fill=(40, rng.randrange(80, 130), 44))


def _drain(pencil: Pencil, rng: Random, sky: int) -> None:
    pencil.rectangle((0, 300, SIZE[0], SIZE[1]), fill=(84, 96, 108))
    x, y = rng.randrange(300, 480), rng.randrange(340, 440)
    pencil.rectangle((x, y, x + 220, y + 150), fill=(40, 40, 42))
    for place in range(6):
        pencil.rectangle((x + 14 + place * 34, y + 16, x + 30 + place * 34, y + 134), fill=(12, 12, 14))
    for _ in range(50):
        left, top = x + rng.randrange(-60, 240), y + rng.randrange(-30, 150)
        pencil.ellipse((left, top, left + 30, top + 14), fill=(120, rng.randrange(70, 100), 30))


SCENES: dict[str, Callable[[Pencil, Random, int], None]] = {
    "road_damage": _pothole,
    "street_light": _lamp,
    "waste": _rubbish,
    "playground": _swing,
    "tree": _tree,
    "drainage": _drain,
}
