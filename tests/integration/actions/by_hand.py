"""`amtsbote` as a command of its own, against a running target system, with a home and an office of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.rigs.crash_world import OFFICE, write_configuration
from demo.targets.control import ROOT, TargetProcess


@dataclass
class Desk:
    """Somebody at a command line; every order is one invoice number."""

    folder: Path
    target: TargetProcess
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMTSBOTE_", "DATABASE_"))}
        given = write_configuration(self.folder, self.target.url)
        self.environment = {**kept, **given, "AMTSBOTE_HOME": str(self.folder / "home")}

    def order(self, number: str, **changes: str) -> Path:
        """Write a WORK.json."""
        fields = {
            "office": "Rig-Amt",
            "creditor": "Lieferant GmbH",
            "invoice_number": number,
            "invoice_date": "2026-11-02",
            "currency": "EUR",
            "net": "100.00",
            "tax": "19.00",
            "gross": "119.00",
            "booking_text": f"Rechnung {number}",
        }
        path = self.folder / f"{number}.json"
        path.write_text(json.dumps({"business_key": f"K|{number}", "fields": {**fields, **changes}}))
        return path

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """The command under way."""
        return subprocess.Popen(
            [sys.executable, "-m", "amtsbote", *words],
            cwd=ROOT,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def post_words(self, order: Path, *options: str) -> list[str]:
        words = ["post", "haushaltskasse", "capture_invoice", str(order), "--office", OFFICE]
        return [*words, "--base-url", self.target.url, "--json", *options]

    def post(self, order: Path, *options: str, **variables: str) -> tuple[dict[str, Any], int, str]:
        """Post and wait: the result (empty when there is none), the exit code, what was said to people."""
        process = self.start(*self.post_words(order, *options), **variables)
        out, words = process.communicate(timeout=120)
        return (json.loads(out) if out.strip() else {}), process.returncode, words

    def run(self, *words: str) -> dict[str, Any]:
        """Another command to its end; what it answers."""
        process = self.start(*words, "--json")
        out, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        answer: dict[str, Any] = json.loads(out)
        return answer

    def booked(self, number: str) -> int:
        """How often the target system holds the invoice."""
        return sum(row["rechnungsnummer"] == number for row in self.target.truth()["belege"])

    def received(self) -> int:
        """How many commits the target system has read so far."""
        return len(self.target.truth()["received_posts"])
