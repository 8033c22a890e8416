"""A model on disk: a skops file (only types on our list are ever loaded) and beside it what it is, signed.

`kinds.skops` holds the model, `kinds.skops.json` its metadata, digest and HMAC-SHA-256 under a key of the house.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from casework.words.errors import AmtsboteError
from classifiers.model.learner import Model

ALLOWED_TYPES: frozenset[str] = frozenset()
"""Types beyond those that skops itself trusts; our models need none."""


class ModelRefused(AmtsboteError):
    """A model file that is not ours, was altered, or holds types that are not on the list."""


def save(model: Model, path: Path, *, key: bytes | None = None) -> None:
    """Write model and metadata; with a key both are signed. Written beside and renamed, so never half there."""
    from skops.io import dumps

    state = {
        "words": model.words,
        "characters": model.characters,
        "linear": model.linear,
        "labels": list(model.labels),
        "temperature": model.temperature,
        "threshold": model.threshold,
    }
    data = dumps(state)
    about: dict[str, Any] = {"metadata": model.metadata, "sha256": hashlib.sha256(data).hexdigest()}
    about["hmac"] = _seal(key, data, about["metadata"]) if key is not None else None
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(_beside(path), json.dumps(about, ensure_ascii=False, indent=1).encode())
    _write(path, data)


def load(path: Path, *, key: bytes | None = None) -> Model:
    """Read a model. With a key the signature must fit; types must be on the list anyway. Raises ModelRefused."""
    from skops.io import get_untrusted_types, loads

    try:
        data, about = path.read_bytes(), json.loads(_beside(path).read_text())
    except (OSError, ValueError) as error:
        raise ModelRefused(f"the model {path.name} cannot be read; train it again") from error
    if hashlib.sha256(data).hexdigest() != about.get("sha256"):
        raise ModelRefused(f"the model {path.name} and its description do not belong together; train it again")
    if key is not None and not hmac.compare_digest(str(about.get("hmac")), _seal(key, data, about["metadata"])):
        raise ModelRefused(f"the model {path.name} was not signed by this house; train it again")
    unknown = set(get_untrusted_types(data=data)) - ALLOWED_TYPES
    if unknown:
        raise ModelRefused(f"the model {path.name} holds types that are not allowed: {', '.join(sorted(unknown))}")
    state = loads(data, trusted=sorted(ALLOWED_TYPES))
    return Model(
        state["words"],
        state["characters"],
        state["linear"],
        tuple(state["labels"]),
        float(state["temperature"]),
        float(state["threshold"]),
        about["metadata"],
    )


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _seal(key: bytes, data: bytes, metadata: dict[str, Any]) -> str:
    text = json.dumps(metadata, sort_keys=True, ensure_ascii=False).encode()
    return hmac.new(key, hashlib.sha256(data).digest() + text, hashlib.sha256).hexdigest()


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    os.replace(fresh, path)
