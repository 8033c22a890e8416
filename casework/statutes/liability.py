"""When liability for dog tax begins and ends (DOMAIN §5.2, points 1 and 2)."""

from __future__ import annotations

from datetime import date

from casework.configuration.statutes import DogTaxVersion, EndRule, StartRule, Statute
from casework.statutes.calendar import add_months, first_of_month, last_of_month
from casework.words.errors import AmtsboteError


class NoStatute(AmtsboteError):
    """No version of the statute is in force on the day that counts."""

    def __init__(self, statute: Statute, day: date) -> None:
        self.statute, self.day = statute, day
        super().__init__(f"no dog tax statute of {statute.municipality} is in force on {day}; add a version or ask")


def version_for(statute: Statute, day: date) -> tuple[date, DogTaxVersion]:
    """The version in force on that day and the day it began. Raises `NoStatute`."""
    found = statute.version_on(day)
    if found is None:
        raise NoStatute(statute, day)
    return found


def liability_start(
    statute: Statute, acquired_on: date, *, dog_birth_date: date | None = None, moved_in_on: date | None = None
) -> date:
    """First day of liability. Who moves in with the dog is liable by the rule for moving in, else by that for intake.

    The version of the day of intake (or of moving in) decides. Raises `NoStatute`.
    """
    arrived_with_dog = moved_in_on is not None and moved_in_on > acquired_on
    event = moved_in_on if moved_in_on is not None and arrived_with_dog else acquired_on
    rule = version_for(statute, event)[1].start
    begin = first_of_month(event, rule.move_in_months) if arrived_with_dog else _begin(rule.rule, event)
    if rule.minimum_age_months and dog_birth_date is not None:
        old_enough = add_months(dog_birth_date, rule.minimum_age_months)
        begin = max(begin, _begin(rule.minimum_age_rule, old_enough))
    return begin


def _begin(rule: StartRule, event: date) -> date:
    if rule is StartRule.SAME_DAY:
        return event
    return first_of_month(event, 1 if rule is StartRule.NEXT_MONTH else 0)


def liability_end(statute: Statute, ended_on: date) -> date:
    """Last day of liability, by the version of the day the dog was gone. Raises `NoStatute`."""
    rule = version_for(statute, ended_on)[1].end
    if rule is EndRule.SAME_DAY:
        return ended_on
    if rule is EndRule.BEFORE_MONTH:
        return last_of_month(ended_on, -1)
    if rule is EndRule.WITH_MONTH:
        return last_of_month(ended_on)
    return last_of_month(ended_on, 2 - (ended_on.month - 1) % 3)
