"""When a drop is taken in, and what is never followed."""

from __future__ import annotations

import io
import os
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.folders import WatchedFolder, check_folder
from bots.folders.drops import Drop
from casework.configuration.doors import CompleteWhen, FolderSettings
from casework.words.errors import ConfigurationError, TryAgainLater
from casework.words.mailbox import Arrival, MailboxPlace, MessageGone

Opener = Callable[..., WatchedFolder]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "scan"
    folder.mkdir()
    return folder


@pytest.fixture
def open_folder(path: Path) -> Iterator[Opener]:
    """Opens the watched folder with the rules given; a drop need not be quiet unless told otherwise."""
    opened: list[WatchedFolder] = []

    def open_one(*, back: bool = False, rules: dict[str, Any] | None = None, **settings: Any) -> WatchedFolder:
        made = make_settings(path, rules=rules, **settings)
        opened.append(WatchedFolder.open(made, back=back))
        return opened[-1]

    yield open_one
    for door in opened:
        door.close()


def make_settings(path: Path, *, rules: dict[str, Any] | None = None, **settings: Any) -> FolderSettings:
    # the clock of files ticks every few milliseconds: only without the rule of quiet a fresh file is whole at once
    complete = CompleteWhen(**(rules or {}))
    if "quiet_seconds" not in (rules or {}):
        complete = complete.model_copy(update={"quiet_seconds": 0.0})
    return FolderSettings(name="scanner", path=path, **settings).model_copy(update={"complete_when": complete})


def names(door: WatchedFolder) -> list[str]:
    return [arrival.name for arrival in door.look("scan").arrivals]


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return target.getvalue()


def test_a_file_is_one_message_with_its_own_bytes(path: Path, open_folder: Opener) -> None:
    (path / "Bescheid Müller.pdf").write_bytes(b"%PDF-1.7")
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    assert (arrival.name, arrival.size, arrival.place.account, arrival.place.folder) == (
        "Bescheid Müller.pdf", 8, "scanner", "scan",
    )  # fmt: skip
    assert list(door.fetch_many([arrival])) == [(arrival, b"%PDF-1.7")]
    assert 0 < arrival.place.uid < 2**63


def test_what_changed_a_moment_ago_waits_until_it_is_quiet(path: Path, open_folder: Opener) -> None:
    (path / "scan.pdf").write_bytes(b"%PDF")
    door = open_folder(rules={"quiet_seconds": 0.3})
    assert names(door) == []
    with (path / "scan.pdf").open("ab") as file:
        file.write(b"-1.7")
    deadline = time.monotonic() + 5
    while not door.look("scan").arrivals and time.monotonic() < deadline:
        time.sleep(0.05)
    ((_, raw),) = door.fetch_many(door.look("scan").arrivals)
    assert raw == b"%PDF-1.7"
    assert time.time() - (path / "scan.pdf").stat().st_mtime >= 0.3


def test_a_file_servers_clock_that_is_behind_takes_in_no_half_file(
    path: Path, open_folder: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path / "scan.pdf").write_bytes(b"%PDF")
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + 600)
    assert names(open_folder(rules={"quiet_seconds": 60})) == []


@pytest.mark.parametrize("name", ["scan.pdf.part", "scan.tmp", ".scan.pdf", "~$brief.docx", "Thumbs.db"])
def test_temporary_and_hidden_names_are_left_alone_until_they_are_renamed(
    path: Path, open_folder: Opener, name: str
) -> None:
    (path / name).write_bytes(b"half")
    door = open_folder()
    assert (names(door), door.notes) == ([], [])
    (path / name).rename(path / "scan.pdf")
    assert names(door) == ["scan.pdf"]


