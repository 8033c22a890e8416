"""Scans: Tesseract `deu` on the rendered page, word by word with confidence. Runs under the child's limits."""

from __future__ import annotations

import csv
import io
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from casework.words.reading import Origin
from classifiers.readers.headers import clean_text
from classifiers.readers.protections import die_with_parent
from classifiers.readers.texts import PageText, Word

DPI = 300
SECONDS = 45
LEAST_CONFIDENCE = 0.05


class OcrMissing(Exception):
    """Tesseract is not installed, or it failed on this page."""


def read_page(picture: Image.Image, *, number: int, width: float, height: float, layout: str = "3") -> PageText:
    """Recognise one page picture; `width` and `height` in points. `layout` is Tesseract's page segmentation mode.

    Raises OcrMissing.
    """
    program = shutil.which("tesseract", path="/usr/bin:/usr/local/bin")
    if program is None:
        raise OcrMissing
    # in the folder of the child, the only one it may write in; a name of its own, because tests share a folder
    descriptor, name = tempfile.mkstemp(prefix="page-", suffix=".png", dir=Path.cwd())
    source = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            picture.convert("L").save(file, format="PNG", compress_level=1, dpi=(DPI, DPI))
        done = subprocess.run(
            [program, str(source), "stdout", "-l", "deu", "--psm", layout, "--dpi", str(DPI), "tsv"],
            env={"OMP_THREAD_LIMIT": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=_die_with_child,
        )
    finally:
        source.unlink(missing_ok=True)
    if done.returncode != 0:
        raise OcrMissing
    words = tuple(_words(done.stdout.decode("utf-8", "replace"), width / picture.width, height / picture.height))
    return PageText(number, width, height, words, Origin.OCR)


def _die_with_child() -> None:
    die_with_parent()
    os.nice(5)
    # the reader may send no signals, so the kernel ends what takes too long; one thread: no more wall than this
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _words(table: str, across: float, down: float) -> Iterator[Word]:
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text, confidence = clean_text(row.get("text") or "").strip(), float(row.get("conf") or -1) / 100
        if not text or confidence < LEAST_CONFIDENCE:
            continue
        left, top = float(row["left"]) * across, float(row["top"]) * down
        right, low = left + float(row["width"]) * across, top + float(row["height"]) * down
        yield Word(text, left, top, right, low, confidence)
