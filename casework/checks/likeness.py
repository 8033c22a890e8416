"""Are two letters nearly the same? MinHash finds the few that may be, an exact comparison decides.

Letters from one form or one supplier share most of their words and differ in what matters: a number, an amount, a
name. So two texts count as nearly the same only when every number in them is the same, dates left aside (a letter that
is sent again often carries the day it was printed), and hardly a word differs.
"""

from __future__ import annotations

import re
from collections import Counter

from datasketch import MinHash
from rapidfuzz.distance import Indel

LONGEST_TEXT = 20_000
"""Characters of a letter that are compared."""
FEWEST_WORDS = 40
"""Shorter texts are alike by chance: two citizens who report the same street lamp."""
PERMUTATIONS = 64
BANDS, ROWS = 9, 7
"""Of two texts with 85 % of their shingles in common, 97 % share one band; with 50 %, 7 %."""
SHINGLE_WORDS = 3
LEAST_LIKENESS = 0.96
"""Share of words in the same order, of both texts together."""

_WORD = re.compile(r"[^\W_]+(?:[.,:/-][^\W_]+)*", re.UNICODE)
_DATE_OR_TIME = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}(?::\d{2})?")


def words_of_text(text: str) -> list[str]:
    """The words of a letter in order, small letters, without dates and times."""
    return _WORD.findall(_DATE_OR_TIME.sub(" ", text[:LONGEST_TEXT]).casefold())


def bands(text: str) -> list[bytes]:
    """The letter's MinHash signature in `BANDS` pieces; two letters that share a piece may be alike. [] when short."""
    words = words_of_text(text)
    if len(words) < FEWEST_WORDS:
        return []
    signature = MinHash(num_perm=PERMUTATIONS, seed=1)
    starts = range(len(words) - SHINGLE_WORDS + 1)
    signature.update_batch({" ".join(words[start : start + SHINGLE_WORDS]).encode() for start in starts})
    values = signature.digest()
    return [values[band * ROWS : (band + 1) * ROWS].tobytes() for band in range(BANDS)]


def nearly_same(one: str, other: str) -> bool:
    """Do both letters say the same, but for a few words and for dates?"""
    ours, theirs = words_of_text(one), words_of_text(other)
    if min(len(ours), len(theirs)) < FEWEST_WORDS or _numbers(ours) != _numbers(theirs):
        return False
    return float(Indel.normalized_similarity(ours, theirs)) >= LEAST_LIKENESS


def _numbers(words: list[str]) -> Counter[str]:
    return Counter(word for word in words if any(letter.isdigit() for letter in word))
