"""What is erased is gone from rows and files; what stays says nothing, and trail and books still agree."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from django.db import connection

from casework.actions import erasing, files, reconciliation, verification
from casework.configuration import places
from casework.configuration.retention import Retention
from casework.record.models import Backup, Case, ComparedLetter, EffortEntry, Erasure, Message
from casework.record.store import FRESH_SECONDS
from casework.words.states import State
from tests import factories
from tests.posted import VALUES, posted
from tests.unit.casework.actions.conftest import Watch

DAY = 86400


def backed_up(watch: Watch) -> None:
    Backup.objects.create(began=watch.moment, verified_at=watch.moment, messages=1, files=1, digest="d")


@pytest.fixture
def done(house: None, watch: Watch) -> Case:
    """A case that went the whole way, a year ago and backed up since."""
    factories.person("alke")
    case = posted("amt-a", clerk="alke")
    Message.objects.filter(pk=case.message_id).update(moved_at=watch.moment)
    watch.forward(400 * DAY)
    backed_up(watch)
    _age_files()
    return Case.objects.get(pk=case.pk)


def _age_files() -> None:
    """As if everything had been stored long ago."""
    for path in places.home().rglob("*"):
        if path.is_file():
            os.utime(path, (path.stat().st_mtime - 2 * FRESH_SECONDS,) * 2)


def _rows_saying(value: str) -> list[str]:
    """Tables of the record in which a value stands anywhere."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(value in str(cell) for row in cursor.fetchall() for cell in row):
                found.append(table)
    return found


def _erase(case: Case) -> Erasure:
    order = erasing.erase(case.message, why=erasing.ORDER)
    erasing.remove_files(order)
    order.refresh_from_db()
    return order


def test_nothing_of_an_erased_letter_is_left_but_trail_and_books(done: Case) -> None:
    named = {(where, address) for _, where, _, address in files.named_files()}
    saved = EffortEntry.objects.values_list("kind", "seconds")
    before = sorted(saved)
    assert _rows_saying(VALUES["iban"]) and named
    order = _erase(done)
    assert order.files_gone_at is not None
    assert _rows_saying(VALUES["iban"]) == _rows_saying(VALUES["number"]) == _rows_saying("Moorbau") == []
    assert not any(address in files.store_of(where, "amt-a") for where, address in named)
    done.refresh_from_db()
    assert bytes(done.salt) == b""
    assert list(verification.verify_case(done)) == []
    assert list(verification.verify_files()) == []
    assert sorted(saved) == before


def test_the_erasure_stands_in_the_trail_and_on_the_list_beside_the_keys(done: Case) -> None:
    _erase(done)
    assert done.events.last().code == "erased"
    line = json.loads((places.home().keys / erasing.LIST).read_text(encoding="utf-8").splitlines()[-1])
    assert (line["office"], line["cases"], line["why"]) == ("amt-a", [done.reference], "order")
    assert (places.home().keys / erasing.LIST).stat().st_mode & 0o777 == 0o600


def test_erasing_twice_is_erasing_once(done: Case) -> None:
    first = _erase(done)
    assert erasing.erase(done.message, why=erasing.RETENTION) == first
    erasing.remove_files(first)
    lines = (places.home().keys / erasing.LIST).read_text(encoding="utf-8").splitlines()
    assert sum(done.reference in line for line in lines) == 1


def test_what_was_answered_goes_with_the_letter_and_what_waits_never_leaves(done: Case) -> None:
    answer = factories.answer(done, recipient="erika@muster.example", body="Guten Tag Erika,\n")
    _erase(done)
    answer.refresh_from_db()
    done.refresh_from_db()
    assert answer.state == "withdrawn"
    assert _rows_saying("erika@muster.example") == _rows_saying("Erika") == []
    assert list(verification.verify_case(done)) == []


