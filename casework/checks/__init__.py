"""The checks and the gate: what a reading has to withstand before it may pass without a human. Pure, no Django."""

from __future__ import annotations

from casework.checks.bounds import Evidence, missing_cases, proves, upper_bound
from casework.checks.derived import derive, with_derived
from casework.checks.gate import Verdict, decide, reason_of
from casework.checks.keys import business_key
from casework.checks.knowing import OfficeKnowledge, SupplierTable
from casework.checks.mapping import fill, posting_key, work_for
from casework.checks.organisation import organisation
from casework.checks.registry import REGISTRY, check
from casework.checks.sender import SenderBook

__all__ = [
    "REGISTRY",
    "Evidence",
    "OfficeKnowledge",
    "SenderBook",
    "SupplierTable",
    "Verdict",
    "business_key",
    "check",
    "decide",
    "derive",
    "fill",
    "missing_cases",
    "organisation",
    "posting_key",
    "proves",
    "reason_of",
    "upper_bound",
    "with_derived",
    "work_for",
]