def test_a_drop_waits_for_its_marker_and_takes_it_along(path: Path, open_folder: Opener) -> None:
    (path / "a.pdf").write_bytes(b"%PDF-a")
    door = open_folder(rules={"marker": ".fertig"})
    assert names(door) == []
    (path / "a.pdf.fertig").touch()
    (arrival,) = door.look("scan").arrivals
    door.done([arrival.place])
    assert sorted(os.listdir(path)) == ["Eingelesen"]
    assert sorted(os.listdir(path / "Eingelesen")) == ["a.pdf", "a.pdf.fertig"]
    assert [each.name for each in door.taken().arrivals] == ["a.pdf"]


def test_a_marker_left_from_an_earlier_drop_says_nothing_about_the_next(path: Path, open_folder: Opener) -> None:
    (path / "a.pdf").write_bytes(b"%PDF-a")
    (path / "a.pdf.ok").touch()
    os.utime(path / "a.pdf.ok", (1, 1))
    assert names(open_folder(rules={"marker": ".ok"})) == []


def test_a_marker_whose_drop_was_moved_by_a_process_that_died_follows_it(path: Path, open_folder: Opener) -> None:
    door = open_folder(rules={"marker": ".ok"})
    (path / "Eingelesen" / "a.pdf").write_bytes(b"%PDF-a")
    (path / "a.pdf.ok").touch()
    assert names(door) == []
    assert sorted(os.listdir(path / "Eingelesen")) == ["a.pdf", "a.pdf.ok"]


def test_a_zip_without_its_end_waits(path: Path, open_folder: Opener) -> None:
    whole = zipped(a_txt=b"x" * 5000, b_txt=b"y")
    (path / "half.zip").write_bytes(whole[:-30])
    (path / "no-ending").write_bytes(whole[:-1])
    (path / "whole.zip").write_bytes(whole)
    assert names(open_folder()) == ["whole.zip"]


def test_a_folder_drop_waits_for_the_file_that_is_written_last(path: Path, open_folder: Opener) -> None:
    (path / "einreichung-1").mkdir()
    (path / "einreichung-1" / "data.json").write_text("{}")
    door = open_folder(form="fitconnect")
    assert names(door) == []
    (path / "einreichung-1" / "metadata.json").write_text("{}")
    assert names(door) == ["einreichung-1.zip"]


def test_a_folder_of_files_is_one_zip_and_every_time_the_same_bytes(path: Path, open_folder: Opener) -> None:
    batch = path / "stapel"
    (batch / "anlagen").mkdir(parents=True)
    for name in ("b.pdf", "a.pdf", "anlagen/ä.pdf"):
        (batch / name).write_bytes(f"%PDF {name}".encode() * 1000)
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    first = b"".join(door.pieces(arrival.place))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["a.pdf", "anlagen/ä.pdf", "b.pdf"]
        assert archive.read("anlagen/ä.pdf") == b"%PDF anlagen/\xc3\xa4.pdf" * 1000
        assert archive.testzip() is None
    assert len(first) == arrival.size
    again = open_folder()
    assert [b"".join(again.pieces(each.place)) for each in again.look("scan").arrivals] == [first]


def test_the_second_drop_of_the_same_bytes_is_another_message(path: Path, open_folder: Opener) -> None:
    door = open_folder()
    places: list[MailboxPlace | None] = []
    for _ in range(3):
        (path / "scan.pdf").write_bytes(b"%PDF-1.7")
        (arrival,) = door.look("scan").arrivals
        places += door.done([arrival.place]).values()
    assert len(set(places)) == 3
    assert sorted(os.listdir(path / "Eingelesen")) == ["scan-2.pdf", "scan-3.pdf", "scan.pdf"]
    assert {each.place for each in door.taken().arrivals} == set(places)


