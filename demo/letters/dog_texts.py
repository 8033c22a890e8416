"""What people write about their dogs when there is no form; they forget half of what the office needs."""

from __future__ import annotations

from random import Random
from typing import Any

from demo.letters.dogs import Deregistration, Registration
from demo.letters.german import long_date, short_date
from demo.letters.people import Person

REGISTRATION_SUBJECTS = (
    "Neuer Hund in der Familie",
    "Hund anmelden",
    "Anmeldung {dog}",
    "Hundesteuer für unseren {dog}",
    "Bitte um Anmeldung zur Hundesteuer",
    "wir haben jetzt einen Hund",
    "Frage zu Hundemarke für {dog}",
)
REGISTRATION_OPENINGS = (
    "seit dem {since} lebt bei uns ein Hund, den ich hiermit anmelden möchte.",
    "wir haben am {since} einen Hund aus dem Tierheim geholt und wollen alles richtig machen.",
    "am {since} ist {dog} bei uns eingezogen. Muss ich dafür noch ein Formular ausfüllen?",
    "ich bin am {since} Hundehalter geworden und bitte um eine Steuermarke.",
    "meine Nachbarin sagt, ich müsse unseren Welpen bei Ihnen melden. Er ist seit {since} da.",
    "bei uns im Haus gibt es Zuwachs auf vier Pfoten, und zwar seit dem {since}.",
)
REGISTRATION_FACTS = (
    "Es handelt sich um {article} {breed}, Farbe {colour}, geboren am {born}.",
    "{dog} ist {article} {breed} ({colour}) und kam am {born} zur Welt.",
    "Name: {dog}. Rasse: {breed}. Geburtstag: {born}. Fellfarbe: {colour}.",
    "Zum Tier: {breed}, {colour}, Geburtsdatum {born}, hört auf {dog}.",
)
CHIP_FACTS = (
    "Die Chipnummer laut Heimtierausweis ist {chip}.",
    "Gechippt ist das Tier auch: {chip}.",
    "Transpondernummer {chip}, vom Tierarzt abgelesen.",
    "",
)
HOUSEHOLD_FACTS = (
    "Weitere Hunde haben wir nicht.",
    "Es ist unser einziger Hund.",
    "Damit sind es jetzt zwei Hunde in unserem Haushalt.",
    "",
)
REGISTRATION_ENDINGS = (
    "Schicken Sie den Bescheid bitte an die unten stehende Adresse.",
    "Was kostet das im Jahr?",
    "Sagen Sie mir bitte, ob noch Unterlagen fehlen.",
    "Eine Haftpflichtversicherung ist abgeschlossen.",
    "Die Marke hole ich gern im Bürgerbüro ab.",
)
DEREGISTRATION_SUBJECTS = (
    "Abmeldung Hund",
    "{dog} ist nicht mehr bei uns",
    "Hundesteuer kündigen",
    "Steuermarke {tag} zurück",
    "Bitte keine Hundesteuer mehr abbuchen",
    "Traurige Nachricht wegen {dog}",
)
DEREGISTRATION_REASONS = {
    "died": (
        "leider mussten wir {dog} am {end} einschläfern lassen.",
        "am {end} ist unser alter Hund {dog} gestorben.",
        "{dog} lebt seit dem {end} nicht mehr, der Tierarzt hat es bescheinigt.",
    ),
    "sold": (
        "ich habe {dog} am {end} verkauft, und zwar an {owner}.",
        "{dog} gehört seit dem {end} {owner}, der Kaufvertrag liegt vor.",
    ),
    "given_away": (
        "aus gesundheitlichen Gründen habe ich {dog} am {end} an {owner} abgegeben.",
        "{dog} ist am {end} zu {owner} umgezogen, weil wir keine Zeit mehr hatten.",
    ),
    "moved_away": (
        "ich ziehe mit {dog} zum {end} in ein anderes Bundesland und melde uns hier ab.",
        "wir haben die Gemeinde zum {end} mitsamt {dog} verlassen.",
    ),
    "lost": (
        "{dog} ist am {end} beim Spaziergang ausgebüxt und bis heute verschwunden.",
        "am {end} ist uns {dog} entlaufen, alle Suchanzeigen blieben ohne Erfolg.",
    ),
}
TAG_FACTS = (
    "Die Steuermarke hat die Nummer {tag}.",
    "Auf der Marke steht {tag}.",
    "Unsere Marke: {tag}.",
    "",
)
DEREGISTRATION_ENDINGS = (
    "Bitte beenden Sie die Steuerpflicht und erstatten Sie, was zu viel gezahlt wurde.",
    "Bitte bestätigen Sie mir die Abmeldung schriftlich.",
    "Den Dauerauftrag habe ich bereits gelöscht.",
    "Brauchen Sie noch einen Nachweis?",
)
RETURNED = ("Die Marke liegt in Ihrem Briefkasten.", "Die Blechmarke habe ich heute bei Ihnen eingeworfen.")


