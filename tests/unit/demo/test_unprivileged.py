from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from demo.unprivileged import LONGEST_PATH, Lodging, choose_account


@pytest.fixture
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of this test is also the system's, so that nothing of others is swept."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def make_long(folder: Path) -> Path:
    return folder / ("langer-pfad-" * (LONGEST_PATH // 10))


def test_an_ordinary_user_runs_the_server_as_itself_and_root_as_somebody_else() -> None:
    account = choose_account("there-is-no-such-account")
    assert account.is_us is (os.geteuid() != 0)
    assert account.name == "nobody" or account.uid == os.geteuid()
    assert account.command("dovecot", "-F")[-4:] == ["--pdeathsig=TERM", "--", "dovecot", "-F"]


def test_data_goes_out_with_the_server_and_comes_home_afterwards(short: Path) -> None:
    folder, account = make_long(short), choose_account()
    folder.mkdir()
    (folder / "mail").mkdir()
    lodging = Lodging.take(folder, account)
    assert lodging.path.parent == short
    assert stat.S_IMODE(lodging.path.stat().st_mode) == 0o700
    (lodging.path / "mail" / "letter").write_text("x")
    assert Lodging.take(folder, account).path == lodging.path
    lodging.leave()
    assert [entry.name for entry in folder.iterdir()] == ["mail"]
    assert (folder / "mail" / "letter").read_text() == "x"
    assert not lodging.path.exists()


def test_a_lodging_whose_folder_is_gone_is_swept_by_the_next_one(short: Path) -> None:
    account = choose_account()
    killed = Lodging.take(make_long(short), account)
    alive = Lodging.take(make_long(short / "b"), account)
    shutil.rmtree(killed.folder)
    last = Lodging.take(make_long(short / "c"), account)
    assert not killed.path.exists()
    assert alive.path.exists()
    assert last.path.exists()
