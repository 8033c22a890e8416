"""May this reading pass without a human? The one place that says so (DESIGN §4, §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from casework.checks.acceptance import LEAST_CONFIDENCE
from casework.checks.bounds import Evidence, missing_cases, proves
from casework.checks.registry import check
from casework.configuration.in_force import ProcessInForce
from casework.configuration.vocabulary import Nature, Stage
from casework.words.knowledge import Knowledge
from casework.words.reading import DecidedBy, DocumentReading, Finding, Severity
from casework.words.reasons import reasons
from casework.words.sender import SenderVerdict

_STOPPING = (Severity.FATAL, Severity.ERROR)
_XML_PDF = "AB-XML-PDF-"
_READERS_RULES = {_XML_PDF: "xml_pdf_differ", "AB-XSD": "rule_violated", "AB-IBAN-SEVERAL": "iban_unconfirmed"}
"""Rules of the reader whose name is not that of a reason."""
_ORDER = (
    "no_process", "process_off", "shadow", "unknown_kind", "two_kinds", "reading_failed", "deadline_mail",
    "public_danger", "sender_contradicted", "sender_lookalike", "sender_name_borrowed", "own_domain_outside",
    "sender_unproven", "other_office_suspected", "business_key_taken", "nearly_same",
    "iban_invalid", "iban_new", "xml_pdf_differ", "not_visible",
    "signature_broken", "type_disagrees", "mail_damaged", "totals_wrong", "rule_violated",
    "not_full_invoice", "not_plain_invoice", "relief_requested", "holder_minor", "dangerous_dog", "back_dated",
    "no_statute", "statute_unconfirmed", "others_change", "field_missing", "iban_unconfirmed", "field_unsure",
    "field_invalid", "date_implausible", "foreign_currency", "derived_differs", "check_spoke",
    "several_documents", "too_many_pages", "model_unsure", "bound_unproven", "decision_by_human",
    "release_required",
)  # fmt: skip
"""What a clerk should read first; a case in review shows the first of its codes. Codes of the reader that are not here
say why the file itself could not be read (`pdf_encrypted`) and stand before `unknown_kind`."""


@dataclass(frozen=True)
class Verdict:
    """The answer of the gate: `why` are the codes that prevent passing, the most telling first; none when it passes."""

    automatic: bool
    why: tuple[str, ...]
    findings: tuple[Finding, ...]


def decide(
    document: DocumentReading,
    process: ProcessInForce | None,
    knowledge: Knowledge,
    *,
    today: date | None,
    bounds: Mapping[str, Evidence] | None = None,
    sender: SenderVerdict | None = None,
) -> Verdict:
    """May the document be posted without a human, and if not, why. `findings` are all: the reader's, then ours.

    `process` None: nobody takes this kind. `bounds` are the confirmed cases per kind; None: nothing is proven yet.
    `sender` None: nobody judged who sent it, so nothing is asked of it.
    `today` None: the day of arrival is unknown, no date is too old or too early.
    """
    if process is None:
        return Verdict(False, ("no_process",), tuple(document.findings))
    ours = check(document, process, knowledge, today, sender)
    ours += [finding for finding in _kind_findings(document, process, bounds or {}) if finding not in ours]
    findings = tuple(dict.fromkeys([*document.findings, *ours]))
    codes = dict.fromkeys([*_stage_codes(process), *map(reason_of, filter(_stops, findings)), *document.unsure])
    why = tuple(sorted(codes, key=_rank))
    return Verdict(not why, why, findings)


def reason_of(finding: Finding) -> str:
    """The reason code behind a finding: ours carry it in their rule, official rules are `rule_violated`."""
    if not finding.rule.startswith("AB-"):
        return "rule_violated"
    for prefix, known in _READERS_RULES.items():
        if finding.rule.startswith(prefix):
            return known
    code = finding.rule.removeprefix("AB-").lower().replace("-", "_")
    return code if code in reasons() else "check_spoke"


def _stops(finding: Finding) -> bool:
    """Fatal and error stop, and so does every contradiction between the data and the visible page (DESIGN §7)."""
    return finding.severity in _STOPPING or finding.rule.startswith(_XML_PDF)


def _rank(code: str) -> tuple[int, str]:
    return (_ORDER.index(code) if code in _ORDER else _ORDER.index("unknown_kind"), code)


def _stage_codes(process: ProcessInForce) -> Iterator[str]:
    if process.stage is Stage.OFF:
        yield "process_off"
    elif process.stage is Stage.SHADOW:
        yield "shadow"
    elif process.stage is Stage.ASSISTED or process.basis is None:
        yield "release_required"
    if process.process.nature is Nature.DECISION:
        yield "decision_by_human"


def _kind_findings(
    document: DocumentReading, process: ProcessInForce, bounds: Mapping[str, Evidence]
) -> Iterator[Finding]:
    """Is the kind certain? What bytes or a proven form say is; a rule or the model only inside a proven bound."""
    if document.kind == "unknown" or document.decided_by is DecidedBy.NONE:
        if "unknown_kind" in document.unsure:
            return
        yield _finding("unknown_kind", "Die Art des Schreibens ist nicht erkannt.")
        return
    if document.kind not in process.process.kinds:
        yield _finding("no_process", "Dieser Prozess nimmt die Art des Schreibens nicht.")
    if document.confidence < process.overlay.thresholds.get(document.kind, LEAST_CONFIDENCE):
        yield _finding("model_unsure", f"Die Art ist nur zu {document.confidence:.0%} sicher.")
    if document.decided_by in (DecidedBy.BYTES, DecidedBy.FORM):
        return
    if document.decided_by is DecidedBy.MODEL and not process.overlay.model:
        yield _finding("model_unsure", "Das Modell ist für diesen Prozess ausgeschaltet.")
    evidence = bounds.get(document.kind, Evidence())
    if not proves(evidence, process.allowed_error):
        missing = missing_cases(evidence, process.allowed_error)
        yield _finding(
            "bound_unproven",
            f"Von dieser Art fehlen noch {missing} bestätigte Schreiben, bis eines ohne Prüfung gehen darf.",
        )


def _finding(code: str, message: str) -> Finding:
    return Finding(rule=f"AB-{code.upper().replace('_', '-')}", severity=Severity.ERROR, message=message)
