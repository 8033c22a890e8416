from __future__ import annotations

import pytest
from pydantic import ValidationError

from casework.configuration.mailboxes import MailboxSettings

BASE = {"account": "a", "host": "mail.amt.example", "user": "a"}
OAUTH2 = {"authority": "https://login.example/amt", "client_id": "app", "secret": "client"}


def make(**changes: object) -> MailboxSettings:
    return MailboxSettings.model_validate(BASE | changes)


def test_the_usual_port_follows_the_security() -> None:
    assert [make(secret="a").port, make(secret="a", security="starttls").port] == [993, 143]
    assert make(secret="a", security="starttls", port=1143).port == 1143


def test_a_mailbox_has_a_password_or_a_token_never_both() -> None:
    assert make(secret="passwort").secret_name == "passwort"
    assert make(oauth2=OAUTH2).secret_name == "client"
    for wrong in ({}, {"secret": "a", "oauth2": OAUTH2}):
        with pytest.raises(ValidationError, match="either secret"):
            make(**wrong)


def test_folders_are_taken_in_in_the_order_written() -> None:
    assert make(secret="a").all_folders == ("INBOX",)
    assert make(secret="a", folders=("Fax", "INBOX", "Fax")).all_folders == ("Fax", "INBOX")
    with pytest.raises(ValidationError, match="either folder or folders"):
        make(secret="a", folder="Eingang", folders=("Fax",))
    with pytest.raises(ValidationError, match="cannot be taken in as well"):
        make(secret="a", folders=("INBOX", "Eingelesen"))


@pytest.mark.parametrize("authority", ["http://login.example/amt", "https://login.example", "login.example/amt"])
def test_an_authority_has_https_and_a_path(authority: str) -> None:
    with pytest.raises(ValidationError, match="authority"):
        make(oauth2=OAUTH2 | {"authority": authority})


def test_settings_survive_being_written_and_read() -> None:
    settings = make(secret="a", folders=("Fax",))
    assert MailboxSettings.model_validate_json(settings.model_dump_json()) == settings
