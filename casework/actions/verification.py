"""What `audit verify` looks at: the hash chains, the rows beside them against what the events tell, the kept files.

| row | the event that tells of it |
|---|---|
| the case: its state, what it was decided on | the last `moved_*`; `moved_ready` |
| the message: its address | `opened` |
| a field; the findings | `read`, `corrected`, `recomputed` |
| a decision | `decided` |
| an attempt, a confirmed posting: state, request, receipt | `attempt_*` |
| a file of evidence | `evidence_kept` |
| an effort entry | `effort_clerk`, `moved_done` |

A row that no event tells of is as suspicious as one that is gone. What is cut off the end of a chain together with its
rows, so that the rest agrees, cannot be seen from inside: that takes a copy of `heads` kept elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

from casework.actions import audit, files, ordering
from casework.record.models import Attempt, AuditEvent, Case, Chain, EffortKind, Evidence, LetterText
from casework.words.errors import StoreError
from casework.words.states import AttemptState, State

Events = Sequence[AuditEvent]
READINGS = ("read", "corrected", "recomputed")
CARRIED = (State.READY, State.POSTING, State.DONE)
"""In these states a case still rests on what its last `moved_ready` names."""


def verify_all() -> Iterator[str]:
    """`verify_case` and `verify_office` of everything in the record, each sentence with whom it is about."""
    for case in Case.objects.select_related("message").order_by("pk").iterator():
        yield from (f"case {case.reference}: {words}" for words in verify_case(case))
    for office in offices():
        yield from (f"office {office}: {words}" for words in verify_office(office))


def verify_case(case: Case) -> Iterator[str]:
    """One sentence per break of a case's chain, and per row that differs from what the chain tells."""
    yield from audit.verify(case)
    events = list(case.events.order_by("number"))
    if not events:
        yield "no event tells of it"
    comparisons = (_way, _is_forgotten) if case.message.erased_at else COMPARISONS
    for compare in comparisons:
        yield from compare(case, events)


def offices() -> list[str]:
    """Every office that ever had an event without a case; empty for the house. Needs no configuration."""
    told = AuditEvent.objects.filter(case=None).order_by().values_list("office", flat=True)
    return sorted({*told, *Chain.objects.values_list("office", flat=True)})


def verify_office(office: str) -> Iterator[str]:
    """The same for the events of an office that belong to no case."""
    yield from audit.verify(None, office=office)
    if not AuditEvent.objects.filter(case=None, office=office).exists():
        yield "its events are gone"


def heads() -> list[str]:
    """`chain|events|digest` of every chain's last event, in the order of the chains: what is worth a copy elsewhere."""
    last: dict[str, str] = {}
    rows = AuditEvent.objects.order_by("number").values_list("case__reference", "office", "number", "digest")
    for reference, office, number, digest in rows.iterator():
        chain = reference or f"office {office}"
        last[chain] = f"{chain}|{number}|{digest}"
    return [last[chain] for chain in sorted(last)]


def root() -> str:
    """One SHA-256 over all `heads`, each with its line end."""
    return hashlib.sha256("".join(f"{head}\n" for head in heads()).encode()).hexdigest()


def verify_files() -> Iterator[str | None]:
    """Opens every file the record knows, once: None for one that is whole, else a sentence."""
    opened: set[tuple[str, str, str]] = set()
    for what, where, office, address in files.named_files():
        if (where, office, address) in opened:
            continue
        opened.add((where, office, address))
        try:
            files.store_of(where, office).check(address)
        except StoreError as error:
            yield f"{what} of {office}: {error}"
        else:
            yield None


def _way(case: Case, events: Events) -> Iterator[str]:
    """Does the case stand where its moves lead?"""
    moves = [event for event in events if event.code == "opened" or event.code.startswith("moved_")]
    if events and events[0].code != "opened":
        yield "its opening is missing"
    for one, following in pairwise(moves):
        if following.data.get("from") != one.data.get("to"):
            yield f"event {following.number} does not start where event {one.number} led"
    if moves and moves[-1].data.get("to") != case.state:
        yield f"it is {case.state}, but its last move led to {moves[-1].data.get('to')}"


def _is_forgotten(case: Case, events: Events) -> Iterator[str]:
    """An erased case: the trail tells of it, and nothing of what it said is left."""
    if not any(event.code == "erased" for event in events):
        yield "its letter is gone, but no event tells of an erasure"
    left = {
        "fields": case.fields.exists(),
        "findings": case.findings.exists(),
        "notes": case.decisions.exclude(note="").exists(),
        "evidence": Evidence.objects.filter(attempt__posting__case=case).exists(),
        "text": LetterText.objects.filter(case=case).exists(),
        "answers": case.answers.exclude(body="", recipient="").exists(),
        "salt": bool(bytes(case.salt)),
        "receipts": case.postings.exclude(receipt="").exists(),
    }
    yield from (f"it was erased, but its {what} are still there" for what, there in left.items() if there)


def _grounds(case: Case, events: Events) -> Iterator[str]:
    last = next((event for event in reversed(events) if event.code == "moved_ready"), None)
    if last and case.state in CARRIED and last.data.get("basis", case.basis) != case.basis:
        yield f"it rests on another configuration than event {last.number} tells"


