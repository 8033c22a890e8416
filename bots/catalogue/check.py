"""The contract check: do the masks still look as the catalogue says? Read-only."""

from __future__ import annotations

from collections.abc import Iterator

from bots.catalogue.screen import Screen
from bots.catalogue.steps import StepRunner
from casework.configuration.masks import Mask
from casework.words.errors import NeedsReview
from casework.words.work import Work


def check_masks(screen: Screen) -> tuple[str, ...]:
    """Open every mask that has steps of its own and look for its fields and buttons; one sentence per difference."""
    problems: list[str] = []
    for name, mask in screen.system.masks.items():
        if not mask.open:
            continue
        screen.windows.close_others()
        try:
            StepRunner(screen, Work(business_key="")).open(name, by_its_steps=True)
        except NeedsReview as error:
            problems.append(f"{name}: {error}")
            continue
        problems += _missing(screen, name, mask)
    screen.windows.close_others()
    return tuple(problems)


def _missing(screen: Screen, name: str, mask: Mask) -> Iterator[str]:
    for title, element in {**mask.fields, **mask.buttons}.items():
        if element.sometimes or element.column:
            continue
        try:
            screen.element(mask, element, what=f"{name}.{title}")
        except NeedsReview as error:
            yield str(error)
