"""The office's PDF forms for dogs, filled on a screen: AcroForm fields with values, form number in the footer."""

from __future__ import annotations

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.units import mm

from demo.letters.dogs import REASONS, SEXES, Deregistration, Registration
from demo.letters.form_mail import DEREGISTRATION_FORM, REGISTRATION_FORM
from demo.letters.german import long_iban, short_date
from demo.letters.paper.faces import face_like
from demo.letters.paper.sheet import HEIGHT, Sheet
from demo.letters.people import Person
from demo.letters.places import OfficeAddress

# A field: name, label, value (bool for a box to tick), left edge and width in mm.
Entry = tuple[str, str, str | bool, float, float]


def registration_form(registration: Registration, office: OfficeAddress) -> bytes:
    """The filled registration form as PDF."""
    dog = registration.dog
    rows: list[list[Entry] | str] = [
        "1. Halterin oder Halter",
        *_person_rows(registration.holder, with_birth_date=True),
        "2. Hund",
        [("hund_name", "Name des Hundes", dog.name, 20, 80), ("hund_rasse", "Rasse", dog.breed, 105, 85)],
        [
            ("hund_farbe", "Farbe", dog.colour, 20, 80),
            ("hund_geschlecht", "Geschlecht", SEXES[dog.sex], 105, 35),
            ("hund_geburtsdatum", "Geburtsdatum des Hundes", short_date(dog.born), 145, 45),
        ],
        [
            ("hund_chip", "Chipnummer", dog.chip, 20, 60),
            ("angeschafft_am", "angeschafft am", _date(registration.acquired_on), 85, 35),
            ("zugezogen_am", "zugezogen am", _date(registration.moved_in_on), 122, 30),
            ("anzahl_hunde", "Anzahl Hunde im Haushalt", str(registration.dogs_in_household), 155, 35),
        ],
        "3. Steuer und Zahlung",
        [("befreiung", "Befreiung/Ermäßigung beantragt", bool(registration.relief), 20, 5)],
        [
            ("sepa", "SEPA-Lastschriftmandat", registration.sepa, 20, 5),
            ("iban", "IBAN", long_iban(registration.holder.iban) if registration.sepa else "", 105, 85),
        ],
        [("einwilligung", "Einwilligung in die Verarbeitung", True, 20, 5)],
    ]
    return _filled("Anmeldung eines Hundes zur Hundesteuer", REGISTRATION_FORM, rows, office)


def deregistration_form(leave: Deregistration, office: OfficeAddress) -> bytes:
    """The filled de-registration form as PDF."""
    entry = leave.entry
    rows: list[list[Entry] | str] = [
        "1. Halterin oder Halter",
        *_person_rows(entry.holder, with_birth_date=False),
        "2. Hund",
        [
            ("hund_name", "Name des Hundes", entry.dog.name, 20, 60),
            ("hund_chip", "Chipnummer", entry.dog.chip, 85, 60),
            ("marke", "Nummer der Steuermarke", entry.tag_number, 150, 40),
        ],
        "3. Abmeldung",
        [
            ("grund", "Grund der Abmeldung", REASONS[leave.reason], 20, 60),
            ("ende_am", "Ende der Haltung am", short_date(leave.ended_on), 85, 40),
        ],
        [("neuer_halter", "Neue Halterin oder neuer Halter", leave.new_owner or "", 20, 105)],
        [("marke_zurueck", "Steuermarke zurückgegeben", leave.tag_returned, 20, 5)],
        [("einwilligung", "Einwilligung in die Verarbeitung", True, 20, 5)],
    ]
    return _filled("Abmeldung eines Hundes von der Hundesteuer", DEREGISTRATION_FORM, rows, office)


def _person_rows(person: Person, *, with_birth_date: bool) -> list[list[Entry] | str]:
    place = person.municipality
    names: list[Entry] = [("name", "Name", person.last_name, 20, 65), ("vorname", "Vorname", person.first_name, 90, 55)]
    if with_birth_date:
        names.append(("geburtsdatum", "Geburtsdatum", short_date(person.birth_date), 150, 40))
    return [
        names,
        [("strasse", "Straße", person.street, 20, 95), ("hausnummer", "Hausnummer", person.house_number, 120, 25)],
        [
            ("plz", "PLZ", place.postcode, 20, 25),
            ("ort", "Ort", place.town, 50, 65),
            ("gemeinde", "Gemeinde", place.name, 120, 70),
        ],
        [("telefon", "Telefon", person.telephone, 20, 60), ("email", "E-Mail", person.email, 85, 105)],
    ]


def _filled(title: str, form_id: str, rows: list[list[Entry] | str], office: OfficeAddress) -> bytes:
    """The form: headings are strings, rows are lists of fields; the form number also stands in a field of its own."""
    sheet = Sheet(face_like("sans", index=0, embed=False), size=9, title=title, author=office.name)
    sheet.text(20, 20, office.name, size=12, bold=True)
    sheet.text(20, 25, " · ".join(office.lines[1:]), size=8)
    sheet.rule(20, 28, 190)
    sheet.text(20, 40, title, size=15, bold=True)
    sheet.text(20, 46, "Bitte am Bildschirm ausfüllen und per E-Mail zurücksenden.", size=8)
    y = 58.0
    for row in rows:
        if isinstance(row, str):
            sheet.text(20, y + 2, row, size=10.5, bold=True)
            y += 8
            continue
        for entry in row:
            _field(sheet, y, entry)
        y += 14 if not isinstance(row[0][2], bool) or len(row) > 1 else 9
    _field(sheet, 278, ("formular", "Formular", form_id, 165, 25), size=8)
    sheet.text(20, 283, f"Formular {form_id}, Stand 03/2026", size=7)
    return sheet.finish()


def _field(sheet: Sheet, y: float, entry: Entry, *, size: float = 10) -> None:
    name, label, value, x, width = entry
    form = sheet.canvas.acroForm
    look = {"fillColor": white, "borderColor": HexColor("#64748b"), "textColor": black, "borderWidth": 0.5}
    if isinstance(value, bool):
        sheet.text(x + 7, y + 3.8, label)
        form.checkbox(
            name=name, tooltip=label, checked=value, x=x * mm, y=(HEIGHT - y - 5) * mm, size=5 * mm,
            buttonStyle="cross", fieldFlags="", **look,
        )  # fmt: skip
        return
    sheet.text(x, y, label, size=7, colour="#334155")
    form.textfield(
        name=name, tooltip=label, value=value, x=x * mm, y=(HEIGHT - y - 7.5) * mm, width=width * mm, height=6.5 * mm,
        fontName="Helvetica", fontSize=size, fieldFlags="", maxlen=200, **look,
    )  # fmt: skip


def _date(day: object) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
