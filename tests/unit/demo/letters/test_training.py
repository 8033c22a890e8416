"""Texts to train with: balanced, different, and nothing of them in the letters they are tried on."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pypdfium2

from demo.letters import Letter, morning
from demo.letters.training import training_texts, write_training_texts

KINDS = ["defect_report", "dog_deregistration", "dog_registration", "invoice", "no_action"]


def test_each_kind_has_its_number_of_different_texts() -> None:
    texts = training_texts(1, 120)
    assert Counter(text.label for text in texts) == dict.fromkeys(KINDS, 120)
    assert len(set(texts)) == 600
    assert all(text.text.strip() and "<" not in text.text for text in texts)


def test_the_same_seed_gives_the_same_texts() -> None:
    assert training_texts(4, 20) == training_texts(4, 20)
    assert not set(training_texts(4, 20)) >= set(training_texts(5, 20))


def test_texts_are_written_as_lines_of_json(tmp_path: Path) -> None:
    texts = training_texts(1, 3)
    write_training_texts(tmp_path / "train.jsonl", texts)
    rows = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [{"text": text.text, "label": text.label} for text in texts]


def test_training_and_letters_share_no_sentence(
    letters: list[Letter], parsed: Callable[[Letter], EmailMessage], files: Callable[[Letter], dict[str, bytes]]
) -> None:
    trained = {sentence for text in training_texts(1, 400) for sentence in _sentences(text.text)}
    more = morning(seed=8, day=dt.date(2026, 3, 2), count=40)
    told = [text for letter in [*letters, *more] for text in _texts(letter, parsed, files)]
    tried = {sentence for text in told for sentence in _sentences(text)}
    assert len(trained) > 300
    assert len(tried) > 200
    assert trained & tried == set()


def _texts(
    letter: Letter, parsed: Callable[[Letter], EmailMessage], files: Callable[[Letter], dict[str, bytes]]
) -> Iterator[str]:
    message = parsed(letter)
    yield str(message["Subject"])
    body = message.get_body(("plain",))
    if body is not None:
        yield str(body.get_content())
    if letter.truth.recipe in {"damaged_pdf", "encrypted_pdf", "scanned_invoice"}:
        return
    for name, data in files(letter).items():
        if name.endswith(".pdf") and not pikepdf.open(io.BytesIO(data)).is_encrypted:
            document = pypdfium2.PdfDocument(data)
            yield "\n".join(page.get_textpage().get_text_bounded() for page in document)
            document.close()


def _sentences(text: str) -> set[str]:
    """Runs of at least four words, without numbers, lower case."""
    found = (" ".join(re.findall(r"[a-zäöüß]+", part.lower())) for part in re.split(r"[.!?\n|]", text))
    return {sentence for sentence in found if len(sentence.split()) >= 4}
