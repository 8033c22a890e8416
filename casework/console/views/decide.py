"""What a person answers on the case page: one form field names the answer, an action carries it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.actions import clock, decisions, handover, outcomes
from casework.actions.canonical import Refusal, ValueRefused, printable
from casework.actions.decisions import CaseChanged, FieldLocked, Turn, UnknownField
from casework.actions.handover import NoSuchOffice
from casework.actions.move import MoveForbidden
from casework.actions.outcomes import ReceiptMissing, Seen
from casework.actions.recheck import FieldsMissing
from casework.configuration.vocabulary import KINDS
from casework.console import review_list
from casework.console.formats import shown_date
from casework.console.person import person, visible_case
from casework.console.turns import turn_of
from casework.console.views.case import show
from casework.policies import permissions
from casework.policies.moments import WrongMoment
from casework.policies.permissions import NotPermitted
from casework.record.models import Case
from casework.words.errors import AmtsboteError, LeaseLost, StoreError

if TYPE_CHECKING:
    pass

FIELD = "field-"
"""Prefix of the form fields that hold values of the case."""
MORNING = time(7, 0)
LONGEST_NOTE = 2000
LONGEST_RECEIPT = 200


class Unclear(AmtsboteError):
    """The form lacks something; the message is for the person."""


@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Carry out an answer and go on to the next case; what cannot be taken is shown with what was typed."""
    case = visible_case(request, reference)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        unknown = _("Diese Entscheidung ist hier nicht vorgesehen. Bitte wählen Sie eine der Schaltflächen.")
        return show(request, case, error=unknown, status=400)
    try:
        sentence = answer(request, case, turn_of(request, case))
    except AmtsboteError as error:
        case.refresh_from_db()
        return _not_taken(request, case, error)
    messages.success(request, sentence)
    return _onward(request, case)


def _not_taken(request: HttpRequest, case: Case, error: AmtsboteError) -> HttpResponse:
    """The case as it stands now, with what was typed and why it was not taken; who may not do it gets a 403."""
    if isinstance(error, NotPermitted):
        raise error
    typed = _typed(request)
    if isinstance(error, ValueRefused):
        refused = {error.field: _form_words(error.form)}
        return show(
            request,
            case,
            typed=typed,
            refused=refused,
            error=_("Noch nicht freigegeben: Bitte berichtigen Sie das rot umrandete Feld."),
            status=422,
        )
    if isinstance(error, FieldsMissing):
        refused = {name: _missing_words(case, name) for name in error.fields}
        return show(
            request,
            case,
            typed=typed,
            refused=refused,
            error=_("Noch nicht freigegeben: Es fehlen Pflichtangaben. Bitte ergänzen Sie die rot umrandeten Felder."),
            status=422,
        )
    if isinstance(error, (Unclear, ReceiptMissing)):
        missing = _("Bitte tragen Sie die Belegnummer aus dem Zielsystem ein.")
        text = str(error) if isinstance(error, Unclear) else missing
        return show(request, case, typed=typed, error=text, status=422)
    code = error.code if isinstance(error, WrongMoment) else _CODES.get(type(error), "")
    if not code:
        raise error
    return show(request, case, typed=typed, error=_moment_words(code), status=409)


@require_POST
def spent(request: HttpRequest, reference: str) -> HttpResponse:
    """Time on a case that was left without an answer."""
    case = visible_case(request, reference)
    permissions.check_decide(person(request), case)
    turn = turn_of(request, case)
    if turn.seconds and case.state == "review":
        decisions.spend(case, turn)
    return HttpResponse(status=204)


def _release(request: HttpRequest, case: Case, turn: Turn) -> str:
    decisions.release(case, turn, corrections=_typed(request), note=_note(request))
    if case.state == "review":
        return _("%(case)s: erste Freigabe vermerkt, eine zweite Person muss folgen.") % {"case": case.reference}
    if case.reason == "corrected":
        return _("%(case)s ist berichtigt und freigegeben.") % {"case": case.reference}
    return _("%(case)s ist freigegeben.") % {"case": case.reference}


def _other_kind(request: HttpRequest, case: Case, turn: Turn) -> str:
    kind = request.POST.get("kind", "")
    if kind not in KINDS - {"unknown"}:
        raise Unclear(_("Bitte wählen Sie die Art des Schreibens aus."))
    decisions.other_kind(case, turn, kind, note=_note(request))
    return _("%(case)s wird mit der gewählten Art neu gelesen.") % {"case": case.reference}