def test_a_row_that_survived_an_erasure_is_told(done: Case) -> None:
    _erase(done)
    done.decisions.update(note="Frau Beispiel rief an")
    done.refresh_from_db()
    assert list(verification.verify_case(done)) == ["it was erased, but its notes are still there"]


def test_a_file_that_another_letter_needs_stays(done: Case, watch: Watch) -> None:
    twin = factories.message("amt-a", address=done.message.address, uid=99)
    _age_files()
    _erase(done)
    assert twin.address in files.store_of(files.LETTERS, "amt-a")


def test_a_file_that_somebody_is_about_to_name_waits_for_the_next_round(done: Case) -> None:
    store = files.store_of(files.LETTERS, "amt-a")
    store.put(store.get(done.message.address))
    order = _erase(done)
    assert order.files_gone_at is None and len(order.files) == 1
    _age_files()
    erasing.remove_files(order)
    order.refresh_from_db()
    assert order.files_gone_at is not None


def test_a_letter_that_is_in_no_verified_backup_stays(house: None, watch: Watch) -> None:
    factories.person("alke")
    case = posted("amt-a", clerk="alke")
    Message.objects.filter(pk=case.message_id).update(moved_at=watch.moment)
    case = Case.objects.get(pk=case.pk)
    with pytest.raises(erasing.NotErasable, match="no verified backup"):
        erasing.erase(case.message, why=erasing.ORDER)
    Backup.objects.create(
        began=case.message.stored_at, verified_at=watch.moment, messages=0, files=0, digest="of an hour before"
    )
    with pytest.raises(erasing.NotErasable, match="no verified backup"):
        erasing.erase(case.message, why=erasing.ORDER)
    watch.forward(400 * DAY)
    assert list(erasing.due("amt-a", Retention(keep_days=1, mailbox_days=1), most=9)) == []
    assert list(erasing.due_in_mailbox("amt-a", Retention(keep_days=1, mailbox_days=1), most=9)) == []


@pytest.mark.parametrize(
    ("rule", "is_due"),
    [
        (Retention(), False),
        (Retention(keep_days=399), True),
        (Retention(keep_days=401), False),
        (Retention(keep_days=399, processes={"invoice": 3650}), False),
        (Retention(processes={"invoice": 30}), True),
        (Retention(processes={"defect_report": 30}), False),
    ],
    ids=["no rule", "over", "not yet", "longer for its process", "only its process", "only another process"],
)
def test_the_rule_says_when_a_letter_goes(done: Case, rule: Retention, is_due: bool) -> None:
    assert [message.pk for message in erasing.due("amt-a", rule, most=9)] == ([done.message_id] if is_due else [])


def test_a_letter_with_an_open_case_stays(done: Case) -> None:
    Case.objects.create(
        office="amt-a", message=done.message, part="9", opened_at=done.opened_at, changed_at=done.opened_at
    )
    assert list(erasing.due("amt-a", Retention(keep_days=1), most=9)) == []
    with pytest.raises(erasing.NotErasable, match="has not ended"):
        erasing.erase(done.message, why=erasing.ORDER)


def test_the_copy_in_the_mailbox_goes_alone_when_the_rule_says_so(done: Case, watch: Watch) -> None:
    Message.objects.filter(pk=done.message_id).update(
        moved_at=watch.moment - timedelta(days=91), done_place="Eingelesen;1;5"
    )
    rule = Retention(mailbox_days=90)
    assert [message.pk for message in erasing.due_in_mailbox("amt-a", rule, most=9)] == [done.message_id]
    order = erasing.erase_in_mailbox(done.message)
    assert (order.finished, order.copy["place"]) == (False, "Eingelesen;1;5")
    assert list(erasing.due_in_mailbox("amt-a", rule, most=9)) == []
    erasing.copy_is_gone(order, "deleted")
    order.refresh_from_db()
    assert order.finished
    assert list(verification.verify_case(done)) == []


