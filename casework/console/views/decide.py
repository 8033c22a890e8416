"""What a person answers on the case page: one form field names the answer, an action carries it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.actions import clock, decisions, handover, outcomes
from casework.actions.canonical import ValueRefused
from casework.actions.decisions import CaseChanged, FieldLocked, Turn
from casework.actions.move import MoveForbidden
from casework.actions.outcomes import ReceiptMissing, Seen
from casework.actions.recheck import FieldsMissing
from casework.configuration.vocabulary import KINDS
from casework.console import review_list, stopwatch
from casework.console.person import person, visible_case
from casework.console.views.case import show
from casework.policies.moments import WrongMoment
from casework.policies.permissions import NotPermitted
from casework.record.models import Case
from casework.words.errors import AmtsboteError, LeaseLost

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIELD = "field-"
"""Prefix of the form fields that hold values of the case."""
MORNING = time(7, 0)


class Unclear(AmtsboteError):
    """The form lacks something; the message is for the person."""


@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Carry out an answer and go on to the next case; what cannot be taken is shown with what was typed."""
    case = visible_case(request, reference)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        unknown = _("Diese Entscheidung gibt es nicht. Bitte wählen Sie noch einmal.")
        return show(request, case, error=unknown, status=400)
    try:
        sentence = answer(request, case, _turn(request, case))
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
        return show(request, case, typed=typed, refused=refused, error=_("Eine Angabe passt nicht."), status=422)
    if isinstance(error, FieldsMissing):
        refused = {name: _missing_words(case, name) for name in error.fields}
        return show(request, case, typed=typed, refused=refused, error=_("Es fehlen Pflichtangaben."), status=422)
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
    measured = stopwatch.seconds(case, request.POST.get("opened", ""), request.POST.get("seconds", ""))
    if measured and case.state == "review":
        decisions.spend(case, measured)
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
    return _("%(case)s ist bis %(day)s zurückgestellt.") % {"case": case.reference, "day": day.strftime("%d.%m.%Y")}


def _assign(request: HttpRequest, case: Case, turn: Turn) -> str:
    wanted = request.POST.get("to", "")
    if wanted == "nobody":
        decisions.assign(case, turn, None)
        return _("%(case)s ist wieder für alle da.") % {"case": case.reference}
    to = turn.user if wanted in ("", "me") else get_user_model().objects.filter(pk=wanted).first()
    decisions.assign(case, turn, to)
    return _("%(case)s ist Ihnen zugewiesen.") % {"case": case.reference}


def _outcome(request: HttpRequest, case: Case, turn: Turn) -> str:
    try:
        seen = Seen(request.POST.get("seen", ""))
    except ValueError as error:
        raise Unclear(_("Bitte wählen Sie, was Sie im Zielsystem gesehen haben.")) from error
    outcomes.answer_outcome(case, turn, seen, receipt=request.POST.get("receipt", ""), note=_note(request))
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
}
STAYING = ("assign", "withdraw", "reopen")
"""Answers after which the same case is shown again."""


def _turn(request: HttpRequest, case: Case) -> Turn:
    version = request.POST.get("version", "")
    measured = stopwatch.seconds(case, request.POST.get("opened", ""), request.POST.get("seconds", ""))
    user: User = person(request)
    return Turn(user, int(version) if version.isdecimal() else -1, measured)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name.removeprefix(FIELD): str(value) for name, value in request.POST.items() if name.startswith(FIELD)}


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "")[:2000]


def _onward(request: HttpRequest, case: Case) -> HttpResponse:
    if request.POST.get("answer") in STAYING:
        return redirect("case", reference=case.reference)
    narrowing = review_list.Narrowing.of(request.GET)
    following = review_list.next_case(person(request), narrowing, after=case)
    if following is None:
        messages.info(request, _("Das war der letzte Fall der Liste."))
        return redirect("queue")
    query = f"?{narrowing.query}" if narrowing.query else ""
    return redirect(reverse("case", args=[following.reference]) + query)


def _missing_words(case: Case, name: str) -> str:
    process = decisions.process_of(case)
    settings = process.process.field(name) if process else None
    if settings is not None and settings.derived:
        return _("Lässt sich nicht berechnen. Bitte prüfen Sie die Angaben, aus denen das folgt.")
    return _("Diese Angabe wird gebraucht.")


def _form_words(form: str) -> str:
    """What a field of this form takes."""
    forms = {
        "date": _("Bitte ein Datum wie 23.11.2026 eingeben."),
        "money": _("Bitte einen Betrag wie 1.234,56 eingeben."),
        "iban": _("Diese IBAN kann nicht stimmen: Die Prüfziffer passt nicht."),
        "integer": _("Bitte eine ganze Zahl eingeben."),
        "boolean": _("Bitte Ja oder Nein wählen."),
        "currency": _("Bitte ein Währungskürzel wie EUR eingeben."),
        "choice": _("Bitte einen der angebotenen Werte wählen."),
    }
    return forms.get(form, _("Diese Eingabe passt hier nicht."))


def _moment_words(code: str) -> str:
    """Why something cannot be done now."""
    sentences = {
        "changed": _("Der Vorgang wurde inzwischen geändert. Es wurde nichts gespeichert. Bitte prüfen Sie ihn neu."),
        "locked": _("Eine Angabe ist schon gebucht. Bitte berichtigen Sie sie im Zielsystem."),
        "not_in_review": _("Der Vorgang wartet nicht mehr auf eine Entscheidung. Es wurde nichts gespeichert."),
        "outcome_open": _("Bitte beantworten Sie zuerst, was aus der abgeschickten Buchung geworden ist."),
        "no_process": _("Für diese Art gibt es keinen Prozess. Bitte wählen Sie eine andere oder schließen Sie ihn."),
        "shadow": _("Der Prozess läuft im Schattenbetrieb. Bitte erledigen Sie den Fall von Hand."),
        "process_off": _("Der Prozess ist ausgeschaltet. Bitte erledigen Sie den Fall von Hand."),
        "closing_reason": _("Aus diesem Grund kann der Vorgang nicht geschlossen werden."),
        "partly_posted": _("Ein Teil ist schon gebucht. Art und Angaben stehen deshalb fest."),
        "no_question": _("Der Ausgang der Buchung ist inzwischen geklärt."),
        "not_ready": _("Der Vorgang kann nicht mehr zurückgeholt werden: Der Bot hat ihn schon."),
        "not_finished": _("Der Vorgang ist noch nicht abgeschlossen."),
    }
    return sentences.get(code, _("Das geht gerade nicht. Bitte laden Sie die Seite neu."))