def _read_again(request: HttpRequest, case: Case, turn: Turn) -> str:
    decisions.read_again(case, turn, note=_note(request))
    return _("%(case)s wird neu gelesen.") % {"case": case.reference}


def _close(request: HttpRequest, case: Case, turn: Turn) -> str:
    reason, office = request.POST.get("reason", ""), request.POST.get("office", "")
    if not reason:
        raise Unclear(_("Bitte wählen Sie, warum der Vorgang geschlossen wird."))
    if reason == "other_office" and office:
        handover.hand_over(case, turn, office, note=_note(request))
    else:
        decisions.close(case, turn, reason, note=_note(request))
    return _("%(case)s ist geschlossen.") % {"case": case.reference}


def _hold(request: HttpRequest, case: Case, turn: Turn) -> str:
    try:
        day = datetime.strptime(request.POST.get("until", ""), "%Y-%m-%d").date()
    except ValueError as error:
        raise Unclear(_("Bitte wählen Sie einen Tag.")) from error
    until = timezone.make_aware(datetime.combine(day, MORNING))
    if until <= clock.now():
        raise Unclear(_("Bitte wählen Sie einen Tag in der Zukunft."))
    decisions.hold(case, turn, until, note=_note(request))
    return _("%(case)s ist bis %(day)s zurückgestellt.") % {"case": case.reference, "day": shown_date(day.isoformat())}


def _assign(request: HttpRequest, case: Case, turn: Turn) -> str:
    wanted = request.POST.get("to", "")
    if wanted not in ("me", "nobody"):
        raise Unclear(_("Bitte wählen Sie, wem der Vorgang zugewiesen wird."))
    if wanted == "nobody":
        decisions.assign(case, turn, None)
        return _("%(case)s ist wieder für alle da.") % {"case": case.reference}
    decisions.assign(case, turn, turn.user)
    return _("%(case)s ist Ihnen zugewiesen.") % {"case": case.reference}


def _outcome(request: HttpRequest, case: Case, turn: Turn) -> str:
    try:
        seen = Seen(request.POST.get("seen", ""))
    except ValueError as error:
        raise Unclear(_("Bitte wählen Sie, was Sie im Zielsystem gesehen haben.")) from error
    receipt = printable(request.POST.get("receipt", ""))
    if len(receipt) > LONGEST_RECEIPT:
        raise Unclear(_("Diese Belegnummer ist zu lang. Bitte vergleichen Sie sie mit dem Zielsystem."))
    outcomes.answer_outcome(case, turn, seen, receipt=receipt, note=_note(request))
    return _("%(case)s: Ihre Antwort ist vermerkt, der Vorgang läuft weiter.") % {"case": case.reference}


def _withdraw(request: HttpRequest, case: Case, turn: Turn) -> str:
    decisions.withdraw(case, turn)
    return _("%(case)s ist zurückgeholt und wartet wieder auf Prüfung.") % {"case": case.reference}


def _reopen(request: HttpRequest, case: Case, turn: Turn) -> str:
    decisions.reopen(case, turn, note=_note(request))
    return _("%(case)s ist wieder geöffnet. Ein Mensch entscheidet neu.") % {"case": case.reference}


ANSWERS: dict[str, Callable[[HttpRequest, Case, Turn], str]] = {
    "release": _release,
    "other_kind": _other_kind,
    "read_again": _read_again,
    "close": _close,
    "hold": _hold,
    "assign": _assign,
    "outcome": _outcome,
    "withdraw": _withdraw,
    "reopen": _reopen,
}
_CODES: dict[type[AmtsboteError], str] = {
    CaseChanged: "changed",
    LeaseLost: "changed",
    MoveForbidden: "changed",
    FieldLocked: "locked",
    NoSuchOffice: "no_office",
    UnknownField: "unknown_field",
    StoreError: "store",
}
STAYING = ("assign", "withdraw", "reopen")
"""Answers after which the same case is shown again."""


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name.removeprefix(FIELD): str(value) for name, value in request.POST.items() if name.startswith(FIELD)}


def _note(request: HttpRequest) -> str:
    return printable(request.POST.get("note", "")[:LONGEST_NOTE])


