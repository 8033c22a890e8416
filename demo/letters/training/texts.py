"""Composes training texts from the pools, one shape after the other, with the slips of typing hands and of OCR."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from demo.letters.training import dog_pools, invoice_pools, other_pools
from demo.letters.training.fillers import fill

Pools = Mapping[str, Sequence[str]]
Shape = tuple[str, ...]
SLIPS = (("rn", "m"), ("l", "1"), ("ü", "ii"), ("ä", "a"), ("0", "O"), ("ß", "B"), ("i", "l"), ("e", "c"))


class LabelledText(NamedTuple):
    """A text as a reader sees it (a mail with its subject, or the pages of a PDF), and the kind it is of."""

    text: str
    label: str


def training_texts(seed: int, n_per_kind: int) -> list[LabelledText]:
    """`n_per_kind` different texts for each of the five kinds, shuffled; the same seed gives the same texts."""
    texts: dict[LabelledText, None] = {}
    for label in sorted(WRITERS):
        numbers = itertools.count()
        wanted = len(texts) + n_per_kind
        while len(texts) < wanted:
            texts[LabelledText(compose(seed, label, next(numbers)), label)] = None
    order = list(texts)
    Random(f"{seed}/training/order").shuffle(order)
    return order


def write_training_texts(path: Path, texts: Iterable[LabelledText]) -> None:
    """JSONL with `text` and `label`, as `evaluate classifier` takes it."""
    lines = [json.dumps(text._asdict(), ensure_ascii=False) for text in texts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def compose(seed: int, label: str, number: int) -> str:
    """One text of a kind."""
    rng = Random(f"{seed}/training/{label}/{number}")
    text = WRITERS[label](rng)
    chance = rng.random()
    if chance < 0.12:
        return with_slips(text, rng, share=0.02)
    return text.lower() if chance < 0.15 else text


def from_shapes(pools: Pools, shapes: Sequence[Shape]) -> Callable[[Random], str]:
    """A writer that draws a shape and a phrase for each of its places; a place with `?` is left out half the time."""

    def write(rng: Random) -> str:
        parts: list[str] = []
        for place in rng.choice(list(shapes)):
            name = place.rstrip("?*")
            if place.endswith("?") and rng.random() < 0.5:
                continue
            times = rng.randrange(1, 6) if place.endswith("*") else 1
            unused = [phrase for phrase in pools[name] if phrase not in parts]
            parts += rng.sample(unused, min(times, len(unused)))
        joint = "\n" if rng.random() < 0.6 else "\n\n"
        return fill(joint.join(parts), rng)

    return write


def with_slips(text: str, rng: Random, *, share: float) -> str:
    """The text with some letters misread, as OCR does."""

    def slip(match: re.Match[str]) -> str:
        return dict(SLIPS)[match.group()] if rng.random() < share else match.group()

    return re.sub("|".join(wrong for wrong, _ in SLIPS), slip, text)


WRITERS: dict[str, Callable[[Random], str]] = {
    "invoice": from_shapes(invoice_pools.POOLS, invoice_pools.SHAPES),
    "dog_registration": from_shapes(dog_pools.REGISTRATION, dog_pools.REGISTRATION_SHAPES),
    "dog_deregistration": from_shapes(dog_pools.DEREGISTRATION, dog_pools.DEREGISTRATION_SHAPES),
    "defect_report": from_shapes(other_pools.DEFECT, other_pools.DEFECT_SHAPES),
    "no_action": from_shapes(other_pools.NOTHING, other_pools.NOTHING_SHAPES),
}
