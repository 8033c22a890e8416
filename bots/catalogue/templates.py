"""Values for masks from the work: `"{number}"`, `"{due_date?}"`, `"{marker} {booking_text}"`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from casework.words.errors import NeedsReview
from casework.words.work import Work

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)(\?)?\}")


def values_of(work: Work) -> dict[str, str]:
    """Everything a template may name: the work's fields, `marker`, `business_key`, `case`."""
    values = {name: value for name, value in work.fields.items() if value != ""}
    values["business_key"] = work.business_key
    values["key"] = work.business_key
    if work.marker:
        values["marker"] = work.marker
    if work.case:
        values["case"] = work.case
    return values


def filled(template: str, values: Mapping[str, str]) -> str | None:
    """The text with its places filled; None when every place is optional and none has a value.

    Raises `NeedsReview('field_missing')` where a required value is missing.
    """
    places = _PLACE.findall(template)
    for name, optional in places:
        if not optional and name not in values:
            raise NeedsReview(
                "field_missing", f"the mask needs {name!r}, and the case has no value: add it to the case"
            )
    if places and all(optional and name not in values for name, optional in places):
        return None
    text = _PLACE.sub(lambda place: values.get(place.group(1), ""), template)
    return text if len(places) <= 1 else " ".join(text.split())
