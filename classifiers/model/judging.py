"""The model at work: texts that no kind claimed get a kind, or the model abstains. Never runs in a reader's child."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from classifiers.model.keeping import ModelRefused, load
from classifiers.model.learner import Model


def judge(texts: Mapping[str, str], path: Path, *, key: bytes | None = None) -> dict[str, tuple[str, float]]:
    """Kind and confidence per part, for those the model is sure of. Raises ModelRefused."""
    if not path.is_file():
        raise ModelRefused(f"the model {path.name} is not there; train it")
    model = _model(path, path.stat().st_mtime_ns, key)
    parts = [part for part, text in texts.items() if text.strip()]
    predictions = model.predict_many([texts[part] for part in parts])
    return {
        part: (prediction.label, prediction.confidence)
        for part, prediction in zip(parts, predictions, strict=True)
        if not prediction.abstained
    }


@lru_cache(maxsize=2)
def _model(path: Path, changed: int, key: bytes | None) -> Model:
    return load(path, key=key)
