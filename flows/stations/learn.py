"""Learning to tell kinds: a model trained on labelled texts, signed with the house's key and kept beside the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casework.configuration import places
from casework.record import keys
from casework.words.errors import ConfigurationError

MODEL = "kinds.skops"
PURPOSE = "models"


def model_path() -> Path:
    """Where the model of kinds lies."""
    return places.home().models / MODEL


def model_key() -> bytes:
    """The key that tells our own model from any other file."""
    return keys.signing_key(PURPOSE)


def learn_from(texts: Path, *, source: str) -> dict[str, Any]:
    """Train on a JSONL file with `text` and `label` a line, and keep the model; returns its metadata.

    `source` says where the texts come from (`generated`, `confirmed`) and stays with the model.
    """
    from classifiers.model.keeping import save
    from classifiers.model.learner import train

    rows = list(_rows(texts))
    model = train([row["text"] for row in rows], [row["label"] for row in rows], metadata={"source": source})
    path = model_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    save(model, path, key=model_key())
    return model.metadata


def _rows(texts: Path) -> Iterator[dict[str, str]]:
    try:
        lines = texts.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{texts}: cannot be read: {error}; give a JSONL file with text and label") from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            yield {"text": row["text"], "label": row["label"]}
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{texts}:{number}: needs text and label as JSON; mend the line") from error
