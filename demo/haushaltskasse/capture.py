"""The capture mask: what the form holds, what the server accepts, what is written."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from demo.targets.masks import read_amount, read_date, read_iban, show_amount, show_date
from demo.targets.messages import Request

CURRENCIES = ("EUR", "CHF", "CZK", "DKK", "GBP", "NOK", "PLN", "SEK", "USD")
MAX_LINES = 200
_TEXTS = (
    *("mandant", "krnr", "krfrei", "renr", "redat", "fdat", "whg"),
    *("netto", "steuer", "brutto", "iban", "bezug", "butext"),
)
_LENGTHS = {
    "krfrei": ("Kreditor (frei)", 120),
    "renr": ("Rechnungsnummer", 60),
    "bezug": ("Leitweg-ID/Bestellnr.", 60),
    "butext": ("Buchungstext", 120),
}
_LINE_PARTS = ("text", "menge", "preis", "betrag")
T = TypeVar("T")


@dataclass
class Capture:
    """The mask between two postbacks: texts as typed, lines as typed, errors in German."""

    vorgang: str
    texts: dict[str, str]
    lines: list[dict[str, str]] = field(default_factory=list)
    upload_name: str = ""
    upload_bytes: int = 0
    errors: list[str] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    positions: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def empty(cls) -> Capture:
        """A fresh mask."""
        return cls(secrets.token_hex(8), {**dict.fromkeys(_TEXTS, ""), "whg": "EUR"})

    @classmethod
    def of(cls, request: Request) -> Capture:
        """The mask as the browser posted it."""
        form = request.form
        capture = cls(form.get("vorgang", ""), {name: form.get(name, "").strip() for name in _TEXTS})
        count = min(int(form.get("zeilen") or 0), MAX_LINES)
        capture.lines = [
            {part: form.get(f"p{n}_{part}", "").strip() for part in _LINE_PARTS} for n in range(1, count + 1)
        ]
        capture.upload_name = form.get("bildname", "")
        capture.upload_bytes = int(form.get("bildbytes") or 0)
        if (upload := request.uploads.get("bild")) is not None:
            capture.upload_name, capture.upload_bytes = upload.name, len(upload.content)
        return capture

    def check(self, creditor: dict[str, Any] | None) -> bool:
        """Read every mask; fills `errors`, or `document` and `positions`. Accepted values are shown normalised."""
        self.errors = []
        texts = self.texts
        for name, label in (("mandant", "Amt (Mandant)"), ("renr", "Rechnungsnummer"), ("butext", "Buchungstext")):
            if not texts[name]:
                self.errors.append(f"{label}: Bitte füllen Sie dieses Feld aus.")
        for name, (label, length) in _LENGTHS.items():
            if len(texts[name]) > length:
                self.errors.append(f"{label}: höchstens {length} Zeichen.")
        if creditor is None and not texts["krfrei"]:
            self.errors.append("Kreditor: Bitte wählen Sie einen Kreditor oder füllen Sie „Kreditor (frei)“ aus.")
        issued = self._read("redat", "Rechnungsdatum", read_date)
        due = self._read("fdat", "Fällig am", read_date, optional=True)
        amounts = [
            self._read(name, label, read_amount)
            for name, label in (("netto", "Nettobetrag"), ("steuer", "Steuerbetrag"), ("brutto", "Bruttobetrag"))
        ]
        iban = self._read("iban", "IBAN", read_iban, optional=True)
        net, tax, gross = amounts
        if net is not None and tax is not None and gross is not None and net + tax != gross:
            self.errors.append("Bruttobetrag: weicht von Netto + Steuer ab.")
        self._check_lines()
        if self.errors or issued is None:
            return False
        self._normalise(show_date(issued), show_date(due), amounts, iban)
        self.document = {
            "mandant": texts["mandant"],
            "kreditor_nr": creditor["nr"] if creditor else "",
            "kreditor": creditor["name"] if creditor else texts["krfrei"],
            "rechnungsnummer": texts["renr"],
            "rechnungsdatum": issued.isoformat(),
            "faellig_am": due.isoformat() if due else "",
            "waehrung": texts["whg"],
            "netto_cent": net,
            "steuer_cent": tax,
            "brutto_cent": gross,
            "iban": iban or "",
            "bestellbezug": texts["bezug"],
            "buchungstext": texts["butext"],
            "belegbild": self.upload_name,
            "belegbild_bytes": self.upload_bytes,
            "vorgang": self.vorgang,
        }
        return True

    def add_line(self) -> None:
        """One more empty line."""
        if len(self.lines) < MAX_LINES:
            self.lines.append(dict.fromkeys(_LINE_PARTS, ""))

    def drop_line(self) -> None:
        """The last line goes."""
        if self.lines:
            self.lines.pop()

    def _read(self, name: str, label: str, reader: Callable[[str], T], *, optional: bool = False) -> T | None:
        text = self.texts[name]
        if not text:
            if not optional:
                self.errors.append(f"{label}: Bitte füllen Sie dieses Feld aus.")
            return None
        try:
            return reader(text)
        except ValueError as error:
            self.errors.append(f"{label}: „{text}“ {error}.")
            return None

    def _check_lines(self) -> None:
        self.positions = []
        for number, line in enumerate(self.lines, start=1):
            if not any(line.values()):
                continue
            try:
                amount = read_amount(line["betrag"])
            except ValueError as error:
                self.errors.append(f"Zeile {number}, Betrag: „{line['betrag']}“ {error}.")
                continue
            line["betrag"] = show_amount(amount)
            self.positions.append(
                {
                    "bezeichnung": line["text"],
                    "menge": line["menge"],
                    "einzelpreis": line["preis"],
                    "betrag_cent": amount,
                }
            )

    def _normalise(self, issued: str, due: str, amounts: list[int | None], iban: str | None) -> None:
        self.texts |= {"redat": issued, "fdat": due, "iban": _grouped(iban or "")}
        self.texts |= dict(zip(("netto", "steuer", "brutto"), map(show_amount, amounts), strict=True))


def _grouped(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
