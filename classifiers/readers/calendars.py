"""Calendar entries and contact cards in words (RFC 5545, RFC 6350): what a clerk wants to know of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from classifiers.readers.headers import clean_text

MOST_LINES = 500
_LINE = re.compile(r'([A-Za-z0-9.-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)', re.S)
_ESCAPED = re.compile(r"\\([nN\\,;:])")
_EVENT = {
    "SUMMARY": "Betreff", "DTSTART": "Beginn", "DTEND": "Ende", "LOCATION": "Ort", "ORGANIZER": "Einladend",
    "ATTENDEE": "Teilnehmend", "STATUS": "Stand", "RRULE": "Wiederholung", "DESCRIPTION": "Text", "DUE": "Fällig",
}  # fmt: skip
_CARD = {
    "FN": "Name", "ORG": "Organisation", "TITLE": "Funktion", "TEL": "Telefon", "EMAIL": "E-Mail", "ADR": "Anschrift",
    "URL": "Adresse im Netz", "NOTE": "Bemerkung",
}  # fmt: skip
_METHODS = {"REQUEST": "Einladung", "CANCEL": "Absage", "REPLY": "Antwort auf eine Einladung", "PUBLISH": "Termin"}


def calendar_lines(text: str) -> list[str]:
    """`Betreff: …`, `Beginn: …` of every entry, in the order of the file."""
    return list(_shown(text, _EVENT, ("VEVENT", "VTODO")))[:MOST_LINES]


def card_lines(text: str) -> list[str]:
    """`Name: …`, `Telefon: …` of every card."""
    return list(_shown(text, _CARD, ("VCARD",)))[:MOST_LINES]


def _shown(text: str, names: dict[str, str], entries: tuple[str, ...]) -> Iterator[str]:
    inside: list[str] = []
    for name, parameters, value in _lines(text):
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[-1] in entries and len(inside) > 1:
                yield ""
        elif name == "END" and inside:
            inside.pop()
        elif name == "METHOD":
            yield _METHODS.get(value.strip().upper(), value.strip())
        elif inside and inside[-1] in entries and name in names and value.strip(" ;"):
            yield f"{names[name]}: {_value(name, parameters, value)}"


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, parameters and value of each line; folded lines are one (RFC 5545, 3.1)."""
    for line in re.sub(r"\r?\n[ \t]", "", clean_text(text)).splitlines():
        found = _LINE.fullmatch(line)
        if found:
            yield found[1].rpartition(".")[2].upper(), found[2], found[3]


def _value(name: str, parameters: str, value: str) -> str:
    if name in {"DTSTART", "DTEND", "DUE"}:
        zone = re.search(r"TZID=\"?([^;:\"]+)", parameters)
        return _moment(value.strip(), zone[1] if zone else "")
    if name in {"ORGANIZER", "ATTENDEE"}:
        shown = re.search(r"CN=\"?([^;:\"]+)", parameters)
        address = value.strip().removeprefix("mailto:").removeprefix("MAILTO:")
        return f"{shown[1]} <{address}>" if shown else address
    plain = _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value)
    return ", ".join(piece for piece in plain.split(";") if piece) if name in {"ADR", "ORG"} else plain


def _moment(value: str, zone: str) -> str:
    """`20261105T090000` as 05.11.2026 09:00; what is no date stays as it is."""
    for form, shown in (("%Y%m%dT%H%M%S", "%d.%m.%Y %H:%M"), ("%Y%m%d", "%d.%m.%Y")):
        try:
            moment = datetime.strptime(value.removesuffix("Z"), form).strftime(shown)
        except ValueError:
            continue
        return f"{moment} UTC" if value.endswith("Z") else f"{moment} ({zone})" if zone else moment
    return value
