"""From fields to work: templates filled, business keys built. Pure.

A template is text with placeholders: `{number}` must be there, `{iban?}` may be empty, `{one|other}` takes the first
that is there, `{seller:key}` is the value made comparable. A mapped field that comes out empty is left out of the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from casework.checks.values import comparison_key
from casework.configuration.processes import PLACEHOLDER, PostingStep
from casework.words.errors import NeedsReview
from casework.words.work import Work, WorkAttachment

Values = Mapping[str, str | None]
_FILTERS: dict[str, Callable[[str], str]] = {"": str, "key": comparison_key, "upper": str.upper}


class _Missing(Exception):
    """A placeholder that has to be filled has no value."""

    def __init__(self, names: str) -> None:
        self.names = names
        super().__init__(names)


def fill(template: str, values: Values) -> str:
    """The template with its placeholders filled. Raises `NeedsReview("field_missing")` for one without a value."""
    try:
        return _fill(template, values)
    except _Missing as missing:
        raise NeedsReview(
            "field_missing", f"the field {missing.names} has no value and {template!r} needs it"
        ) from None


def posting_key(step: PostingStep, values: Values) -> str | None:
    """The key of the first template whose fields are all there; None when there is none."""
    for template in step.business_key:
        try:
            return _fill(template, values)
        except _Missing:
            continue
    return None


def work_for(
    step: PostingStep,
    values: Values,
    *,
    lines: Sequence[Mapping[str, str]] = (),
    attachments: Sequence[WorkAttachment] = (),
    given: Values | None = None,
    marker: str | None = None,
    case: str | None = None,
    former_keys: Sequence[str] = (),
) -> Work:
    """What this posting carries. `values` are the case's fields, canonical; `given` what the caller knows beside them.

    `given` may hold the names of `casework.configuration.vocabulary.GIVEN` (office, kind, day of arrival …). The caller
    chooses the attachments by `step.attachments` and makes the marker. Raises `NeedsReview("field_missing")`.
    """
    together: dict[str, str | None] = {**values, "case": case, **(given or {})}
    key = posting_key(step, together)
    if key is None:
        raise NeedsReview("field_missing", f"no business key of {step.system} {step.operation} can be built")
    filled = {name: fill(template, together) for name, template in step.fields.items()}
    return Work(
        business_key=key,
        fields={name: value for name, value in filled.items() if value},
        lines=[{name: fill(template, line) for name, template in step.lines.items()} for line in lines]
        if step.lines
        else [],
        attachments=list(attachments),
        marker=marker,
        case=case,
        former_keys=[former for former in former_keys if former != key],
    )


def _fill(template: str, values: Values) -> str:
    def replaced(match: re.Match[str]) -> str:
        names = match[1].split("|")
        convert = _FILTERS[(match[2] or "").removeprefix(":")]
        for name in names:
            text = convert((values.get(name) or "").strip())
            if text:
                return text
        if match[3]:
            return ""
        raise _Missing(" or ".join(names))

    return PLACEHOLDER.sub(replaced, template).strip()