def _letter(case: Case, events: Events) -> Iterator[str]:
    opened = next((event for event in events if event.code == "opened"), None)
    if opened is None:
        return
    if opened.data.get("message") != case.message_id:
        yield "it belongs to another message than its opening tells"
    elif opened.data.get("address") != audit.keyed(case, case.message.address):
        yield "its message has another address than its opening tells"


def _fields(case: Case, events: Events) -> Iterator[str]:
    told: dict[str, Hashable] = {}
    typed: set[str] = set()
    for event in events:
        if event.code not in READINGS:
            continue
        digests, by_hand = event.data["fields"], set(event.data.get("typed", ()))
        if event.code == "read":
            told = {name: told[name] for name in typed} | {k: v for k, v in digests.items() if k not in typed}
        else:
            told |= digests
            typed = typed.difference(digests) | by_hand
    rows = {row.name: audit.keyed(case, row.value) for row in case.fields.all()}
    yield from _differences("field", told, rows)


def _findings(case: Case, events: Events) -> Iterator[str]:
    last = next((event for event in reversed(events) if event.code in READINGS), None)
    if last and last.data.get("findings") != sorted(case.findings.values_list("rule", flat=True)):
        yield f"its findings differ from what event {last.number} tells"


def _decisions(case: Case, events: Events) -> Iterator[str]:
    told = {
        event.data["decision"]: (event.user_id, event.data["answer"], event.data["reason"], event.data["note"])
        for event in events
        if event.code == "decided"
    }
    rows = {row.pk: (row.user_id, row.answer, row.reason, audit.keyed(case, row.note)) for row in case.decisions.all()}
    yield from _differences("decision", told, rows)


def _attempts(case: Case, events: Events) -> Iterator[str]:
    told: dict[int, tuple[str, str, str]] = {}
    for event in events:
        if event.code.startswith("attempt_") and "attempt" in event.data:
            _, request, receipt = told.get(event.data["attempt"], ("", "", ""))
            state = event.code.removeprefix("attempt_")
            request, receipt = event.data.get("request", request), event.data.get("receipt", receipt)
            told[event.data["attempt"]] = (state, request, receipt)
    # one that never armed has no event: nothing of it could leave
    rows = {
        row.pk: (row.state, row.request_digest, audit.keyed(case, row.receipt) if row.receipt else "")
        for row in Attempt.objects.filter(posting__case=case)
        if row.pk in told or row.state != AttemptState.PREPARED
    }
    yield from _differences("attempt", told, rows)


def _postings(case: Case, events: Events) -> Iterator[str]:
    told = {event.data["step"]: event.data.get("receipt") for event in events if event.code == "attempt_confirmed"}
    rows = {
        row.step: audit.keyed(case, row.receipt) if row.receipt else None
        for row in case.postings.all()
        if row.confirmed_at or row.receipt
    }
    yield from _differences("posting of step", told, rows)


def _evidence(case: Case, events: Events) -> Iterator[str]:
    told = {
        int(key): (event.data["attempt"], digest)
        for event in events
        if event.code == "evidence_kept"
        for key, digest in event.data["files"].items()
    }
    files = Evidence.objects.filter(attempt__posting__case=case)
    rows = {row.pk: (row.attempt_id, audit.keyed(case, row.address)) for row in files}
    yield from _differences("evidence", told, rows)


def _effort(case: Case, events: Events) -> Iterator[str]:
    """The minutes of a baseline stand in the configuration; that the case was done, and measured time, stand here."""
    told = {event.pk: event for event in events}
    for row in case.effort.all():
        event = told.get(row.event_id)
        if row.kind == EffortKind.SAVED:
            is_told = event is not None and event.code == "moved_done"
        else:
            is_told = event is not None and event.data.get("seconds") == row.seconds
        if not is_told:
            yield f"effort entry {row.pk} differs from what the trail tells"


def _answers(case: Case, events: Events) -> Iterator[str]:
    """What was written to senders is what was released."""
    told = {event.data["answer"]: event.data["words"] for event in events if event.code == "answer_ordered"}
    yield from _differences("answer", told, {row.number: ordering.digest_of(row) for row in case.answers.all()})


COMPARISONS: tuple[Callable[[Case, Events], Iterator[str]], ...] = (
    _way,
    _grounds,
    _letter,
    _fields,
    _findings,
    _decisions,
    _attempts,
    _postings,
    _answers,
    _evidence,
    _effort,
)


def _differences(
    what: str,
    told: Mapping[int, Hashable] | Mapping[str, Hashable],
    rows: Mapping[int, Hashable] | Mapping[str, Hashable],
) -> Iterator[str]:
    former, present = dict(told.items()), dict(rows.items())
    for key in sorted({*former, *present}, key=str):
        if key not in present:
            yield f"{what} {key} is gone"
        elif key not in former:
            yield f"no event tells of {what} {key}"
        elif former[key] != present[key]:
            yield f"{what} {key} differs from what the trail tells"
