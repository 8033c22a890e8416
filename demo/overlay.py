"""The part of the demo's configuration that is known only when it runs: addresses, ports, folders, secrets."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from demo.letters import OFFICES, OfficeAddress, Supplier

AUTHSERV_ID = "mx.verbund.example"
ACCOUNT_NUMBERS = {"amt-moorwiek": "01", "amt-osterfehn": "02"}
"""The bots' own accounts in the target systems end in the number of the office there."""
PASSWORDS = {"amt-moorwiek": "Moorwiek-2026", "amt-osterfehn": "Osterfehn-2026"}
"""As the shipped seeds of the two target systems have them."""
SYSTEMS = ("haushaltskasse", "hundeverzeichnis")


@dataclass(frozen=True)
class Places:
    """Where the parts of the embedded world are reached."""

    imap: Mapping[str, Any]
    outgoing: Mapping[str, Any]
    passwords: Mapping[str, str]
    urls: Mapping[str, str]


def write_overlay(folder: Path, *, places: Places, suppliers: list[Supplier], drops: Path, secrets: Path) -> None:
    """Write `offices/*.yaml` with their tables of suppliers below `folder`, and the secrets they name as files."""
    (folder / "offices").mkdir(parents=True, exist_ok=True)
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for office in OFFICES:
        write_suppliers(folder / "offices" / f"{office.key}-suppliers.csv", suppliers)
        content = _office(office, places, drops)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / "offices" / f"{office.key}.yaml").write_text(text, encoding="utf-8")
        for name, secret in _secrets(office, places).items():
            _write_secret(secrets / name, secret)


def write_suppliers(path: Path, suppliers: list[Supplier]) -> None:
    """The office's table of suppliers: CSV with `name;vat_id;iban`, one row per account."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("name", "vat_id", "iban"))
        writer.writerows((firm.name, firm.vat_id, iban) for firm in suppliers for iban in firm.ibans)


def writer(office: OfficeAddress) -> str:
    """The login by which an office sends its answers."""
    return f"post-{office.key}"


def _office(office: OfficeAddress, places: Places, drops: Path) -> dict[str, Any]:
    number = ACCOUNT_NUMBERS[office.key]
    mailbox = {
        "account": "posteingang",
        "host": places.imap["host"],
        "port": places.imap["port"],
        "user": office.key,
        "secret": f"mailbox-{office.key}",
        "ca_file": str(places.imap["ca_file"]),
        "authserv_id": AUTHSERV_ID,
    }
    systems: dict[str, Any] = {
        system: {"base_url": url, "login": {"user": f"amtsbote{number}", "secret": f"{system}-{office.key}"}}
        for system, url in places.urls.items()
    }
    systems["antwort"] = {
        "host": places.outgoing["host"],
        "port": places.outgoing["port"],
        "ca_file": str(places.outgoing["ca_file"]),
        "from": office.mailbox,
        "from_name": office.name,
        "login": {"user": writer(office), "secret": f"antwort-{office.key}"},
    }
    drop = drops / office.key
    drop.mkdir(parents=True, exist_ok=True)
    return {
        "buyer_references": [office.leitweg_id],
        "suppliers": f"{office.key}-suppliers.csv",
        "mailboxes": [mailbox],
        "systems": {**systems, "ablage": {"folder": str(drop)}},
    }


def _secrets(office: OfficeAddress, places: Places) -> dict[str, str]:
    mail = {
        f"mailbox-{office.key}": places.passwords[office.key],
        f"antwort-{office.key}": places.passwords[writer(office)],
    }
    return mail | {f"{system}-{office.key}": PASSWORDS[office.key] for system in places.urls}


def _write_secret(path: Path, secret: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(secret)
