"""Tables of what the offices know before the first letter: suppliers with their accounts, registered dogs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from demo.letters.dogs import RegisteredDog
from demo.letters.firms import suppliers


def write_suppliers(path: Path, *, seed: int) -> None:
    """CSV (UTF-8, comma): `number,name,vat_id,ibans,street,postcode,town`; several IBANs are parted by a blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "name", "vat_id", "ibans", "street", "postcode", "town"))
        for firm in suppliers(seed=seed):
            accounts = " ".join(firm.ibans)
            writer.writerow((firm.number, firm.name, firm.vat_id, accounts, firm.street, firm.postcode, firm.town))


def write_registered_dogs(path: Path, dogs: Iterable[RegisteredDog]) -> None:
    """CSV (UTF-8, comma) with the columns of `RegisteredDog.as_row`."""
    rows = [dog.as_row() for dog in dogs]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["office"])
        writer.writeheader()
        writer.writerows(rows)
