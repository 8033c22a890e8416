from __future__ import annotations

import base64
import hashlib
import stat
from pathlib import Path

import pytest

from casework.words.errors import AmtsboteError
from demo.mailserver.dovecot import Dovecot, MailserverError
from demo.mailserver.passwords import Passwords, make_hash
from demo.mailserver.plan import MailserverPlan


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    plan = MailserverPlan.make(
        authserv_id="mx.amt.example",
        mailboxes={"Post@Amt-A.example": "amt-a", "dog@amt-a.example": "amt-a", "post@amt-b.example": "amt-b"},
        senders={"portal": ("portal.example",)},
        writers={"post-amt-a": "post@amt-a.example"},
    )
    plan.write(tmp_path)
    assert MailserverPlan.read(tmp_path) == plan
    assert plan.accounts == ("amt-a", "amt-b")
    assert plan.rules.mailboxes["post@amt-a.example"] == "amt-a"


def test_a_broken_plan_is_named(tmp_path: Path) -> None:
    (tmp_path / "mailserver.json").write_text("[]")
    with pytest.raises(AmtsboteError, match=r"mailserver\.json: cannot be read"):
        MailserverPlan.read(tmp_path)


def test_passwords_stay_the_same_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path / "new" / "passwords.json")
    first = passwords.make(["alke"])["alke"]
    both = passwords.make(["alke", "bente"])
    assert both["alke"] == first == passwords.of("alke")
    assert both["bente"] != first
    assert stat.S_IMODE(passwords.path.stat().st_mode) == 0o600


def test_a_password_is_kept_as_salted_hash() -> None:
    scheme, _, encoded = make_hash("geheim").partition("}")
    packed = base64.b64decode(encoded)
    assert scheme == "{SSHA512"
    assert packed[:64] == hashlib.sha512(b"geheim" + packed[64:]).digest()


def test_an_account_name_that_could_change_the_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MailserverError, match="small letters"):
        Dovecot(tmp_path, ["a\npassdb"])
