"""The daily reconciliation at the doors: looks at every folder and fetches what only its bytes can tell."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from casework.actions import clock, health, leases, reconciliation
from casework.actions.force import current
from casework.actions.reconciliation import Round
from casework.record.connections import hang_up
from casework.record.models import Reconciliation
from casework.record.store import Store
from casework.words.errors import ConfigurationError, LoginRefused, StoreError, TryAgainLater
from casework.words.mailbox import Arrival, Door, MessageGone
from flows.stations import doors
from flows.stations.fetching import LARGE_BYTES, Fetcher, batches

LEASE_SECONDS = 6 * 3600
"""Longer than a reconciliation takes; the lease of a process that died is freed at once."""
LEFT_ALONE = "the mailbox is stopped or out of reach for now; resume it, then reconcile by hand"
TROUBLES = (TryAgainLater, ConfigurationError, LoginRefused, StoreError, MessageGone)
log = logging.getLogger("amtsbote.reconcile")


def reconcile_due() -> list[Reconciliation]:
    """Reconcile the offices whose time of day has come."""
    return [row for office in reconciliation.due(clock.now()) for row in reconcile(office)]


def reconcile(office: str, *, move_back: bool = False) -> list[Reconciliation]:
    """Compare every door of an office and its store with the record; one row each, none while another one is at it.

    `move_back` puts what lies in a done folder and is not in the record back into the inbox folder, so that it is taken
    in. A door that is out of reach does not stop the others; its row says so.
    """
    leases.free_dead()
    try:
        with leases.held(reconciliation.lease_name(office), office=office, seconds=LEASE_SECONDS) as token:
            if token is None:
                log.warning("%s is being reconciled by another process", office)
                return []
            rows = [_compare_door(office, account, move_back=move_back) for account in doors.accounts(office)]
            return [*rows, _compare_store(office)]
    finally:
        hang_up()


def _compare_door(office: str, account: str, *, move_back: bool) -> Reconciliation:
    round_ = reconciliation.begin(office, account)
    if not health.usable(office, "mailbox", account):
        return round_.end(trouble=LEFT_ALONE)
    try:
        door = doors.open_door(office, account)
        try:
            strays = _compare_folders(round_, door, doors.folders(office, account))
        finally:
            door.close()
        if move_back and strays:
            _move_back(round_, strays)
    except TROUBLES as error:
        refused = isinstance(error, LoginRefused)
        if refused:
            health.failed(office, "mailbox", account, reason="mailbox_refused", words=str(error), needs_officer=True)
        log.warning("%s of %s is not reconciled: %s", account, office, error)
        return round_.end(trouble=str(error))
    return round_.end()


def _compare_folders(round_: Round, door: Door, folders: Sequence[str]) -> list[Arrival]:
    for folder in folders:
        reconciliation.compare_inbox(round_, door.look(folder))
    taken, fetcher = door.taken(), Fetcher()
    for batch in batches(reconciliation.unnamed(round_, taken)):
        reconciliation.remember(round_, list(_addresses(round_, door, fetcher, batch)))
        reconciliation.note_unfetchable(round_, [arrival for arrival, _ in fetcher.refused()])
        if fetcher.lost is not None:
            raise fetcher.lost
    return reconciliation.compare_done(round_, taken)


def _addresses(round_: Round, door: Door, fetcher: Fetcher, batch: Sequence[Arrival]) -> Iterator[tuple[Arrival, str]]:
    store = Store(round_.row.office)
    for arrival, data in fetcher.small(door, [arrival for arrival in batch if arrival.size <= LARGE_BYTES]):
        yield arrival, store.address_of(data)
    for arrival in batch:
        if arrival.size > LARGE_BYTES and fetcher.lost is None:
            with fetcher.fetching(arrival):
                yield arrival, store.address_of_pieces(door.pieces(arrival.place))


def _move_back(round_: Round, strays: Sequence[Arrival]) -> None:
    door = doors.open_way_back(round_.row.office, round_.row.account)
    try:
        moved = door.done(arrival.place for arrival in strays)
    finally:
        door.close()
    reconciliation.record_moved_back(round_, list(moved))


def _compare_store(office: str) -> Reconciliation:
    round_ = reconciliation.begin(office)
    try:
        reconciliation.compare_store(round_, seconds=current().office(office).intake.store_seconds)
        reconciliation.compare_parts(round_)
    except StoreError as error:
        log.warning("the store of %s is not reconciled: %s", office, error)
        return round_.end(trouble=str(error))
    return round_.end()
