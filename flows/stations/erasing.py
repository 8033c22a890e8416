"""What the office's retention rule lets go: rows, files, and the copy in the mailbox after its bytes were compared."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from casework.actions import clock, erasing, intake
from casework.actions.force import current
from casework.configuration.offices import Office
from casework.record.connections import hang_up
from casework.record.models import Erasure
from casework.record.store import Store
from casework.words.errors import AmtsboteError, ConfigurationError
from casework.words.mailbox import Door, Look, MailboxPlace, MailboxUnreachable, MessageGone
from flows.stations.doors import open_door

AT_ONCE = 200
"""Letters that are ordered to go before the files and copies of them do."""
TRY_AGAIN_AFTER = timedelta(hours=1)
log = logging.getLogger("amtsbote.erasing")


def erase_due() -> int:
    """Everything that is due in all offices; returns how many letters or mailbox copies were ordered to go."""
    ordered = 0
    for office in current().offices.values():
        while batch := _order_due(office):
            ordered += batch
            go_on()
    go_on()
    return ordered


def _order_due(office: Office) -> int:
    rule, ordered = office.retention, 0
    if not rule.erases:
        return 0
    for message in erasing.due(office.id, rule, most=AT_ONCE):
        erasing.erase(message, why=erasing.RETENTION)
        ordered += 1
    for message in erasing.due_in_mailbox(office.id, rule, most=AT_ONCE):
        erasing.erase_in_mailbox(message)
        ordered += 1
    return ordered


def go_on() -> int:
    """Do what is left of all orders; returns how many are at their end. What cannot be done now waits an hour."""
    return finish(erasing.unfinished(tried_before=clock.now() - TRY_AGAIN_AFTER, most=AT_ONCE))


def finish(orders: list[Erasure]) -> int:
    """Do what is left of these orders; returns how many are at their end, and brings the rows up to date."""
    in_mailboxes: dict[tuple[str, str], list[Erasure]] = defaultdict(list)
    for order in orders:
        if order.files_gone_at is None:
            erasing.remove_files(order)
        if order.copy_gone_at is None:
            in_mailboxes[order.office, order.message.account].append(order)
    for (office, account), copies in in_mailboxes.items():
        _remove_copies(office, account, copies)
    for order in orders:
        order.refresh_from_db()
        if not order.finished:
            erasing.tried(order)
    if orders and not erasing.empty_log():
        log.info("the database's log is in use; what was erased leaves it with the next round")
    hang_up()
    return sum(order.finished for order in orders)


def _remove_copies(office: str, account: str, orders: list[Erasure]) -> None:
    try:
        door = open_door(office, account)
    except AmtsboteError as error:
        log.warning("copies in mailbox %s of %s are erased later: %s", account, office, error)
        return
    try:
        done = door.taken()
        for order in orders:
            try:
                _remove_copy(door, done, Store(office), order)
            except MailboxUnreachable:
                raise
            except AmtsboteError as error:
                log.warning("the copy of letter %d of %s is erased later: %s", order.message_id, office, error)
    except AmtsboteError as error:
        log.warning("copies in mailbox %s of %s are erased later: %s", account, office, error)
    finally:
        door.close()


def _remove_copy(door: Door, done: Look, store: Store, order: Erasure) -> None:
    """Delete what has the very bytes of the letter; somebody else's mail at its place stays.

    A crash, or a person, may have left more than one copy. Where another letter came with the same bytes, one goes.
    """
    was = "not found"
    for place in _where_it_may_be(done, order):
        if not _has_its_bytes(door, place, store, order):
            continue
        door.remove(place)
        was = "deleted"
        if erasing.came_twice(order):
            break
    erasing.copy_is_gone(order, was)


def _has_its_bytes(door: Door, place: MailboxPlace, store: Store, order: Erasure) -> bool:
    wanted: str = order.copy["address"]
    try:
        return store.address_of_pieces(door.pieces(place)) == wanted
    except MessageGone:
        return False
    except ConfigurationError:
        return False  # a former done folder that is no more


def _where_it_may_be(done: Look, order: Erasure) -> Iterator[MailboxPlace]:
    """The place the door told when the letter was moved; then every letter of its size that no other one names."""
    account = order.message.account
    if order.copy["place"]:
        folder, uidvalidity, uid = order.copy["place"].rsplit(";", 2)
        yield MailboxPlace(account, folder, int(uidvalidity), int(uid))
    sizes = {order.copy["size"], order.message.told_size}
    named = intake.named_places(order.office, account)
    for arrival in done.arrivals:
        if arrival.size in sizes and intake.done_words(arrival.place) not in named:
            yield arrival.place
