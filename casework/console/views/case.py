"""The case page: the letter on the left, what was read on the right, and the answers a person can give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.actions import handover
from casework.actions.decisions import process_of
from casework.configuration.in_force import ProcessInForce
from casework.configuration.vocabulary import KINDS
from casework.console import review_list, stopwatch, words
from casework.console.answering import answering_of
from casework.console.findings import further
from casework.console.person import person, visible_case
from casework.console.readable import readable_view
from casework.console.sender import sender_view
from casework.console.sheet import sheet_of
from casework.console.views.files import is_harmful
from casework.policies import moments, permissions
from casework.record.models import Case, MessagePart, Page
from casework.words.errors import StoreError


@dataclass(frozen=True)
class PartView:
    """A part of the letter as a tab: its pages, or its text, or only its name and fate."""

    part: MessagePart | None
    key: str
    title: str
    pages: tuple[Page, ...]
    text: SafeString | str
    is_main: bool


@require_GET
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """One case, ready to be decided."""
    return show(request, visible_case(request, reference))


def show(
    request: HttpRequest,
    case: Case,
    *,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a case, after an answer that was not taken with what was typed and why."""
    user = person(request)
    process = process_of(case)
    pages = list(case.message.pages.all())
    parts = list(case.message.parts.all())
    sheet = sheet_of(case, process, pages, typed=typed, refused=refused)
    reasons, findings = further(case, sheet.findings)
    context = {
        "section": "queue" if moments.in_review(case) else "cases",
        "case": case,
        "process": process,
        "parts": parts,
        "tabs": _tabs(case, parts, pages),
        "sheet": sheet,
        "reasons": reasons,
        "findings": findings,
        "sender": sender_view(case.message),
        "siblings": _siblings(user, case),
        "opened": stopwatch.begin(case),
        "query": review_list.Narrowing.of(request.GET).query,
        "error": error,
        "bot": _steps(case, process),
        "answering": answering_of(user, case, process),
        "may_save_original": permissions.can_save_original(
            user, case, harmful=is_harmful(case, [part.reason for part in parts])
        ),
        **_answers(user, case, process),
    }
    return render(request, "console/case.html", context, status=status)


def _answers(user: User, case: Case, process: ProcessInForce | None) -> dict[str, Any]:
    """What this person may answer now."""
    may_decide = permissions.can_decide(user, case) and moments.in_review(case)
    asked = moments.asked_attempt_of(case) if moments.in_review(case) else None
    open_question = asked is not None
    may_send_back = permissions.can_send_back(user, case) and moments.can_read_again(case)
    may_close = may_decide and moments.can_decide(case)
    first = moments.first_release_of(case)
    return {
        "may_decide": may_decide,
        "may_release": may_decide and not open_question and moments.can_release(case, process),
        "may_send_back": may_send_back,
        "may_close": may_close,
        "may_withdraw": permissions.can_withdraw(user, case) and moments.can_withdraw(case),
        "may_reopen": permissions.can_reopen(user, case) and moments.can_reopen(case),
        "may_see_trail": permissions.can_see_trail(user, case.office),
        "asked": asked if may_decide else None,
        "asked_pictures": _pictures(user, asked) if may_decide and asked else [],
        "first_release": first,
        "closings": _closings(case) if may_close else [],
        "offices": handover.other_offices(case) if may_close else {},
        "kinds": [(kind, words.word(words.KINDS, kind)) for kind in sorted(KINDS - {"unknown", case.kind})],
        "decisions": case.decisions.select_related("user"),
    }


def _closings(case: Case) -> list[tuple[str, str]]:
    return [(code, words.word(words.CLOSINGS, code)) for code in moments.closing_reasons(case)]


def _pictures(user: User, attempt: Any) -> list[Any]:
    if not permissions.can_see_evidence(user, attempt):
        return []
    return [row for row in attempt.evidence.all() if row.type == "image/png"]


def _tabs(case: Case, parts: list[MessagePart], pages: list[Page]) -> list[PartView]:
    """Parts that can be looked at, the case's main document first."""
    by_part: dict[str, list[Page]] = {}
    for page in pages:
        by_part.setdefault(page.part, []).append(page)
    shown = [part for part in parts if (part.part in by_part or part.readable) and _is_worth_a_tab(case, part)]
    shown.sort(key=lambda part: (part.part != case.part, part.fate != "used", part.pk))
    tabs = [_tab(case, part, tuple(by_part.get(part.part, ())), index) for index, part in enumerate(shown)]
    return _told_apart(tabs)


def _told_apart(tabs: list[PartView]) -> list[PartView]:
    """The second tab of the same title gets a number, and so on."""
    seen: Counter[str] = Counter()
    told = []
    for tab in tabs:
        seen[tab.title] += 1
        number = seen[tab.title]
        told.append(replace(tab, title=f"{tab.title} ({number})") if number > 1 else tab)
    return told


def _is_worth_a_tab(case: Case, part: MessagePart) -> bool:
    """The same text in another form and pictures of a signature only stand in the list of parts."""
    return part.part == case.part or part.reason not in ("alternative_text", "inline_image")


def _tab(case: Case, part: MessagePart, pages: tuple[Page, ...], index: int) -> PartView:
    text: SafeString | str = ""
    if part.readable and not pages:
        try:
            text = readable_view(case.office, part)
        except StoreError:
            text = _("Dieser Teil lässt sich nicht öffnen. Bitte wenden Sie sich an die Automationsbeauftragten.")
    title = part.name or (_("Mailtext") if part.type.startswith("text/") else part.type)
    return PartView(part, f"teil-{index}", title, pages, text, part.part == case.part)


def _siblings(user: User, case: Case) -> list[Case]:
    """Other cases from the same letter."""
    same = permissions.cases_visible_to(user).filter(message=case.message_id).exclude(pk=case.pk)
    return list(same.order_by("pk")[:20])


def _steps(case: Case, process: ProcessInForce | None) -> list[dict[str, object]]:
    """What the bot does with the case, in order, and what of it is done."""
    done = {posting.step: posting for posting in case.postings.all()}
    steps = process.postings if process else ()
    return [
        {"system": words.system_title(step.system), "posting": done.get(number)} for number, step in enumerate(steps)
    ]