def test_a_drop_keeps_its_number_when_it_is_moved_and_when_another_process_looks(
    path: Path, open_folder: Opener
) -> None:
    (path / "stapel").mkdir()
    (path / "stapel" / "a.pdf").write_bytes(b"%PDF")
    (path / "b.pdf").write_bytes(b"%PDF")
    door = open_folder()
    before = [arrival.place for arrival in door.look("scan").arrivals]
    assert [arrival.place for arrival in open_folder().look("scan").arrivals] == before
    moved = door.done(before)
    assert [place.uid for place in moved.values() if place] == [place.uid for place in before]
    other = open_folder()
    assert {each.place for each in other.taken().arrivals} == set(moved.values())
    assert b"".join(other.pieces(moved[before[1]] or before[1])) != b""


def test_done_never_overwrites_not_even_a_folder(path: Path, open_folder: Opener) -> None:
    door = open_folder()
    (path / "Eingelesen" / "stapel").mkdir()
    (path / "Eingelesen" / "a.pdf").write_bytes(b"earlier")
    (path / "stapel").mkdir()
    (path / "stapel" / "x.pdf").write_bytes(b"%PDF")
    (path / "a.pdf").write_bytes(b"later")
    door.done(arrival.place for arrival in door.look("scan").arrivals)
    assert (path / "Eingelesen" / "a.pdf").read_bytes() == b"earlier"
    assert (path / "Eingelesen" / "a-2.pdf").read_bytes() == b"later"
    assert (path / "Eingelesen" / "stapel-2" / "x.pdf").exists()


