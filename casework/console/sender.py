"""Who sent a letter, in the words of the page: what proves it, what speaks against it, and who looked."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from casework.actions.senders import recorded
from casework.console.words import reason_words
from casework.record.models import Message
from casework.words.sender import ProvedBy, SenderMethod, SenderOutcome, SenderVerdict

PROOFS: dict[ProvedBy, str | Promise] = {
    ProvedBy.GATEWAY: gettext_lazy("nachgewiesen durch das Mail-Gateway des Hauses"),
    ProvedBy.SIGNATURE: gettext_lazy("nachgewiesen durch die digitale Unterschrift der Domain"),
    ProvedBy.SEAL: gettext_lazy("nachgewiesen durch das Siegel einer vertrauten Stelle"),
    ProvedBy.FOLDER: gettext_lazy("nachgewiesen durch den Ordner, in den nur eigene Systeme schreiben"),
}
OUTCOMES: dict[SenderOutcome, str | Promise] = {
    SenderOutcome.UNPROVEN: gettext_lazy("nicht nachgewiesen"),
    SenderOutcome.CONTRADICTED: gettext_lazy("widersprüchlich"),
}
RESULTS: dict[str, str | Promise] = {
    "pass": gettext_lazy("bestanden"),
    "fail": gettext_lazy("gescheitert"),
    "softfail": gettext_lazy("gescheitert"),
    "permerror": gettext_lazy("gescheitert"),
    "none": gettext_lazy("nicht vorhanden"),
    "altered": gettext_lazy("Text wurde verändert"),
    "invalid": gettext_lazy("ungültig"),
    "weak": gettext_lazy("Schlüssel zu schwach"),
    "partial": gettext_lazy("deckt nicht die ganze Mail"),
    "expired": gettext_lazy("abgelaufen"),
    "unsupported": gettext_lazy("veraltetes Verfahren"),
    "unchecked": gettext_lazy("nicht geprüft, kein Schlüssel"),
}


@dataclass(frozen=True)
class SenderView:
    """The answer to "who sent this": a word of the outcome, sentences why, and each look as label and result."""

    outcome: str
    summary: str
    reasons: tuple[str, ...]
    looks: tuple[tuple[str, str], ...]


def sender_view(message: Message) -> SenderView | None:
    """What the page says of the sender; None while nobody judged it."""
    verdict = recorded(message)
    if verdict is None:
        return None
    return SenderView(
        outcome=verdict.outcome,
        summary=_summary(verdict),
        reasons=tuple(reason_words(code) for code in verdict.reasons),
        looks=tuple(_look(method) for method in verdict.methods),
    )


def _summary(verdict: SenderVerdict) -> str:
    return str(PROOFS[verdict.proved_by] if verdict.proved_by else OUTCOMES[verdict.outcome])


def _look(method: SenderMethod) -> tuple[str, str]:
    """`DMARC (mx.amt.example)` and `bestanden: firma.example`."""
    by = method.by or _("eigene Prüfung")
    result = str(RESULTS.get(method.result, method.result))
    return f"{method.name.upper()} ({by})", f"{result}: {method.domain}" if method.domain else result
