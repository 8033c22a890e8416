"""The fields of the masks: on which tab, how labelled, what the server accepts, which column they fill."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from demo.targets.masks import read_amount, read_date, read_iban, show_amount, show_date

TABS = ("Halter", "Hund", "Steuer", "Zahlung")
ORDINALS = ("1", "2", "3")
SEXES = ("männlich", "weiblich")
REASONS = ("verstorben", "abgegeben/verkauft", "verzogen", "entlaufen", "Sonstiges")


@dataclass(frozen=True)
class Field:
    """One field. `control` is the last part of its generated id; `kind` is text, area, date, amount, iban, plz, chip,
    choice, radio or check; `reloads`: changing it posts the page back."""

    control: str
    label: str
    column: str
    kind: str = "text"
    required: bool = False
    tab: int = 0
    size: int = 30
    options: tuple[str, ...] = ()
    reloads: bool = False


DOG_FIELDS = (
    Field("txtName", "Name", "halter_name", required=True),
    Field("txtVorname", "Vorname", "halter_vorname", required=True),
    Field("txtGebDat", "Geburtsdatum", "halter_geburtsdatum", "date", size=10),
    Field("txtStrasse", "Straße", "strasse", required=True),
    Field("txtHausNr", "Haus-Nr.", "hausnummer", size=6),
    Field("txtPlz", "PLZ", "plz", "plz", required=True, size=6),
    Field("txtOrt", "Ort", "ort", required=True),
    Field("ddlGemeinde", "Gemeinde", "gemeinde", "choice", required=True, reloads=True),
    Field("txtZuzug", "Zugezogen am", "zugezogen_am", "date", size=10),
    Field("txtHundName", "Rufname", "hundename", tab=1),
    Field("txtRasse", "Rasse", "rasse", required=True, tab=1),
    Field("txtFarbe", "Farbe", "farbe", tab=1),
    Field("rblGeschlecht", "Geschlecht", "geschlecht", "radio", tab=1, options=SEXES),
    Field("txtWurf", "Wurfdatum", "hund_geburtsdatum", "date", tab=1, size=10),
    Field("txtChip", "Chip-Nr.", "chipnummer", "chip", tab=1, size=18),
    Field("txtAnschaffung", "Angeschafft am", "angeschafft_am", "date", tab=1, size=10),
    Field(
        "ddlOrdnung", "Hund Nr. im Haushalt", "ordnungszahl", "choice", required=True, tab=2, options=("1", "2", "3")
    ),
    Field("txtSteuer", "Jahressteuer (EUR)", "jahressteuer_cent", "amount", required=True, tab=2, size=10),
    Field("txtBeginn", "Steuerbeginn", "steuerbeginn", "date", required=True, tab=2, size=10),
    Field("txtBemerkung", "Bemerkung", "bemerkung", "area", tab=2),
    Field("chkSepa", "SEPA-Mandat liegt vor", "sepa", "check", tab=3, reloads=True),
    Field("txtIban", "IBAN", "iban", "iban", tab=3, size=34),
    Field("txtInhaber", "Kontoinhaber/in", "kontoinhaber", tab=3),
)
LEAVING_FIELDS = (
    Field("ddlGrund", "Grund der Abmeldung", "grund", "choice", required=True, options=REASONS),
    Field("txtZum", "Abgemeldet zum", "abgemeldet_zum", "date", required=True, size=10),
    Field("chkMarke", "Hundemarke zurückgegeben", "marke_zurueck", "check"),
    Field("txtNeuerHalter", "Neuer Halter/neue Anschrift", "neuer_halter", size=50),
    Field("txtAbBemerkung", "Bemerkung", "bemerkung", "area"),
)
_LONGEST = {"text": 120, "area": 500}


def read_fields(fields: tuple[Field, ...], texts: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Column values of the typed texts (dates ISO, amounts in cents), and what is wrong with them in German.

    Accepted texts are normalised in place.
    """
    values: dict[str, Any] = {}
    errors: list[str] = []
    for field in fields:
        text = texts.get(field.control, "").strip()
        place = f"{TABS[field.tab]} / {field.label}" if fields is DOG_FIELDS else field.label
        if field.required and not text:
            errors.append(f"{place}: Bitte füllen Sie dieses Feld aus.")
            continue
        try:
            values[field.column], texts[field.control] = _read(field, text)
        except ValueError as error:
            errors.append(f"{place}: „{text}“ {error}.")
    return values, errors


def show_value(field: Field, value: Any) -> str:
    """A column value as its mask shows it."""
    if field.kind == "date":
        return show_date(value)
    if field.kind == "amount":
        return show_amount(value)
    if field.kind == "check":
        return "ja" if value else "nein"
    return str(value)


def _read(field: Field, text: str) -> tuple[Any, str]:
    match field.kind:
        case "check":
            return int(text == "on"), text
        case "amount":
            cents = read_amount(text)
            if cents < 0:
                raise ValueError("darf nicht negativ sein")
            return cents, show_amount(cents)
        case "date" if text:
            day = read_date(text)
            return day.isoformat(), show_date(day)
        case "iban" if text:
            iban = read_iban(text)
            return iban, iban
        case "plz" if not re.fullmatch(r"\d{5}", text):
            raise ValueError("ist keine Postleitzahl mit fünf Ziffern")
        case "chip" if text and not re.fullmatch(r"\d{15}", text):
            raise ValueError("ist keine Chipnummer mit 15 Ziffern")
        case "radio" | "choice" if text and field.options and text not in field.options:
            raise ValueError("ist nicht vorgesehen")
    if len(text) > _LONGEST.get(field.kind, 120):
        raise ValueError(f"ist länger als {_LONGEST.get(field.kind, 120)} Zeichen")
    return (int(text) if field.column == "ordnungszahl" else text), text
