"""Reports of defects: what is broken, where, and a photograph."""

from __future__ import annotations

import datetime as dt

from demo.letters.desk import Desk
from demo.letters.dog_texts import private_signature
from demo.letters.expectations import released
from demo.letters.german import long_date, short_date
from demo.letters.letter import BODY, DocumentTruth
from demo.letters.mail import Attachment, Draft
from demo.letters.pictures import photograph
from demo.letters.wording import letter_text

DESCRIPTIONS = {
    "road_damage": (
        "In der Fahrbahn klafft ein tiefes Schlagloch, mindestens 15 cm.",
        "Der Asphalt ist auf einem halben Meter aufgebrochen, Radfahrer müssen in den Gegenverkehr ausweichen.",
        "Am Fahrbahnrand ist ein Loch, in dem gestern ein Rollator hängen geblieben ist.",
    ),
    "street_light": (
        "Die Straßenlaterne ist seit Tagen dunkel.",
        "Die Lampe am Fußweg flackert die ganze Nacht.",
        "An der Laterne hängt ein Kabel aus der Klappe.",
    ),
    "waste": (
        "Dort hat jemand Müllsäcke und einen alten Kühlschrank abgeladen.",
        "Neben dem Glascontainer stapelt sich wilder Sperrmüll.",
        "Im Knick liegen Farbeimer und Autoreifen.",
    ),
    "playground": (
        "Eine Kette der Schaukel ist gerissen, der Sitz hängt schief.",
        "Am Klettergerüst fehlt eine Sprosse, und eine Schraube steht vor.",
    ),
    "tree": (
        "Ein dicker Ast ist angebrochen und hängt über dem Gehweg.",
        "Nach dem Sturm liegt eine Birke halb auf der Straße.",
    ),
    "drainage": (
        "Der Gully ist verstopft, bei Regen steht die ganze Kreuzung unter Wasser.",
        "Der Einlaufrost ist mit Laub zugesetzt und das Wasser läuft in unsere Einfahrt.",
    ),
}
SUBJECTS = (
    "Schaden {street}",
    "Meldung: {street} in {town}",
    "Bitte kümmern: {street}",
    "Gefahrenstelle {street} {number}",
    "Mangel gemeldet ({town})",
    "Foto vom Schaden, {street}",
)
WHERE = (
    "Die Stelle ist {location}.",
    "Es geht um {location}.",
    "Ort: {location}.",
    "Zu finden {location}, das Foto zeigt die Stelle.",
)
WHEN = ("Aufgefallen ist mir das am {seen}.", "Gesehen am {seen}.", "Das Bild ist vom {seen}.")
WISHES = (
    "Bitte schicken Sie bald jemanden vom Bauhof.",
    "Können Sie das absperren lassen?",
    "Über eine kurze Rückmeldung freue ich mich.",
    "Wer ist dafür zuständig?",
)
PHOTO_NAMES = ("IMG_{n}.jpg", "Foto.jpg", "WhatsApp Bild {n}.jpeg", "Schaden {street}.jpg", "PXL_{n}.jpg")


def defect_report(desk: Desk) -> Draft:
    """Somebody saw something broken and took a picture of it."""
    rng, person = desk.rng, desk.person()
    category = rng.choice(sorted(DESCRIPTIONS))
    place = person.municipality
    street, number = rng.choice(place.streets), rng.randrange(1, 80)
    seen = desk.day - dt.timedelta(days=rng.randrange(0, 4))
    location = f"{street} {number}, {place.town}"
    description = rng.choice(DESCRIPTIONS[category])
    slots = {
        "street": street,
        "number": str(number),
        "town": place.town,
        "location": location,
        "seen": rng.choice((short_date, long_date))(seen),
        "office": desk.office.name,
    }
    told, wish = " ".join((description, rng.choice(WHERE), rng.choice(WHEN))), rng.choice(WISHES)
    signature = private_signature(person, rng, with_birth_date=False)
    name = rng.choice(PHOTO_NAMES).format(n=rng.randrange(1000, 99999), street=street)
    fields = {
        "category": category,
        "location": location,
        "description": f"{told} {wish}".format(**slots),
        "reporter_name": person.name,
        "reporter_email": person.email,
        "observed_on": seen.isoformat(),
    }
    expectation = released("bound_unproven", "model_unsure", "unknown_kind", "field_missing", "field_unsure")
    return Draft(
        sender_name=person.name,
        sender=person.email,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=rng.choice(SUBJECTS).format(**slots),
        text=letter_text(rng, told, wish, slots=slots, signature=signature),
        documents=(DocumentTruth("defect_report", BODY, fields, expectation),),
        attachments=(Attachment(name, photograph(category, rng)),),
        look=rng.choice(("plain", "both")),
        authentic=rng.random() < 0.8,
    )