def _onward(request: HttpRequest, case: Case) -> HttpResponse:
    if request.POST.get("answer") in STAYING:
        return redirect("case", reference=case.reference)
    narrowing = review_list.Narrowing.of(request.GET)
    following = review_list.next_case(person(request), narrowing, after=case)
    if following is None:
        messages.info(request, _("Das war der letzte Vorgang der Liste."))
        return redirect("queue")
    query = f"?{narrowing.query}" if narrowing.query else ""
    return redirect(reverse("case", args=[following.reference]) + query)


def _missing_words(case: Case, name: str) -> str:
    process = decisions.process_of(case)
    settings = process.process.field(name) if process else None
    if settings is not None and settings.derived:
        return _("Lässt sich nicht berechnen. Bitte prüfen Sie die Angaben, aus denen das folgt.")
    return _("Diese Angabe wird gebraucht. Bitte ergänzen Sie sie.")


def _form_words(form: str) -> str:
    """What a field of this form takes."""
    forms = {
        "date": _("Bitte ein Datum wie 23.11.2026 eingeben."),
        "money": _("Bitte einen Betrag wie 1.234,56 eingeben."),
        "iban": _(
            "Diese IBAN kann nicht stimmen: Die Prüfziffer passt nicht. Bitte vergleichen Sie sie mit dem Schreiben."
        ),
        "integer": _("Bitte eine ganze Zahl eingeben."),
        "boolean": _("Bitte Ja oder Nein wählen."),
        "currency": _("Bitte ein Währungskürzel wie EUR eingeben."),
        "choice": _("Bitte einen der angebotenen Werte wählen."),
        Refusal.TOO_LONG: _("Diese Eingabe ist zu lang. Bitte kürzen Sie sie."),
        Refusal.UNREADABLE: _("Diese Eingabe enthält unlesbare Zeichen. Bitte geben Sie sie neu ein."),
    }
    return forms.get(form, _("Diese Eingabe passt hier nicht. Bitte vergleichen Sie sie mit dem Schreiben."))


def _moment_words(code: str) -> str:
    """Why something cannot be done now."""
    sentences = {
        "changed": _("Der Vorgang wurde inzwischen geändert. Es wurde nichts gespeichert. Bitte prüfen Sie ihn neu."),
        "locked": _(
            "Eine Angabe ist schon übertragen und hier nicht mehr änderbar. Bitte berichtigen Sie sie im Zielsystem."
        ),
        "no_office": _("Dieses Amt gibt es hier nicht. Bitte schließen Sie den Vorgang ohne Übergabe."),
        "unknown_field": _("Der Vorgang hat nicht mehr dieselben Angaben wie diese Seite. Bitte laden Sie sie neu."),
        "store": _(
            "Das Schreiben lässt sich gerade nicht lesen oder nicht ablegen, es wurde nichts geändert. "
            "Bitte verständigen Sie die Administration."
        ),
        "not_in_review": _("Der Vorgang wartet nicht mehr auf eine Entscheidung. Es wurde nichts gespeichert."),
        "outcome_open": _("Bitte beantworten Sie zuerst, was aus dem abgeschickten Eintrag geworden ist."),
        "no_process": _("Für diese Art gibt es keinen Prozess. Bitte wählen Sie eine andere oder schließen Sie ihn."),
        "shadow": _(
            "Der Prozess wird noch erprobt, der Bot überträgt nichts. Bitte erledigen Sie den Vorgang von Hand."
        ),
        "process_off": _("Der Prozess ist ausgeschaltet. Bitte erledigen Sie den Vorgang von Hand."),
        "closing_reason": _(
            "Aus diesem Grund kann der Vorgang nicht geschlossen werden. Bitte wählen Sie einen anderen."
        ),
        "no_bytes": _("Das Schreiben liegt noch im Postfach und kann deshalb nicht gelesen werden."),
        "partly_posted": _("Ein Teil ist schon übertragen. Art und Angaben stehen deshalb fest."),
        "no_question": _("Der Ausgang ist inzwischen geklärt. Ihre Antwort wird nicht mehr gebraucht."),
        "not_ready": _("Der Vorgang kann nicht mehr zurückgeholt werden: Der Bot hat ihn schon."),
        "not_finished": _(
            "Der Vorgang ist noch nicht abgeschlossen und braucht deshalb nicht wieder geöffnet zu werden."
        ),
    }
    return sentences.get(
        code, _("Das ist gerade nicht möglich, es wurde nichts gespeichert. Bitte laden Sie die Seite neu.")
    )
