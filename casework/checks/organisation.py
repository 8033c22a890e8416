"""Domains as people see them: whose organisation a domain is, and which domains look alike.

No list of public suffixes is installed. Rule: the organisation's domain is the last two labels, or the last three when
the last two are a two-letter country and one of the usual second levels (`co.uk`). It serves to compare, never to
prove: a proof needs the very domain (strict alignment).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "gv", "net", "or", "org"})
_TWINS = {"rn": "m", "vv": "w", "cl": "d"}
_SIGNS = {
    "a": "аαɑ", "b": "ьβ", "c": "сϲ", "d": "ԁ", "e": "еєε", "g": "ɡ", "h": "һħ", "j": "ј", "k": "кκ", "l": "1iıɩіιӏł",
    "m": "м", "n": "пη", "o": "0оοσø", "p": "рρ", "q": "ԛ", "r": "г", "s": "5ѕ", "t": "тτ", "u": "υ", "v": "ѵν",
    "w": "ԝω", "x": "хχ", "y": "уγ", "z": "ζ",
}  # fmt: skip
_ALIKE = {ord(sign): letter for letter, signs in _SIGNS.items() for sign in signs}
"""Signs that a hurried eye takes for a Latin letter: digits, Latin extras, Cyrillic, Greek. Our own table, by eye."""
_SHORTEST, _LONG = 5, 9
"""Labels below five letters only look alike when their skeletons are equal; from nine on two letters may differ."""


def organisation(domain: str) -> str:
    """The organisation's domain: `rechnung.firma.example` belongs to `firma.example`."""
    labels = domain.lower().rstrip(".").split(".")
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if deep else -2 :])


def skeleton(text: str) -> str:
    """What is left of a text for a hurried eye: punycode read, accents and look-alike letters made Latin."""
    plain = unicodedata.normalize("NFKD", _readable(text).casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(_ALIKE)
    for pair, sign in _TWINS.items():
        plain = plain.replace(pair, sign)
    return plain.replace("-", "")


def _readable(text: str) -> str:
    """Labels of an internationalised domain as people see them."""
    return ".".join(_decoded(label) for label in text.split("."))


def _decoded(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def lookalike(domain: str, known: Iterable[str]) -> str:
    """The first known organisation's domain that this one could be taken for; empty when there is none.

    A domain of the same organisation is no look-alike; the same name under another ending is one.
    """
    own = organisation(domain)
    name = skeleton(own.partition(".")[0])
    for other in known:
        theirs = organisation(other)
        if own != theirs and _alike(name, skeleton(theirs.partition(".")[0])):
            return theirs
    return ""


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    most = 0 if shorter < _SHORTEST else 1 if shorter < _LONG else 2
    return most > 0 and OSA.distance(one, other, score_cutoff=most) <= most
