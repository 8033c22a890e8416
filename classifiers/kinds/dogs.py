"""What both dog tax letters have in common: labels of the holder and the dog, signs of a form, free text."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.forms import Entry, Pair, pairs_in, pairs_of_form, read_pairs
from classifiers.kinds.visible import check_form_visible

HOLDER: dict[str, Entry] = {
    "holder": Entry(
        (
            "name vorname",
            "name und vorname",
            "vor und nachname",
            "vorname und name",
            "vorname name",
            "halter",
            "halterin",
            "hundehalter",
            "hundehalterin",
            "hundehalter in",
            "halter in",
            "halterin oder halter",
            "antragsteller",
            "antragstellerin",
            "steuerpflichtige person",
            "name des halters",
            "name der halterin",
        ),
        split=values.split_person,
    ),
    "holder_last_name": Entry(
        (
            "name",
            "nachname",
            "familienname",
            "zuname",
            "nachname halter",
            "halter name",
            "halter nachname",
            "last name",
            "surname",
            "familienname halter",
        ),
        values.text,
    ),
    "holder_first_name": Entry(
        ("vorname", "vornamen", "rufname", "vorname halter", "halter vorname", "first name", "vorname n"), values.text
    ),
    "holder_birth_date": Entry(
        (
            "geburtsdatum",
            "geboren am",
            "geb am",
            "geburtstag",
            "geburtsdatum halter",
            "halter geburtsdatum",
            "geburtsdatum der halterin oder des halters",
            "geburtsdatum der haltenden person",
            "geb datum",
        ),
        values.day,
    ),
    "street": Entry(("straße", "str"), values.text),
    "house_number": Entry(("hausnummer", "hausnr", "haus nr", "hnr", "nr"), values.text),
    "street_line": Entry(
        (
            "straße hausnummer",
            "straße und hausnummer",
            "straße nr",
            "straße hausnr",
            "straße haus nr",
            "straße und hausnr",
        ),
        split=values.split_street,
    ),
    "address": Entry(("anschrift", "adresse", "wohnanschrift", "wohnhaft"), split=values.split_address),
    "postcode": Entry(("plz", "postleitzahl"), values.postcode),
    "town_line": Entry(
        ("plz ort", "plz und ort", "plz wohnort", "postleitzahl ort", "postleitzahl und ort", "postleitzahl wohnort"),
        split=values.split_town,
    ),
    "town": Entry(("ort", "wohnort", "stadt"), values.text),
    "municipality": Entry(
        (
            "gemeinde",
            "steuergemeinde",
            "ortsgemeinde",
            "gemeinde des hundes",
            "ort der hundehaltung",
            "gemeinde der hundehaltung",
        ),
        values.text,
    ),
    "email": Entry(("e mail", "email", "mail", "e mail adresse", "email adresse", "mailadresse"), values.mail),
    "phone": Entry(
        ("telefon", "telefonnummer", "tel", "handy", "mobil", "telefon nr", "rückrufnummer", "telefon für rückfragen"),
        values.text,
    ),
    "sepa_mandate": Entry(
        (
            "sepa mandat",
            "sepa lastschriftmandat",
            "lastschriftmandat",
            "sepa",
            "sepa mandat erteilt",
            "einzugsermächtigung",
            "sepa lastschriftmandat erteilt",
            "lastschrift",
        ),
        values.yes_no,
    ),
    "iban": Entry(("iban", "konto", "bankverbindung", "kontonummer iban"), values.iban),
    "account_holder": Entry(("kontoinhaber", "kontoinhaberin", "kontoinhaber in"), values.text),
}
DOG: dict[str, Entry] = {
    "dog_name": Entry(
        (
            "name des hundes",
            "hundename",
            "hund name",
            "rufname des hundes",
            "name hund",
            "rufname hund",
            "name des tieres",
            "name tier",
            "der hund heißt",
            "dog name",
        ),
        values.text,
    ),
    "dog_name_in_section": Entry(("name", "rufname"), values.text, section="hund"),
    "breed": Entry(
        ("rasse", "hunderasse", "rasse des hundes", "rasse kreuzung", "rasse bei mischlingen elterntiere", "breed"),
        values.text,
    ),
    "colour": Entry(
        ("farbe", "fellfarbe", "farbe des hundes", "farbe fell", "fell", "farbe und abzeichen"), values.text
    ),
    "sex": Entry(("geschlecht", "geschlecht des hundes", "rüde hündin", "geschlecht hund"), values.sex),
    "dog_birth_date": Entry(
        (
            "geburtsdatum des hundes",
            "wurfdatum",
            "wurftag",
            "geburtstag des hundes",
            "hund geburtsdatum",
            "hund geboren am",
            "geburtsdatum hund",
            "alter wurfdatum",
            "geworfen am",
        ),
        values.day,
    ),
    "dog_birth_date_in_section": Entry(("geburtsdatum", "geboren am", "geburtstag"), values.day, section="hund"),
    "chip_number": Entry(
        (
            "chipnummer",
            "chip nr",
            "transpondernummer",
            "mikrochip",
            "chip",
            "transponder nr",
            "mikrochipnummer",
            "chipnr",
            "transponder",
        ),
        values.digits,
    ),
}
_OURS = re.compile(r"HUND-A[NB]\b")
"""Numbers of the offices' own forms: one that bears the other's number is the other form."""
_FORM_ID = re.compile(
    r"^(?:formular|formularkennung|formular nr|formularnummer|form id|form|formularid"
    r"|formular id)$"
)


def form_id(pairs: list[Pair], material: Material) -> str:
    """The identifier a form carries in a line of its own, upper case; for a PDF form also where it is printed."""
    for pair in pairs:
        if _FORM_ID.match(pair.label):
            return pair.value.strip().upper()
    match = re.search(r"\bHUND-A[NB]-\d+\b", material.text.whole.upper()) if material.form else None
    return match.group() if match else ""


def pairs_of(material: Material) -> list[Pair]:
    """Label and value pairs: of form fields where there are some, else of the lines."""
    if material.form:
        return pairs_of_form(material)
    return pairs_in(material.text, material.piece.id, origin=Origin.FORM if material.is_form_mail else None)


def claim_form(material: Material, *, kind: str, ids: tuple[str, ...], title: re.Pattern[str]) -> Claim | None:
    """A claim for a filled form. Its number says which form it is; who sent it is proven by the mail alone (ADR 6)."""
    pairs = pairs_of(material)
    number = form_id(pairs, material)
    identified = number.startswith(ids)
    if _OURS.match(number) and not identified:
        return None
    titled = title.search(material.text.whole[:600]) is not None
    if material.form:
        filled = any(pair.value for pair in pairs)
        return _claim(material, kind, identified=identified) if filled and (identified or titled) else None
    if material.is_body and identified:
        return _claim(material, kind, identified=True)
    known = read_pairs(pairs, {**HOLDER, **DOG})
    return Claim(kind, DecidedBy.RULE, 0.9) if titled and len(known) >= 5 else None


def _claim(material: Material, kind: str, *, identified: bool) -> Claim:
    if not material.form_sender:
        return Claim(kind, DecidedBy.RULE, 0.95, ("sender_unproven",))
    return Claim(kind, DecidedBy.FORM if identified else DecidedBy.RULE)


def read_form(material: Material, claim: Claim, entries: dict[str, Entry]) -> DocumentReading:
    """The fields of a form. Synthetic entries (`…_in_section`) carry their field's own name in the end."""
    fields = read_pairs(pairs_of(material), {**HOLDER, **entries})
    for name in [name for name in fields if name.endswith("_in_section")]:
        fields[name.removesuffix("_in_section")] = fields.pop(name)
    unseen = check_form_visible(fields, material) if material.form else []
    fill_municipality(fields)
    return DocumentReading(
        part=material.piece.id,
        kind=claim.kind,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields,
        findings=unseen,
        unsure=[*claim.unsure, *(["not_visible"] if unseen else [])],
    )


def fill_municipality(fields: dict[str, FieldReading]) -> None:
    """Where only a town is named, it is proposed as the municipality, never as certain."""
    if "municipality" not in fields and "town" in fields:
        proposed = fields["town"].model_copy(deep=True)
        proposed.confidence = 0.5
        fields["municipality"] = proposed


def is_form(material: Material) -> bool:
    """Does the part consist of labels and values rather than of sentences?"""
    return bool(material.form) or len(read_pairs(pairs_of(material), {**HOLDER, **DOG})) >= 4
