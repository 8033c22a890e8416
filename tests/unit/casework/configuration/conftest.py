"""A small pack on disk that tests bend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

FILES = {
    "systems/tray.yaml": """
        system: tray
        title: Ablage
        transport: drop
        folder: tray
        operations:
          file_case:
            title: Ablegen
            metadata: {title: "{title}", reference: "{reference?}"}
        """,
    "rates/activities.yaml": """
        kind: activities
        title: Zeitwerte
        source: a published table
        valid_from: 2025-01-01
        rows:
          3: {title: Prüfen, simple: 5, medium: 30, high: 110}
          6: {title: Rechnen, simple: 9, medium: 120}
          7: {title: Gegenlesen, simple: 4, medium: 30, high: 1170, doubtful: [high]}
        """,
    "baselines/report.yaml": """
        process: report
        minutes: 5
        valid_from: 2025-01-01
        provenance: table
        source: a published table
        table: activities
        rows: [{row: 3}]
        """,
    "processes/report.yaml": """
        title: {de: Meldung, en: Report}
        kinds: [defect_report]
        baseline: report
        fields:
          - {name: place, label: {de: Ort, en: Place}, required: true}
          - {name: description, label: {de: Text, en: Text}}
        checks: [required_fields]
        postings:
          - system: tray
            operation: file_case
            business_key: "{place:key}"
            fields:
              title: "Meldung {place}"
              reference: "{description?}"
        """,
    "statutes/dorf.yaml": """
        municipality: Dorf
        versions:
          "2021-01-01":
            title: Satzung
            source: a statute
            tariff: {rates: ["30.00", "50.00"]}
            due: {dates: ["02-15", "08-15"]}
        """,
    "offices/amt-nord.yaml": """
        name: Amt Nord
        buyer_references: [01000-NORD-11]
        mailboxes:
          - {account: post@nord.example, host: mail.nord.example, user: post, secret: mail-nord, ca_file: ca.pem}
        municipalities: {Dorf: dorf}
        processes:
          report: {stage: assisted}
        systems:
          tray: {folder: drops}
        """,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file of the pack anew."""

    def _write(name: str, text: str) -> Path:
        path = tmp_path / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return _write


@pytest.fixture
def change(pack: Path) -> Callable[[str, str, str], Path]:
    """Replaces one piece of a file of the pack."""

    def _change(name: str, old: str, new: str) -> Path:
        path = pack / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return _change


@pytest.fixture
def pack(tmp_path: Path, write: Callable[[str, str], Path]) -> Path:
    """A folder with one valid object of every sort."""
    for name, text in FILES.items():
        write(name, text)
    return tmp_path / "pack"