def test_without_rename_that_replaces_nothing_it_is_looked_first(
    path: Path, open_folder: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CIFS and NFS know no RENAME_NOREPLACE."""
    monkeypatch.setattr("bots.folders.moving._libc", object())
    test_done_never_overwrites_not_even_a_folder(path, open_folder)


def test_an_unchanged_folder_tells_nothing_and_a_changed_one_all(path: Path, open_folder: Opener) -> None:
    door = open_folder()
    empty = door.look("scan").mark
    assert door.look("scan", empty).arrivals == ()
    (path / "a.pdf").write_bytes(b"%PDF")
    look = door.look("scan", empty)
    assert [arrival.name for arrival in look.arrivals] == ["a.pdf"]
    assert door.look("scan", look.mark).arrivals == ()


def test_waiting_ends_when_a_drop_has_come_to_rest(
    path: Path, open_folder: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.folders.folder.POLL_SECONDS", 0.02)
    door = open_folder(rules={"quiet_seconds": 0.2})
    door.look("scan")
    assert door.idle(0.1) is False
    (path / "a.pdf").write_bytes(b"%PDF")
    assert door.idle(10) is True
    assert names(door) == ["a.pdf"]


def test_hostile_entries_are_told_once_and_stop_nothing(
    path: Path, tmp_path: Path, open_folder: Opener, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path)
    (tmp_path / "secret").write_bytes(b"root:x:0")
    (path / "link.pdf").symlink_to(tmp_path / "secret")
    (path / "dir-link").symlink_to(tmp_path)
    os.mkfifo(path / "pipe")
    server = socket.socket(socket.AF_UNIX)
    server.bind("socket")
    (path / "line\nbreak.pdf").write_bytes(b"%PDF")
    (path / "a\\..\\b.pdf").write_bytes(b"%PDF")
    (path / "rtl\u202efdp.exe").write_bytes(b"%PDF")
    (path / "batch").mkdir()
    (path / "batch" / "inner").symlink_to(tmp_path / "secret")
    (path / "good.pdf").write_bytes(b"%PDF")
    door = open_folder()
    assert names(door) == ["good.pdf"]
    assert names(door) == ["good.pdf"]
    server.close()
    assert len(door.notes) == 8
    assert all("\n" not in note and "\u202e" not in note for note in door.notes)
    assert len(caplog.records) == 8
    door.done(arrival.place for arrival in door.look("scan").arrivals)
    assert os.listdir(path / "Eingelesen") == ["good.pdf"]


def test_an_unreadable_file_is_told_and_the_others_come(
    path: Path, open_folder: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path / "closed.pdf").write_bytes(b"%PDF")
    (path / "good.pdf").write_bytes(b"%PDF")
    real = os.open

    def refuse(name: Any, *arguments: Any, **options: Any) -> int:
        if name == "closed.pdf":
            raise PermissionError(13, "Permission denied")
        return real(name, *arguments, **options)

    door = open_folder()
    monkeypatch.setattr("os.open", refuse)
    assert names(door) == ["good.pdf"]
    assert door.notes == [
        "'closed.pdf' in folder 'scanner' is left where it lies: it cannot be read (permission denied)"
    ]


def test_names_that_are_no_utf8_come_in_readable(path: Path, open_folder: Opener) -> None:
    Path(os.fsdecode(bytes(path) + b"/M\xfcller.pdf")).write_bytes(b"%PDF")
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    assert arrival.name == "M\ufffdller.pdf"
    door.done([arrival.place])
    assert os.listdir(bytes(path / "Eingelesen")) == [b"M\xfcller.pdf"]


def test_what_is_exchanged_while_it_is_read_is_not_taken(path: Path, open_folder: Opener) -> None:
    (path / "a.pdf").write_bytes(b"%PDF" * 10)
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    (path / "a.pdf").write_bytes(b"%PDF" * 11)
    assert list(door.fetch_many([arrival])) == []
    assert door.done([arrival.place]) == {arrival.place: None}
    assert (path / "a.pdf").exists()


def test_a_link_put_in_place_of_a_file_after_the_look_is_not_followed(
    path: Path, tmp_path: Path, open_folder: Opener
) -> None:
    (tmp_path / "secret").write_bytes(b"root:x:0")
    (path / "a.pdf").write_bytes(b"%PDF")
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    (path / "a.pdf").unlink()
    (path / "a.pdf").symlink_to(tmp_path / "secret")
    assert list(door.fetch_many([arrival])) == []


def test_what_waits_too_long_is_told_in_one_sentence(path: Path, open_folder: Opener) -> None:
    (path / "x.pdf").write_bytes(b"%PDF")
    (path / "left.part").write_bytes(b"half")
    (path / "empty.pdf").touch()
    (path / "lonely.pdf.ok").write_bytes(b"1")
    door = open_folder(rules={"marker": ".ok"}, overdue_after=0.01)
    door.look("scan")
    time.sleep(0.02)
    mark = door.look("scan").mark
    assert sorted(door.notes) == [
        "'empty.pdf' in folder 'scanner' waits: it is empty; complete or remove it",
        "'left.part' in folder 'scanner' waits: its name says that it is still being written; complete or remove it",
        "'lonely.pdf.ok' in folder 'scanner' waits: there is no file that it belongs to; complete or remove it",
        "'x.pdf' in folder 'scanner' waits: x.pdf.ok is not there; complete or remove it",
    ]
    (path / "left.part").unlink()
    assert door.look("scan").mark != mark
    assert len(door.notes) == 3


def test_what_is_recorded_and_cannot_be_moved_is_told_and_shown_again(
    path: Path, open_folder: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.pdf", "b.pdf"):
        (path / name).write_bytes(b"%PDF")
    door = open_folder()
    look = door.look("scan")

    def refuse(source: int, name: str, target: int, candidate: str) -> None:
        if name == "a.pdf":
            raise PermissionError(1, "Operation not permitted")
        os.rename(name, candidate, src_dir_fd=source, dst_dir_fd=target)

    with monkeypatch.context() as patched:
        patched.setattr("bots.folders.moving._rename", refuse)
        moved = door.done(arrival.place for arrival in look.arrivals)
    assert [place.uid for place in moved] == [each.place.uid for each in look.arrivals if each.name == "b.pdf"]
    again = door.look("scan")
    assert [(each.name, each.stored) for each in again.arrivals] == [("a.pdf", True)]
    assert "cannot be moved to Eingelesen (Operation not permitted)" in door.notes[0]
    assert door.look("scan", again.mark).arrivals == again.arrivals
    door.done(each.place for each in again.arrivals)
    assert (door.look("scan").arrivals, door.notes) == ((), [])


def test_the_way_back_puts_drops_where_they_came_in(path: Path, open_folder: Opener) -> None:
    (path / "a.pdf").write_bytes(b"%PDF")
    door = open_folder()
    (arrival,) = door.look("scan").arrivals
    (lies,) = door.done([arrival.place]).values()
    back = open_folder(back=True)
    (seen,) = back.look("Eingelesen").arrivals
    assert seen.place == lies
    assert back.done([seen.place]) == {seen.place: arrival.place}
    assert (path / "a.pdf").read_bytes() == b"%PDF"


def test_only_what_lies_in_the_done_folder_can_be_erased(path: Path, open_folder: Opener) -> None:
    (path / "stapel").mkdir()
    (path / "stapel" / "a.pdf").write_bytes(b"%PDF")
    (path / "b.pdf").write_bytes(b"%PDF")
    (path / "b.pdf.ok").touch()
    (path / "stapel.ok").touch()
    door = open_folder(rules={"marker": ".ok"})
    places = [arrival.place for arrival in door.look("scan").arrivals]
    with pytest.raises(MessageGone, match="no done folder"):
        door.remove(places[0])
    for lies in door.done(places).values():
        assert lies is not None
        door.remove(lies)
        with pytest.raises(MessageGone):
            door.remove(lies)
    assert os.listdir(path / "Eingelesen") == []


def test_a_folder_that_is_gone_or_mounted_anew_is_a_wrong_moment(path: Path, open_folder: Opener) -> None:
    door = open_folder()
    path.rename(path.with_name("old"))
    with pytest.raises(TryAgainLater, match="out of reach") as caught:
        door.look("scan")
    assert caught.value.reason == "folder_unreachable"
    path.mkdir()
    with pytest.raises(TryAgainLater, match="mounted anew"):
        door.look("scan")
    with pytest.raises(TryAgainLater, match="out of reach"):
        WatchedFolder.open(make_settings(path / "nowhere"))


def test_check_tells_what_keeps_drops_from_being_moved(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_folder(make_settings(path)) == []
    assert check_folder(make_settings(path / "x")) == [f"{path / 'x'} is missing: mount or make it, or correct `path`"]
    (path / "file").touch()
    assert "is not a folder" in check_folder(make_settings(path / "file"))[0]
    (shared,) = check_folder(make_settings(path, done_folder=Path("/dev/shm")))
    assert "on another file system" in shared
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "cannot be written" in check_folder(make_settings(path))[0]


def test_a_done_folder_on_another_file_system_is_refused(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="another file system"):
        WatchedFolder.open(make_settings(path, done_folder=Path("/dev/shm")))


def test_a_thousand_drops_are_looked_at_quickly(path: Path, open_folder: Opener) -> None:
    for number in range(1000):
        (path / f"{number:04}.pdf").write_bytes(f"%PDF {number}".encode())
    door = open_folder()
    began = time.perf_counter()
    arrivals: tuple[Arrival, ...] = door.look("scan").arrivals
    assert len({arrival.place for arrival in arrivals}) == 1000
    assert time.perf_counter() - began < 2
    assert len(list(door.fetch_many(arrivals))) == 1000


def test_the_number_of_a_drop_fits_the_record() -> None:
    drop = Drop("a", False, 2**63, 0.0, ())
    assert 0 < drop.uid < 2**63


def test_a_drop_is_counted_on_all_its_levels(path: Path, open_folder: Opener) -> None:
    for above in range(11):
        for below in range(91):
            (path / "viel" / str(above) / str(below)).mkdir(parents=True)
    (path / "viel" / "brief.txt").write_bytes(b"x")
    door = open_folder()
    assert names(door) == []
    assert "more than 1000 files" in " ".join(door.notes)
