"""Bytes of a case behind the same predicate as the case: page images, the original, pictures of an attempt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from casework.actions.evidence import evidence_store
from casework.console.person import person, visible_case
from casework.console.security import FILE_POLICY
from casework.policies import permissions
from casework.record.models import Case, Evidence, Page
from casework.record.store import Store

SHOWN_INLINE = ("image/png",)


@require_GET
def page_image(request: HttpRequest, reference: str, page: int) -> HttpResponse:
    """The image of a page of the case's message."""
    case = visible_case(request, reference)
    found = get_object_or_404(Page, pk=page, message=case.message_id)
    tag = f'"{hashlib.sha256(found.image.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    response = _file(Store(case.office).get(found.image), "image/png", "")
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = tag
    return response


@require_GET
def original(request: HttpRequest, reference: str) -> HttpResponse:
    """The message as it came, only ever to be saved."""
    case = visible_case(request, reference)
    if not case.message.has_bytes:
        raise Http404
    harmful = is_harmful(case, case.message.parts.values_list("reason", flat=True))
    permissions.check_save_original(person(request), case, harmful=harmful)
    data = Store(case.office).get(case.message.address)
    return _file(data, "application/octet-stream", f"{case.reference}.{case.message.ending}")


@require_GET
def evidence(request: HttpRequest, reference: str, evidence: int) -> HttpResponse:
    """A picture or the values of an attempt, for those entitled."""
    case = visible_case(request, reference)
    rows = Evidence.objects.select_related("attempt__posting__case")
    row = get_object_or_404(rows, pk=evidence, attempt__posting__case=case)
    permissions.check_see_evidence(person(request), row.attempt)
    data = evidence_store(case.office).get(row.address)
    name = "" if row.type in SHOWN_INLINE else f"{case.reference}-{row.pk}-{row.name}.json"
    return _file(data, row.type if row.type in SHOWN_INLINE else "application/octet-stream", name)


def is_harmful(case: Case, reasons: Iterable[str]) -> bool:
    """Does a part count as malware, or has no virus scanner seen the letter yet? `reasons` are those of its parts."""
    unscanned = {"virus_scanner_away", "not_scanned"}
    return bool(unscanned & {case.reason, *case.reasons} or {"malware", "not_scanned"} & set(reasons))


def _file(data: bytes, kind: str, save_as: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Security-Policy"] = FILE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if save_as:
        # names are ours, but a quote or a letter outside ASCII would still break the header
        response["Content-Disposition"] = content_disposition_header(True, save_as) or "attachment"
    return response
