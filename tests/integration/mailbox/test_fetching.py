"""The mailbox against a real Dovecot: everything arrives byte for byte, and goes to the done folder last."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bots.mailbox import Mailbox, check_mailbox
from bots.mailbox.fetching import BATCH_MESSAGES
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import ConfigurationError
from casework.words.mailbox import MailboxPlace, MessageGone
from demo.mailserver.certificates import Authority
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting
from tests.integration.mailbox.scripted_server import ScriptedServer

ROOT = Path(__file__).parents[3]


def test_thirty_messages_and_one_of_20_mb_arrive_byte_for_byte_and_move(
    open_box: Callable[[], Mailbox], dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    letters = [make_letter(number) for number in range(29)] + [make_letter(29, size=20_000_000)]
    for letter in letters:
        delivery.deliver(account, letter)
    box = open_box()

    new = waiting(box)
    fetched = list(box.fetch_many(new))
    assert [arrival.size for arrival in new] == [len(letter) for letter in letters]
    assert [raw for _, raw in fetched] == letters
    assert all(arrival.received is not None and arrival.received.tzinfo for arrival in new)

    moved = box.done(arrival.place for arrival in new)
    assert [place.uid for place in moved.values() if place] == list(range(1, 31))
    assert {place.folder for place in moved.values() if place} == {"Eingelesen"}
    assert waiting(box) == []
    with Mailbox.open(
        make_settings(dovecot, account, folder="Eingelesen", done_folder="Abgelegt"), dovecot.password(account)
    ) as done:
        assert [arrival.place for arrival in waiting(done)] == list(moved.values())
        assert {arrival.stored for arrival in waiting(done)} == {True}
        assert b"".join(done.pieces(next(iter(moved.values())) or new[0].place)) == letters[0]


def test_a_large_message_is_streamed_in_slices(box: Mailbox, delivery: Delivery, account: str) -> None:
    letter = make_letter(1, size=300_000)
    delivery.deliver(account, letter)
    (arrival,) = waiting(box)
    slices = list(box.pieces(arrival.place, piece_bytes=100_000))
    assert [len(part) for part in slices[:-1]] == [100_000] * (len(letter) // 100_000)
    assert b"".join(slices) == letter


def test_a_message_whose_size_is_a_multiple_of_the_slice_is_whole(
    box: Mailbox, delivery: Delivery, account: str
) -> None:
    letter = b"Subject: x\r\n\r\n" + b"a" * 998 + b"\r\n"
    letter += b"b" * (2000 - len(letter))
    delivery.deliver(account, letter)
    (arrival,) = waiting(box)
    assert [len(part) for part in box.pieces(arrival.place, piece_bytes=500)] == [500] * 4
    assert b"".join(box.pieces(arrival.place)) == letter


def test_an_empty_message_and_lines_that_look_like_imap_arrive_unharmed(
    box: Mailbox, delivery: Delivery, account: str
) -> None:
    letters = [
        b"\r\n",
        b"Subject: {5}\r\n\r\n* 1 FETCH (UID 7 BODY[] {3}\r\nA1 OK done\r\n)\r\n",
        b"X: \xff\r\n\r\n",
    ]
    for letter in letters:
        delivery.deliver(account, letter)
    assert [raw for _, raw in box.fetch_many(waiting(box))] == letters


def test_a_message_that_somebody_moved_meanwhile_is_gone_and_the_others_arrive(
    open_box: Callable[[], Mailbox], delivery: Delivery, account: str
) -> None:
    for number in range(3):
        delivery.deliver(account, make_letter(number))
    ours, theirs = open_box(), open_box()
    new = waiting(ours)
    theirs.done([new[1].place])
    assert [arrival.place.uid for arrival in waiting(ours)] == [1, 3]
    assert [arrival.place.uid for arrival, _ in ours.fetch_many(new)] == [1, 3]
    with pytest.raises(MessageGone):
        b"".join(ours.pieces(new[1].place))
    assert ours.done(arrival.place for arrival in new)[new[1].place] is None


def test_a_place_of_another_uidvalidity_is_never_fetched(box: Mailbox, delivery: Delivery, account: str) -> None:
    delivery.deliver(account, make_letter(1))
    (arrival,) = waiting(box)
    old = MailboxPlace(account, "INBOX", arrival.place.uidvalidity - 1, arrival.place.uid)
    with pytest.raises(MessageGone, match="made anew"):
        b"".join(box.pieces(old))
    with pytest.raises(MessageGone, match="made anew"):
        box.done([old])
    assert len(waiting(box)) == 1


@pytest.mark.parametrize(("moment", "stored"), [("fetched", False), ("marked", True)])
def test_a_kill_before_the_move_leaves_the_message_in_the_inbox(
    open_box: Callable[[], Mailbox], settings: MailboxSettings, dovecot: Dovecot, delivery: Delivery, moment: str,
    stored: bool,
) -> None:  # fmt: skip
    letter = make_letter(1)
    delivery.deliver(settings.account, letter)
    victim = subprocess.run(
        [sys.executable, "-m", "tests.integration.mailbox.victim", moment, settings.model_dump_json()],
        input=dovecot.password(settings.account), text=True, capture_output=True, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert (victim.returncode, victim.stdout.strip()) == (-9, hashlib.sha256(letter).hexdigest()), victim.stderr
    box = open_box()
    (arrival,) = waiting(box)
    assert arrival.stored is stored
    assert b"".join(box.pieces(arrival.place)) == letter


def test_folder_names_with_umlauts_and_ampersands_work(dovecot: Dovecot, delivery: Delivery, account: str) -> None:
    delivery.deliver(account, make_letter(1))
    names = {"done_folder": 'Erledigt & geprüft.Ä "x"'}
    with Mailbox.open(make_settings(dovecot, account, **names), dovecot.password(account)) as box:
        moved = box.done(arrival.place for arrival in waiting(box))
    assert [place.folder for place in moved.values() if place] == [names["done_folder"]]


def test_a_missing_inbox_folder_is_an_error_of_the_configuration(dovecot: Dovecot, account: str) -> None:
    settings = make_settings(dovecot, account, folder="Poststelle")
    with (
        Mailbox.open(settings, dovecot.password(account)) as box,
        pytest.raises(ConfigurationError, match="cannot open folder 'Poststelle'"),
    ):
        box.look("Poststelle")


def test_a_good_mailbox_lacks_nothing_and_gets_its_done_folder(box: Mailbox) -> None:
    assert check_mailbox(box) == []
    assert check_mailbox(box) == []


def test_answers_that_come_before_their_turn_are_told_apart_by_uid(tmp_path: Path) -> None:
    """Two commands are under way; the bodies of the second come before the first is ended (Dovecot does that)."""
    letters = {uid: f"Subject: Brief {uid}\r\n\r\n".encode() for uid in range(1, 2 * BATCH_MESSAGES + 1)}
    asked: list[bytes] = []

    def say(uids: Iterable[int]) -> bytes:
        bodies = ((uid, letters[uid]) for uid in uids)
        return b"".join(b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n" % (u, u, len(raw), raw) for u, raw in bodies)

    def answer(line: bytes) -> bytes | None:
        tag, _, command = line.partition(b" ")
        if command.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n"
        if command.startswith(b"SELECT"):
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%s OK [READ-WRITE] done\r\n" % (len(letters), tag)
        if command.startswith(b"UID SEARCH"):
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in letters) + b"\r\n" + tag + b" OK done\r\n"
        if b"RFC822.SIZE" in command:
            sizes = [b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw)) for uid, raw in letters.items()]
            return b"".join(sizes) + tag + b" OK done\r\n"
        if b"BODY.PEEK[]" in command:
            asked.append(tag)
            if len(asked) == 1:
                return b""
            first = say(range(1, BATCH_MESSAGES + 1)) + say(range(BATCH_MESSAGES + 1, BATCH_MESSAGES + 40))
            second = say(range(BATCH_MESSAGES + 40, len(letters) + 1))
            return first + asked[0] + b" OK done\r\n" + second + tag + b" OK done\r\n"
        return tag + b" OK done\r\n"

    authority = Authority.create()
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    with ScriptedServer(authority.issue(), tmp_path, answer) as server:
        place = SimpleNamespace(host=server.host, port=server.port, ca_file=tmp_path / "ca.pem")
        with Mailbox.open(make_settings(place, "amt-a"), "geheim", timeout=5) as box:
            arrivals = waiting(box)
            assert len(arrivals) == len(letters)
            assert {a.place.uid: raw for a, raw in box.fetch_many(arrivals)} == letters
            assert "the server tells no UIDNEXT: a folder is listed at every look" in box.notes


def test_an_abandoned_fetch_does_not_mix_with_what_is_asked_next(
    box: Mailbox, delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.mailbox.fetching.BATCH_MESSAGES", 2)
    letters = [make_letter(number) for number in range(6)]
    for letter in letters:
        delivery.deliver(account, letter)
    arrivals = waiting(box)
    next(iter(box.fetch_many(arrivals)))
    assert [arrival.size for arrival in waiting(box)] == [len(letter) for letter in letters]
    assert [raw for _, raw in box.fetch_many(arrivals)] == letters
