"""A FIT-Connect submission from the folder to the record: who sent it, what about, and what became of every file."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.integration.folders.house import House

DATA = json.dumps({"halter": {"name": "Jensen"}}).encode()
PROOF = b"Nachweis der Haftpflicht"


def submit(folder: Path, *, proof: bytes) -> None:
    """A decrypted submission whose attachment is `proof`, announced as `PROOF`."""
    attachment = {"attachmentId": "a-1", "purpose": "attachment", "filename": "nachweis.txt", "hash": sha512(PROOF)}
    metadata = {
        "contentStructure": {"data": {"hash": sha512(DATA)}, "attachments": [attachment]},
        "publicServiceType": {"name": "Hundesteuer anmelden"},
        "replyChannel": {"eMail": {"address": "jensen@example.org"}},
    }
    folder.mkdir()
    (folder / "data.json").write_bytes(DATA)
    (folder / "nachweis.txt").write_bytes(proof)
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")


def sha512(data: bytes) -> dict[str, str]:
    return {"type": "sha512", "content": hashlib.sha512(data).hexdigest()}


@pytest.mark.parametrize("trusted", [False, True])
def test_a_submission_is_read_under_its_own_name(tmp_path: Path, trusted: bool) -> None:
    house = House(tmp_path, more=f"form: fitconnect, trusted_sender: {str(trusted).lower()}")
    submit(house.inbox / "einreichung-7", proof=PROOF if trusted else b"verfremdet")
    house.take_in()
    done = house.run("amtsbote", "prepare", "--once", "--json")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(house.record) as record:
        (message,) = record.execute("SELECT name, sender, subject, sender_proof FROM record_message")
        parts = dict(record.execute("SELECT name, reason FROM record_messagepart"))
        ((state, reasons),) = record.execute("SELECT state, reasons FROM record_case")
    proof = "proven" if trusted else "unproven"
    assert message == ("einreichung-7.zip", "jensen@example.org", "Hundesteuer anmelden", proof)
    assert parts["metadata.json"] == "envelope"
    assert parts["nachweis.txt"] == ("attachment" if trusted else "attachment_altered")
    assert state == "review"
    assert ("attachment_altered" in reasons) is not trusted
