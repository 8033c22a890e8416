"""What confirmed cases prove: the one-sided Clopper-Pearson bound of an error rate (DESIGN §7)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Evidence:
    """Confirmed cases of a kind that neither training, thresholds nor selection saw, and how many were wrong."""

    checked: int = 0
    errors: int = 0


def upper_bound(evidence: Evidence, confidence: float = CONFIDENCE) -> float:
    """The error rate that is not exceeded with this confidence; 1 without evidence.

    Clopper & Pearson (1934), one-sided: the rate at which so few errors would be seen with probability 1 − confidence.
    """
    if evidence.checked <= 0 or evidence.errors >= evidence.checked:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        if _at_most(evidence.errors, evidence.checked, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def proves(evidence: Evidence, allowed: Decimal, confidence: float = CONFIDENCE) -> bool:
    """Is the error rate proven to be at most `allowed`?"""
    return upper_bound(evidence, confidence) <= float(allowed)


def missing_cases(evidence: Evidence, allowed: Decimal, confidence: float = CONFIDENCE) -> int:
    """How many more confirmed cases without an error are missing for the bound; 0 when it is proven."""
    if proves(evidence, allowed, confidence):
        return 0
    step = 1
    while not proves(Evidence(evidence.checked + step, evidence.errors), allowed, confidence):
        step *= 2
    low, high = step // 2, step
    while high - low > 1:
        middle = (low + high) // 2
        if proves(Evidence(evidence.checked + middle, evidence.errors), allowed, confidence):
            high = middle
        else:
            low = middle
    return high


def _at_most(errors: int, checked: int, rate: float) -> float:
    """Probability of at most so many errors among `checked` at this rate."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    logs = [
        lgamma(checked + 1) - lgamma(k + 1) - lgamma(checked - k + 1) + k * log(rate) + (checked - k) * log1p(-rate)
        for k in range(errors + 1)
    ]
    return sum(exp(value) for value in logs)
