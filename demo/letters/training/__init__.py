"""Labelled texts to train a kinds model with. They share no sentence with the letters of `demo.letters.morning`."""

from __future__ import annotations

from demo.letters.training.texts import LabelledText, training_texts, write_training_texts

__all__ = ["LabelledText", "training_texts", "write_training_texts"]
