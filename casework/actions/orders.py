"""Work the console asks the flows for, as rows of the record: who asked for what, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from casework.actions import audit, clock
from casework.record.models import Order, OrderState
from casework.words.states import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def place(kind: str, *, office: str = "", subject: str = "", user: User | None = None) -> Order:
    """Ask for work; the same order that still waits is not placed twice."""
    waiting = Order.objects.filter(kind=kind, office=office, subject=subject, state=OrderState.WAITING).first()
    if waiting is not None:
        return waiting
    order = Order.objects.create(kind=kind, office=office, subject=subject, asked_at=clock.now(), user=user)
    audit.write(None, "ordered", actor=Actor.OFFICER, user=user, office=office, data={"order": order.pk, "kind": kind})
    return order


@transaction.atomic
def take() -> Order | None:
    """The oldest waiting order, now running; None when none waits."""
    for order in Order.objects.filter(state=OrderState.WAITING).order_by("pk")[:10]:
        if Order.objects.filter(pk=order.pk, state=OrderState.WAITING).update(state=OrderState.RUNNING):
            order.refresh_from_db()
            return order
    return None


@transaction.atomic
def end(order: Order, *, failed: bool = False, result: dict[str, Any] | None = None) -> None:
    """Write down what came of an order."""
    state = OrderState.FAILED if failed else OrderState.DONE
    Order.objects.filter(pk=order.pk).update(state=state, ended_at=clock.now(), result=result or {})
    data = {"order": order.pk, "state": state}
    audit.write(None, "order_ended", actor=Actor.HOUSEKEEPING, office=order.office, data=data)


def recent(offices: list[str], *, limit: int = 20) -> QuerySet[Order]:
    """The latest orders of these offices and of the whole house."""
    return Order.objects.filter(office__in=[*offices, ""]).select_related("user").order_by("-pk")[:limit]
