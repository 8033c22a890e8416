"""Who may do what: roles per office. Each rule is a pair: `check_…` raises `NotPermitted`, `can_…` answers.

A case of an office in which somebody has no reading role does not exist for them: it is looked up through
`cases_visible_to`, so that a foreign id answers like an unknown one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from casework.record.models import Attempt, Case, Membership, Role
from casework.words.errors import AmtsboteError

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READERS = frozenset({Role.CLERK, Role.SECOND_CLERK, Role.OFFICER, Role.AUDITOR})
"""Roles that may see the letters and values of an office's cases. A manager sees figures, never letters."""
DECIDERS = frozenset({Role.CLERK, Role.SECOND_CLERK})
SENDERS_BACK = frozenset({Role.CLERK, Role.SECOND_CLERK, Role.OFFICER})
BOOK_READERS = frozenset({Role.MANAGER, Role.OFFICER, Role.AUDITOR})
OPERATORS = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
TRAIL_READERS = frozenset({Role.AUDITOR, Role.OFFICER})
REOPENERS = frozenset({Role.CLERK, Role.SECOND_CLERK, Role.AUDITOR})
SCOPES = ("all", "office", "process", "system", "mailbox")


class NotPermitted(AmtsboteError, PermissionDenied):
    """Somebody asked for something that their roles do not give them."""


def roles_of(user: User) -> dict[str, frozenset[Role]]:
    """The person's roles by office; read once per user object, that is once per request."""
    known: dict[str, frozenset[Role]] | None = user.__dict__.get("_roles_by_office")
    if known is None:
        rows: dict[str, set[Role]] = {}
        for office, role in Membership.objects.filter(user_id=user.pk).values_list("office", "role"):
            rows.setdefault(office, set()).add(Role(role))
        known = {office: frozenset(roles) for office, roles in rows.items()}
        user.__dict__["_roles_by_office"] = known
    return known


def offices_with(user: User, roles: Iterable[Role]) -> list[str]:
    """The offices in which the person has one of these roles, sorted."""
    wanted = frozenset(roles)
    return sorted(office for office, own in roles_of(user).items() if own & wanted)


def has_role(user: User, office: str, roles: Iterable[Role]) -> bool:
    """Has the person one of these roles in that office?"""
    return bool(roles_of(user).get(office, frozenset()) & frozenset(roles))


def cases_visible_to(user: User) -> QuerySet[Case]:
    """The one predicate for cases and everything that hangs on them: letters, pages, values, events, evidence."""
    return Case.objects.filter(office__in=offices_with(user, READERS))


def can_read_cases(user: User) -> bool:
    """May they see the cases of any office?"""
    return bool(offices_with(user, READERS))


def check_read_cases(user: User) -> None:
    _require(can_read_cases(user), "reading cases needs the role of a clerk, an officer or an auditor")


def can_decide(user: User, case: Case) -> bool:
    """May they answer this review?"""
    return has_role(user, case.office, DECIDERS)


def check_decide(user: User, case: Case) -> None:
    _require(can_decide(user, case), f"deciding about {case.reference} needs the role of a clerk in {case.office}")


def can_send_back(user: User, case: Case) -> bool:
    """May they have the case read again, or name another kind?"""
    return has_role(user, case.office, SENDERS_BACK)


def check_send_back(user: User, case: Case) -> None:
    _require(can_send_back(user, case), f"having {case.reference} read again needs a clerk or officer of {case.office}")


def can_withdraw(user: User, case: Case) -> bool:
    """May they take a released case back before the bot has it?"""
    return has_role(user, case.office, {Role.OFFICER})


def check_withdraw(user: User, case: Case) -> None:
    _require(can_withdraw(user, case), f"taking {case.reference} back needs the role of an officer in {case.office}")


def can_reopen(user: User, case: Case) -> bool:
    """May they have a finished case decided anew after a complaint?"""
    return has_role(user, case.office, REOPENERS)


def check_reopen(user: User, case: Case) -> None:
    _require(can_reopen(user, case), f"opening {case.reference} again needs a clerk or auditor of {case.office}")


def can_save_original(user: User, case: Case, *, harmful: bool) -> bool:
    """May they save the letter as it came? What counts as malware, or was never scanned, only an officer may."""
    return not harmful or has_role(user, case.office, {Role.OFFICER})


def check_save_original(user: User, case: Case, *, harmful: bool) -> None:
    allowed = can_save_original(user, case, harmful=harmful)
    _require(allowed, f"the original of {case.reference} may hold malware: saving it needs an officer of {case.office}")


def can_second(user: User, first: int | None) -> bool:
    """May they give the second of four eyes? It takes somebody else than the first."""
    return first is not None and first != user.pk


def can_see_trail(user: User, office: str | None = None) -> bool:
    """May they read the audit trail (of that office, or of any)?"""
    return has_role(user, office, TRAIL_READERS) if office else bool(offices_with(user, TRAIL_READERS))


def check_see_trail(user: User, office: str | None = None) -> None:
    _require(can_see_trail(user, office), "the audit trail needs the role of an auditor or officer")


def can_see_evidence(user: User, attempt: Attempt) -> bool:
    """May they see the pictures of this attempt? Clerks only while they are asked what became of it."""
    case = attempt.posting.case
    if can_see_trail(user, case.office):
        return True
    return case.state == "review" and case.reason == "outcome_unknown" and can_decide(user, case)


def check_see_evidence(user: User, attempt: Attempt) -> None:
    _require(can_see_evidence(user, attempt), "evidence needs the role of an auditor or officer")


def can_see_books(user: User) -> bool:
    """May they see what was saved, in any office?"""
    return bool(offices_with(user, BOOK_READERS))


def check_see_books(user: User) -> None:
    _require(can_see_books(user), "the books need the role of a manager, an officer or an auditor")


def can_operate(user: User) -> bool:
    """May they see what runs and stop it, in any office?"""
    return bool(offices_with(user, OPERATORS))


def check_operate(user: User) -> None:
    _require(can_operate(user), "operations need the role of an officer or administrator")


def can_pause(user: User, scope: str, name: str, *, offices: Iterable[str]) -> bool:
    """May they stop or resume this? What concerns all offices takes an officer of all of them.

    `offices` are all offices of the house. A mailbox belongs to its office.
    """
    if scope in ("office", "mailbox"):
        return has_role(user, name.partition("/")[0], OPERATORS)
    own = set(offices_with(user, OPERATORS))
    return bool(own) and own >= set(offices)


def check_pause(user: User, scope: str, name: str, *, offices: Iterable[str]) -> None:
    what = f"{scope} {name}".strip()
    allowed = can_pause(user, scope, name, offices=offices)
    _require(allowed, f"stopping or resuming {what} needs an officer of all it concerns")


def _require(allowed: bool, sentence: str) -> None:
    if not allowed:
        raise NotPermitted(sentence)
