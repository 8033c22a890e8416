"""Evidence of an attempt: masked pictures and the values entered and read back, sealed in the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db import transaction

from casework.actions import audit, clock
from casework.configuration import places
from casework.record.models import Attempt, Evidence
from casework.record.store import Store
from casework.words.states import Actor
from casework.words.work import Entered, Picture


def evidence_store(office: str) -> Store:
    """The sealed place of an office's evidence."""
    return Store(office, folder=places.home().evidence)


def keep_pictures(attempt: Attempt, pictures: Iterable[Picture]) -> None:
    """Seal the pictures of an attempt."""
    _keep(attempt, [(picture.name, "image/png", picture.png) for picture in pictures])


def keep_values(attempt: Attempt, entered: Entered, *, versions: dict[str, str]) -> None:
    """Seal what was wanted and what stood in the mask, with the versions it was done by."""
    values = {name: {"wanted": value.wanted, "read_back": value.read_back} for name, value in entered.values.items()}
    content = {"values": values, "heals": list(entered.heals), "versions": versions}
    _keep(attempt, [("values", "application/json", json.dumps(content, ensure_ascii=False, indent=1).encode())])


def open_bundle(attempt: Attempt) -> dict[str, bytes]:
    """The evidence of an attempt, unsealed, by file name. Callers check who may see it."""
    store = evidence_store(attempt.posting.office)
    endings = {"image/png": "png", "application/json": "json"}
    return {
        f"{number:02d}-{row.name}.{endings.get(row.type, 'bin')}": store.get(row.address)
        for number, row in enumerate(attempt.evidence.order_by("pk"), 1)
    }


def _keep(attempt: Attempt, files: Sequence[tuple[str, str, bytes]]) -> None:
    """Name, type and bytes of each; the rows and the event that tells of them are written together."""
    store, case = evidence_store(attempt.posting.office), attempt.posting.case
    sealed = [(name, kind, store.put(data)) for name, kind, data in files]
    if not sealed:
        return
    with transaction.atomic():
        rows = [
            Evidence.objects.create(attempt=attempt, name=name, type=kind, address=address, taken_at=clock.now())
            for name, kind, address in sealed
        ]
        digests = {str(row.pk): audit.keyed(case, row.address) for row in rows}
        data = {"attempt": attempt.pk, "files": digests}
        audit.write(case, "evidence_kept", actor=Actor.TRANSFER, data=data)
