"""Answers to the sender of a case: choose one, read it, change it, send it; and what became of those before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.actions import answers
from casework.actions.answers import AnswerRefused
from casework.actions.decisions import CaseChanged
from casework.actions.ordering import why_not
from casework.configuration.answer_templates import AnswerTemplate
from casework.console import stopwatch, words
from casework.console.answering import came_back
from casework.console.formats import is_german
from casework.console.person import person, visible_case
from casework.console.turns import turn_of
from casework.policies import moments, permissions
from casework.policies.moments import WrongMoment
from casework.record.models import Answer, Case
from casework.words.addresses import same_address
from casework.words.errors import AmtsboteError, NeedsReview
from casework.words.reasons import reasons

STATE_TAGS = {"sent": "good", "failed": "bad", "unknown": "warn", "returned": "bad"}


@dataclass(frozen=True)
class Form:
    """The answer as it stands in the form: exactly these words leave."""

    template: str
    title: str
    recipient: str
    subject: str
    body: str
    refused: str = ""


@require_GET
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    """The answers of a case, and the one that was chosen, ready to be read."""
    case = visible_case(request, reference)
    return _show(request, case, form=_form(case, request.GET.get("vorlage", "")))


@require_POST
def send(request: HttpRequest, reference: str) -> HttpResponse:
    """Send what stands in the form; what cannot be sent is shown again with the reason."""
    case = visible_case(request, reference)
    given = {name: request.POST.get(name, "") for name in ("recipient", "subject", "body")}
    recipient = given["recipient"].strip()
    typed_again = request.POST.get("confirmed", "").strip()
    try:
        answers.order(
            case,
            turn_of(request, case),
            request.POST.get("template", ""),
            recipient=recipient,
            subject=given["subject"],
            body=given["body"],
            confirmed=bool(typed_again) and same_address(typed_again, recipient),
        )
    except (AnswerRefused, NeedsReview, WrongMoment, CaseChanged) as error:
        case.refresh_from_db()
        form = _form(case, request.POST.get("template", ""), given=given, refused=_why(error))
        return _show(request, case, form=form, status=422)
    messages.success(request, _("Die Antwort ist freigegeben und geht gleich hinaus."))
    return redirect("answers", reference=case.reference)


@require_POST
def settle(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Strike an answer off, or say whether one of unknown outcome arrived."""
    case = visible_case(request, reference)
    answer = case.answers.filter(number=number).first()
    if answer is None:
        raise Http404
    turn, said = turn_of(request, case), request.POST.get("said", "")
    try:
        if said == "withdraw":
            answers.withdraw(answer, turn)
        elif said in ("arrived", "lost"):
            answers.answer_arrived(answer, turn, arrived=said == "arrived")
        else:
            raise Http404
    except (WrongMoment, CaseChanged) as error:
        case.refresh_from_db()
        return _show(request, case, error=_why(error), status=409)
    messages.success(request, _("Ihre Angabe ist vermerkt."))
    return redirect("answers", reference=case.reference)


def _show(
    request: HttpRequest, case: Case, *, form: Form | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    user = person(request)
    may_answer = permissions.can_decide(user, case) and moments.can_answer(case)
    context = {
        "section": "queue" if moments.in_review(case) else "cases",
        "case": case,
        "opened": stopwatch.begin(case),
        "may_answer": may_answer,
        "offered": [(template.id, _title(template)) for template in answers.offered(case)] if may_answer else [],
        "form": form if may_answer else None,
        "error": error,
        "sent": [
            _view(answer, may_answer=may_answer) for answer in case.answers.select_related("posting", "ordered_by")
        ],
        "came_back": came_back(case),
    }
    return render(request, "console/answers.html", context, status=status)


def _view(answer: Answer, *, may_answer: bool) -> dict[str, Any]:
    return {
        "answer": answer,
        "state": words.word(words.ANSWER_STATES, answer.state),
        "tag": STATE_TAGS.get(answer.state, ""),
        "why": words.reason_words(answer.reason) if answer.reason in reasons() else "",
        "may_withdraw": may_answer and moments.can_withdraw_answer(answer),
        "asked": may_answer and answer.state == "unknown",
    }


def _form(case: Case, wanted: str, *, given: Mapping[str, str] | None = None, refused: str = "") -> Form | None:
    """The chosen template filled for this case, or what somebody made of it."""
    template = next((each for each in answers.offered(case) if each.id == wanted), None)
    if template is None:
        return Form("", "", "", "", "", refused) if refused else None
    if given is not None:
        return Form(template.id, _title(template), given["recipient"], given["subject"], given["body"], refused)
    try:
        text = answers.draft(case, template)
    except NeedsReview as error:
        return Form(template.id, _title(template), case.message.sender, "", "", _why(error))
    code = why_not(case, template, case.message.sender)
    return Form(
        template.id,
        _title(template),
        case.message.sender,
        text.subject,
        text.body,
        words.reason_words(code) if code else "",
    )


def _title(template: AnswerTemplate) -> str:
    return template.title.de if is_german() else template.title.en


def _why(error: AmtsboteError) -> str:
    if isinstance(error, AnswerRefused):
        return words.reason_words(error.code)
    if isinstance(error, NeedsReview):
        return words.reason_words(error.reason)
    if isinstance(error, CaseChanged):
        return _("Der Vorgang wurde inzwischen geändert. Es wurde nichts gespeichert. Bitte prüfen Sie ihn neu.")
    return _("Das geht gerade nicht: Der Bot arbeitet an diesem Vorgang, oder die Antwort ist schon unterwegs.")
