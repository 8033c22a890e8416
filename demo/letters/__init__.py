"""Generates the post an Amt gets in a morning, with the truth about it; all names invented, all domains `.example`."""

from __future__ import annotations

from demo.letters.dogs import RegisteredDog, dogs_already_registered
from demo.letters.firms import Supplier, strangers, suppliers
from demo.letters.letter import DocumentTruth, Letter, LetterTruth, write_eml, write_expected, write_truth
from demo.letters.places import OFFICES, Municipality, OfficeAddress
from demo.letters.post import morning
from demo.letters.training import LabelledText, training_texts

__all__ = [
    "OFFICES",
    "DocumentTruth",
    "LabelledText",
    "Letter",
    "LetterTruth",
    "Municipality",
    "OfficeAddress",
    "RegisteredDog",
    "Supplier",
    "dogs_already_registered",
    "morning",
    "strangers",
    "suppliers",
    "training_texts",
    "write_eml",
    "write_expected",
    "write_truth",
]