def registration_text(registration: Registration, rng: Random) -> tuple[str, str, dict[str, Any]]:
    """Subject, text without greeting, and the fields that stand in it."""
    dog, since = registration.dog, registration.acquired_on or registration.moved_in_on
    slots = {
        "dog": dog.name,
        "breed": dog.breed,
        "colour": dog.colour,
        "born": short_date(dog.born),
        "since": rng.choice((short_date, long_date))(since) if since else "",
        "chip": dog.chip,
        "article": "eine Hündin der Rasse" if dog.sex == "female" else "einen Rüden der Rasse",
    }
    facts = rng.choice(REGISTRATION_FACTS)
    if facts.startswith("{dog} ist"):
        slots["article"] = "eine Hündin der Rasse" if dog.sex == "female" else "ein Rüde der Rasse"
    chip, household = rng.choice(CHIP_FACTS), rng.choice(HOUSEHOLD_FACTS)
    subject, opening = rng.choice(REGISTRATION_SUBJECTS), rng.choice(REGISTRATION_OPENINGS)
    text = " ".join(part for part in (opening, facts, chip, household) if part)
    text = f"{text}\n\n{rng.choice(REGISTRATION_ENDINGS)}"
    said = subject + opening + facts
    unsaid = _unsaid_registration(chip, household, said, with_birth_date=rng.random() < 0.6)
    fields = registration.as_truth(*unsaid)
    fields["acquired_on"], fields["moved_in_on"] = since.isoformat() if since else None, None
    if household:
        fields["dogs_in_household"] = "2" if "zwei Hunde" in household else "1"
    return subject.format(**slots), text.format(**slots), fields


def deregistration_text(leave: Deregistration, rng: Random) -> tuple[str, str, dict[str, Any]]:
    """Subject, text without greeting, and the fields that stand in it."""
    slots = {
        "dog": leave.entry.dog.name,
        "end": rng.choice((short_date, long_date))(leave.ended_on),
        "owner": leave.new_owner or "",
        "tag": leave.entry.tag_number,
    }
    subject, tag = rng.choice(DEREGISTRATION_SUBJECTS), rng.choice(TAG_FACTS)
    reason = rng.choice(DEREGISTRATION_REASONS[leave.reason])
    parts = [reason, tag, rng.choice(RETURNED) if leave.tag_returned else "", rng.choice(DEREGISTRATION_ENDINGS)]
    unsaid = ["chip_number"] + ([] if tag or "{tag}" in subject else ["tag_number"])
    fields = leave.as_truth(*unsaid, *([] if leave.tag_returned else ["tag_returned"]))
    return subject.format(**slots), " ".join(part for part in parts if part).format(**slots), fields


def private_signature(person: Person, rng: Random, *, with_birth_date: bool) -> str:
    """Name and address below a letter."""
    born = f"geb. {short_date(person.birth_date)}"
    lines = [person.name, f"{person.street} {person.house_number}"]
    lines += [f"{person.municipality.postcode} {person.municipality.town}"]
    lines += [born] if with_birth_date else []
    lines += [f"Tel. {person.telephone}"] if rng.random() < 0.5 else []
    return "\n".join(lines)


def _unsaid_registration(chip: str, household: str, told: str, *, with_birth_date: bool) -> list[str]:
    unsaid = ["relief_requested", "sepa_mandate", "iban"]
    unsaid += [] if chip else ["chip_number"]
    unsaid += [] if household else ["dogs_in_household"]
    unsaid += [] if "{article}" in told else ["sex"]
    unsaid += [] if "{dog}" in told else ["dog_name"]
    unsaid += [] if with_birth_date else ["holder_birth_date"]
    return unsaid
