"""The end of a demo: does the record agree with the target systems, the table, and summary.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.figures import Counted
from demo.truth import Stands

PROCESSES = {
    "invoice": "Eingangsrechnung",
    "dog_registration": "Hundesteuer Anmeldung",
    "dog_deregistration": "Hundesteuer Abmeldung",
    "defect_report": "Mängelmeldung",
    "posteingang": "Posteingang",
}


@dataclass(frozen=True)
class Result:
    """Both counts side by side."""

    counted: Counted
    targets: Mapping[str, Stands]
    setup_seconds: float
    console: str

    def disagreements(self) -> list[str]:
        """A sentence for each place where record and target systems differ, and for each letter lost or double."""
        found = [] if not self.counted.lost else [f"{self.counted.lost} letters are not in the record"]
        if self.counted.unexplained_parts:
            found.append(f"{self.counted.unexplained_parts} parts were left aside without a reason")
        for name in sorted({*self.counted.record, *self.targets}):
            stands = self.targets.get(name, Stands(0, set(), 0))
            ours, markers = self.counted.record.get(name, 0), self.counted.markers.get(name, set())
            if ours != stands.rows:
                found.append(f"{name}: {ours} in the record, {stands.rows} in the target system")
            if markers != stands.markers:
                found.append(f"{name}: the markers differ in {len(markers ^ stands.markers)} places")
            if stands.double:
                found.append(f"{name}: {stands.double} stand twice in the target system")
        return found

    def summary(self) -> dict[str, Any]:
        """summary.json as INTERFACES has it."""
        counted = self.counted
        return {
            "messages": counted.messages,
            "cases": counted.cases,
            "processes": counted.processes,
            "reasons": counted.reasons,
            "record": dict(sorted(counted.record.items())),
            "targets": {name: stands.rows for name, stands in sorted(self.targets.items())},
            "lost": counted.lost,
            "double": sum(stands.double for stands in self.targets.values()),
            "unexplained_parts": counted.unexplained_parts,
            "seconds": {"setup": round(self.setup_seconds, 1), **counted.seconds},
            "saved_s": counted.saved,
            "console": self.console,
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.summary(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def show(self, console: Console) -> None:
        """The table for people."""
        table = Table(title="Ein Morgen im Amt", title_justify="left")
        for head in ("Prozess", "eingegangen", "übertragen", "in Prüfung", "geschlossen", "unterwegs"):
            table.add_column(head, justify="left" if head == "Prozess" else "right", no_wrap=True)
        for process, row in self.counted.processes.items():
            cells = (row["received"], row["posted"], row["review"], row["closed"], row["new"])
            table.add_row(PROCESSES.get(process, process), *map(str, cells))
        console.print(table)
        if self.counted.reasons:
            reasons = ", ".join(f"{code} {number}" for code, number in self.counted.reasons.items())
            console.print(f"Gründe: {reasons}")
        seconds, saved = self.counted.seconds, self.counted.saved
        console.print(
            f"Sekunden: Aufbau {self.setup_seconds:.0f}, Eingang {seconds['intake']:.0f}, "
            f"Prüfung {seconds['prepare']:.0f}, Übertragung {seconds['transfer']:.0f}; "
            f"von der Mail bis fertig im Mittel {seconds['case_median']:.1f}"
        )
        console.print(
            f"Gespart: {saved['gross'] / 60:.0f} Minuten brutto, {saved['clerk'] / 60:.1f} Minuten Sachbearbeitung, "
            f"{saved['net'] / 60:.0f} Minuten netto"
        )
        pairs = ", ".join(f"{name} {number}" for name, number in self.summary()["targets"].items())
        console.print(f"In den Fachverfahren gezählt: {pairs or 'nichts'}")
