"""What checks found, in the language of the page, and each thing said once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casework.console.formats import is_german
from casework.console.words import reason_words
from casework.record.models import Case, RecordedFinding
from casework.words.reasons import reasons

OURS = "AB-"
REFERENCE = re.compile(r"\b[A-Z2-7]{10}\b")
XML_PDF = "AB-XML-PDF-"
GERMAN_RULES = ("BR-DE", "BR-TMP", OURS)
"""Rules whose texts are German; those of the European standard are English."""


@dataclass(frozen=True)
class FindingView:
    """A finding as a page says it; `rule` is the id of an official rule, `language` that of the text if another,
    `case` the reference of the other case it speaks of.
    """

    severity: str
    text: str
    rule: str
    language: str
    case: str = ""


def finding_view(finding: RecordedFinding) -> FindingView:
    """A finding in the page's language where our own reasons know it, else as it was written down."""
    code = reason_of_rule(finding.rule)
    page = "de" if is_german() else "en"
    rule = "" if finding.rule.startswith(OURS) else finding.rule
    if code == "nearly_same" and (other := REFERENCE.search(finding.message)):
        return FindingView(finding.severity, _("Fast derselbe Text kam schon zu Vorgang"), rule, "", other[0])
    if page == "en" and code:
        return FindingView(finding.severity, reason_words(code), rule, "")
    written = "de" if finding.rule.startswith(GERMAN_RULES) else "en"
    return FindingView(finding.severity, finding.message, rule, "" if written == page else written)


def reason_of_rule(rule: str) -> str:
    """The reason code that one of our own rules stands for: `AB-IBAN-NEW` for `iban_new`; empty for others."""
    if rule.startswith(XML_PDF):
        return "xml_pdf_differ"
    code = rule.removeprefix(OURS).lower().replace("-", "_")
    return code if rule.startswith(OURS) and code in reasons() else ""


def further(case: Case, loose: Sequence[RecordedFinding]) -> tuple[list[str], list[FindingView]]:
    """Reasons beside the first and findings that belong to no field, without what stands above them already."""
    known = {reason_of_rule(finding.rule) for finding in case.findings.all()}
    codes = [code for code in case.reasons if code != case.reason and code not in known]
    first = reason_words(case.reason)
    views = [view for finding in loose if not first.startswith((view := finding_view(finding)).text.rstrip("."))]
    return codes, list(dict.fromkeys(views))