def test_what_was_tried_just_now_waits(done: Case, watch: Watch) -> None:
    order = erasing.erase(done.message, why=erasing.ORDER)
    assert erasing.unfinished(tried_before=watch.moment, most=9) == [order]
    erasing.tried(order)
    assert erasing.unfinished(tried_before=watch.moment - timedelta(hours=1), most=9) == []
    watch.forward(7200)
    assert erasing.unfinished(tried_before=watch.moment - timedelta(hours=1), most=9) == [order]


def test_the_name_of_a_file_and_what_reconciliations_noted_go_too(done: Case) -> None:
    letter = done.message
    Message.objects.filter(pk=letter.pk).update(name="Scan Erika Beispiel.pdf")
    place = {"account": letter.account, "folder": "Eingelesen", "uidvalidity": 1, "uid": 5}
    ComparedLetter.objects.create(office="amt-a", address=letter.address, **place)
    round_ = reconciliation.begin("amt-a")
    round_.add(reconciliation.ALTERED, address=letter.address)
    round_.end()
    address = letter.address
    order = _erase(done)
    erasing.copy_is_gone(order, "deleted")
    assert _rows_saying("Erika") == _rows_saying(address) == []


def test_a_letter_that_still_lies_before_its_door_stays(done: Case) -> None:
    """Erased in the record alone it would be taken in anew, and posted once more."""
    Message.objects.filter(pk=done.message_id).update(moved_at=None)
    assert list(erasing.due("amt-a", Retention(keep_days=1), most=9)) == []
    with pytest.raises(erasing.NotErasable, match="still lies in INBOX"):
        erasing.erase(Message.objects.get(pk=done.message_id), why=erasing.ORDER)


def test_a_letter_whose_answer_is_being_sent_stays_until_it_has_left(done: Case, watch: Watch) -> None:
    Case.objects.filter(pk=done.pk).update(lease_until=watch.moment + timedelta(seconds=180), lease_holder="sender")
    assert list(erasing.due("amt-a", Retention(keep_days=1), most=9)) == []
    with pytest.raises(erasing.NotErasable, match="being worked on"):
        erasing.erase(done.message, why=erasing.ORDER)


def test_a_letter_that_another_office_handed_over_has_no_copy_in_a_mailbox(done: Case, watch: Watch) -> None:
    Message.objects.filter(pk=done.message_id).update(account="amtsbote:amt-b", moved_at=watch.moment)
    done.message.refresh_from_db()
    order = erasing.erase(done.message, why=erasing.ORDER)
    assert (order.copy_gone_at is not None, order.copy_was) == (True, "never moved")
    rule = Retention(mailbox_days=1)
    watch.forward(2 * DAY)
    backed_up(watch)
    Message.objects.filter(pk=done.message_id).update(erased_at=None)
    assert list(erasing.due_in_mailbox("amt-a", rule, most=9)) == []


def test_what_was_never_tried_goes_before_what_failed(done: Case, watch: Watch) -> None:
    earlier = factories.case(state=State.CLOSED, message=_old(watch))
    failed = erasing.erase(earlier.message, why=erasing.ORDER)
    erasing.tried(failed)
    fresh = erasing.erase(done.message, why=erasing.ORDER)
    watch.forward(7200)
    assert erasing.unfinished(tried_before=watch.moment, most=1) == [fresh]


def _old(watch: Watch) -> Message:
    return factories.message("amt-a", account="by-hand", stored_at=watch.moment - timedelta(days=300))


def test_the_same_letter_in_another_office_is_named(done: Case) -> None:
    """Each office erases its own; whoever erases a person has to hear that there is more."""
    there = factories.case("amt-b", message=factories.message("amt-b", account="amtsbote:amt-a", uid=done.message_id))
    assert erasing.elsewhere(done.message) == [there.reference]
    assert erasing.elsewhere(there.message) == [done.reference]
    _erase(done)
    assert erasing.elsewhere(there.message) == []
