"""The Prüfliste as a question to the record: which cases wait for whom, in which order, and which is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict

from casework.actions import clock
from casework.policies import permissions
from casework.record.models import Case
from casework.words.states import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AGES = {"1": 1, "3": 3, "7": 7}
"""Days; the filter shows what waits longer."""
SORTS = {
    "urgent": (F("due").asc(nulls_last=True), "opened_at", "pk"),
    "oldest": ("opened_at", "pk"),
    "newest": ("-opened_at", "-pk"),
    "reason": ("reason", "opened_at", "pk"),
    "process": ("process", "opened_at", "pk"),
}
LONGEST_WALK = 2000
FILTERS = ("office", "process", "reason", "age", "assigned", "held", "q", "sort")


@dataclass(frozen=True)
class Narrowing:
    """What somebody asked the list to show; empty means all of it."""

    office: str = ""
    process: str = ""
    reason: str = ""
    age: str = ""
    assigned: str = ""
    held: str = ""
    q: str = ""
    sort: str = "urgent"

    @classmethod
    def of(cls, query: QueryDict) -> Narrowing:
        """From a page's address."""
        given = {name: query.get(name, "").strip()[:200] for name in FILTERS}
        if given["sort"] not in SORTS:
            given["sort"] = "urgent"
        return cls(**given)

    @property
    def is_open(self) -> bool:
        """Does it show everything?"""
        return self == Narrowing(sort=self.sort)

    @property
    def query(self) -> str:
        """As the query of an address, without what is empty or usual."""
        query = QueryDict(mutable=True)
        for name in FILTERS:
            value = getattr(self, name)
            if value and not (name == "sort" and value == "urgent"):
                query[name] = value
        return query.urlencode()


def waiting(user: User) -> QuerySet[Case]:
    """Every case in review that this person may see."""
    return permissions.cases_visible_to(user).filter(state=State.REVIEW)


def narrowed(user: User, narrowing: Narrowing) -> QuerySet[Case]:
    """The part of the list that was asked for, sorted; held cases only where asked for."""
    cases = _held(waiting(user), narrowing.held)
    for name in ("office", "process", "reason"):
        value = getattr(narrowing, name)
        if value:
            cases = cases.filter(**{name: value})
    if narrowing.age in AGES:
        cases = cases.filter(opened_at__lte=clock.now() - timedelta(days=AGES[narrowing.age]))
    cases = _assigned(cases, narrowing.assigned, user)
    if narrowing.q:
        cases = found(cases, narrowing.q)
    return cases.order_by(*SORTS[narrowing.sort])


def found(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases with this text in reference, subject, sender or a value."""
    anywhere = (
        Q(reference__iexact=text)
        | Q(message__subject__icontains=text)
        | Q(message__sender__icontains=text)
        | Q(message__sender_name__icontains=text)
        | Q(pk__in=Case.objects.filter(fields__value__icontains=text).values("pk"))
    )
    return cases.filter(anywhere)


def reasons(user: User, narrowing: Narrowing) -> list[tuple[str, int]]:
    """How many cases wait for each reason, most first; the filter for the reason itself does not count."""
    whole = Narrowing(**{name: getattr(narrowing, name) for name in FILTERS if name != "reason"})
    rows = narrowed(user, whole).order_by().values("reason").annotate(number=Count("pk", distinct=True))
    return sorted(((row["reason"], row["number"]) for row in rows), key=lambda pair: (-pair[1], pair[0]))


def next_case(user: User, narrowing: Narrowing, *, after: Case | None = None) -> Case | None:
    """The next case this person may decide: not held, not somebody else's; None when the list is done."""
    mine = decidable(user, narrowing)
    if after is not None:
        mine = mine.exclude(pk=after.pk)
    return mine.first()


def case_following(user: User, narrowing: Narrowing, reference: str) -> Case | None:
    """The case that stands behind this one in the list, for who leaves it as it is; the first after the last."""
    mine = decidable(user, narrowing)
    references = list(mine.values_list("reference", flat=True)[:LONGEST_WALK])
    place = references.index(reference) + 1 if reference in references else 0
    if not references or references == [reference]:
        return None
    return mine.filter(reference=references[place % len(references)]).first()


def decidable(user: User, narrowing: Narrowing) -> QuerySet[Case]:
    """The part of the list this person may decide now: not held, not somebody else's."""
    mine = narrowed(user, narrowing).filter(office__in=permissions.offices_with(user, permissions.DECIDERS))
    return mine.filter(Q(assigned_to=None) | Q(assigned_to=user))


def _held(cases: QuerySet[Case], held: str) -> QuerySet[Case]:
    now_held = Q(held_until__gt=clock.now())
    return cases.filter(now_held) if held == "only" else cases.exclude(now_held)


def _assigned(cases: QuerySet[Case], assigned: str, user: User) -> QuerySet[Case]:
    if assigned == "me":
        return cases.filter(assigned_to=user)
    if assigned == "nobody":
        return cases.filter(assigned_to=None)
    if assigned == "others":
        return cases.exclude(assigned_to=None).exclude(assigned_to=user)
    return cases
