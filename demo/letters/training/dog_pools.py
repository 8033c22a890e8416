"""Phrases about dogs for training: forms as text, and what people write."""

from __future__ import annotations

_PERSON = (
    "Familienname, Vorname: <name>\nWohnhaft: <street> <no>, <postcode> <town>",
    "Hundehalter/in <name>\nAnschrift <street> <no>\n<postcode> <town>\nTelefon 04<tag>/<tag>",
    "Antragstellende Person\n<name>\ngeboren <date>\n<street> <no>",
    "Steuerpflichtig: <name>, <street> <no> in <town>",
    "",
)
_BYE = (
    "<name>",
    "MfG <name>, <town>",
    "Gruß, <name>\n<street> <no>",
    "Danke und tschüss\n<name>",
    "Familie <name>",
    "",
)

REGISTRATION: dict[str, tuple[str, ...]] = {
    "subject": (
        "Betreff: Welpe angeschafft",
        "Betreff: Anmeldung eines Tieres",
        "Betreff: Hundemarke beantragen",
        "Betreff: Erstanmeldung <dog>",
        "Betreff: Zuzug mit Hund",
        "Betreff: Steueranmeldung Hundehaltung",
        "Betreff: zweiter Hund",
    ),
    "title": (
        "Erklärung zur Hundesteuer: Beginn der Hundehaltung",
        "Anmeldeformular Hundehaltung",
        "Vordruck Anmeldung eines oder mehrerer Hunde",
        "Meldung über die Aufnahme eines Hundes in den Haushalt",
        "Online-Antrag Hund anmelden",
    ),
    "person": _PERSON,
    "dog": (
        "Rufname: <dog>\nHunderasse: <breed>\nFellfarbe <fur>\nWurfdatum <date>",
        "Angaben zum Tier: <dog>, <breed>, <fur>, geworfen <date>, Rüde",
        "Hund 1 <dog> <breed> Hündin geb. <date> Transponder <chip>",
        "Mikrochip <chip>, Rasse <breed>",
        "Art des Hundes: <breed> / Alter: <small> Monate / Haltung ab <date>",
        "Heimtierausweis liegt vor, Chip-Nr. <chip>",
    ),
    "form": (
        "Beginn der Haltung: <date>",
        "Datum der Anschaffung <date>, Vorbesitzer <other>",
        "In der Gemeinde seit: <date>, zuletzt gemeldet in <town>",
        "Im Haushalt werden insgesamt <small> Hunde gehalten",
        "Steuerermäßigung wird nicht beantragt",
        "Ich beantrage Steuerbefreiung für einen Blindenführhund",
        "Ich erteile ein Lastschriftmandat für das Konto <account>",
        "Hiermit versichere ich die Richtigkeit meiner Angaben",
        "Haftpflichtversicherung bei der Provinzial, Police <tag>",
        "Wachhund: nein. Gefährlicher Hund: nein.",
    ),
    "told": (
        "ab sofort halten wir einen Vierbeiner und möchten ihn steuerlich melden.",
        "ich habe mir am <date> einen <breed> gekauft, er heißt <dog>.",
        "zum <date> sind wir nach <town> gezogen und bringen unsere Hündin <dog> mit.",
        "welche Unterlagen benötigen Sie, damit <dog> eine Marke bekommt?",
        "mein Sohn bekam zum Geburtstag einen Welpen, den trage ich hiermit bei Ihnen ein.",
        "der Züchter hat uns am <date> einen <breed> übergeben.",
        "wir haben einen Pflegehund aus dem Ausland dauerhaft aufgenommen.",
        "zu unserem <breed> ist nun noch ein zweiter Hund gekommen.",
        "könnten Sie mir bitte die Anmeldung für meinen <breed> bestätigen?",
        "ich übernehme den Hund meiner verstorbenen Mutter, bitte auf mich eintragen.",
    ),
    "more": (
        "Wie hoch ist die Steuer für den ersten Hund bei Ihnen?",
        "Er ist <small> Wochen alt und geimpft.",
        "Bitte senden Sie mir die Hundesteuermarke per Post.",
        "Im Ort davor war er schon angemeldet, den Bescheid lege ich bei.",
        "Muss ich rückwirkend zahlen?",
        "Ein Foto vom Impfpass schicke ich mit.",
    ),
    "bye": _BYE,
}
REGISTRATION_SHAPES: tuple[tuple[str, ...], ...] = (
    ("title", "person", "dog", "form*"),
    ("title", "dog", "form*", "person"),
    ("subject", "told", "dog?", "more?", "bye"),
    ("subject", "told", "more", "person?", "bye"),
    ("subject?", "told", "dog", "form?", "bye"),
    ("subject", "title", "person", "dog", "form*", "bye?"),
)

DEREGISTRATION: dict[str, tuple[str, ...]] = {
    "subject": (
        "Betreff: Ende der Hundehaltung",
        "Betreff: Hund verstorben",
        "Betreff: Steuerabmeldung <dog>",
        "Betreff: Kündigung Hundesteuer zum <date>",
        "Betreff: Hund verkauft",
        "Betreff: Rückgabe Hundemarke <tag>",
        "Betreff: Wir haben keinen Hund mehr",
    ),
    "title": (
        "Erklärung zur Hundesteuer: Ende der Hundehaltung",
        "Abmeldeformular Hundehaltung",
        "Meldung über die Aufgabe eines Hundes",
        "Vordruck Abmeldung eines Hundes",
        "Online-Antrag Hund abmelden",
    ),
    "person": _PERSON,
    "dog": (
        "Rufname <dog>, Rasse <breed>, Marke <tag>",
        "Abzumelden ist: <dog>, <breed>, <fur>",
        "Kassenzeichen <tag>.<tag>, Hundemarke <tag>",
        "Transponder <chip>, Steuermarkennummer <tag>",
    ),
    "form": (
        "Abmeldegrund: Tod des Tieres am <date>",
        "Haltung beendet zum <date>",
        "Abgegeben an (Name, Anschrift des Erwerbers): <other>, <street> <no>",
        "Wegzug aus dem Gemeindegebiet am <date>, neue Anschrift <street> <no>, <town>",
        "Marke anbei / Marke verloren (Nichtzutreffendes streichen)",
        "Erstattung auf Konto <account>",
        "Bescheinigung der Tierarztpraxis liegt bei",
        "Das Tier ist seit dem <date> entlaufen",
    ),
    "told": (
        "unser treuer <dog> ist am <date> über die Regenbogenbrücke gegangen.",
        "seit <date> halte ich keinen Hund mehr.",
        "<dog> wurde am <date> vom Tierarzt erlöst.",
        "ich musste <dog> ins Tierheim geben, weil mein Vermieter es verlangt.",
        "zum Monatsende verlasse ich <town> und nehme den Hund mit.",
        "mein Hund wurde überfahren, bitte stellen Sie die Abbuchung ein.",
        "der neue Besitzer heißt <other> und wohnt in <town>.",
        "<dog> ist weggelaufen und nach <small> Wochen nicht wieder aufgetaucht.",
        "wir haben den <breed> an Bekannte weitergegeben.",
        "hiermit kündige ich die Hundesteuer für den Hund mit der Marke <tag>.",
    ),
    "more": (
        "Bitte rechnen Sie die Steuer bis zu diesem Tag ab.",
        "Wohin soll ich die Hundemarke schicken?",
        "Ich bitte um einen Änderungsbescheid.",
        "Die überzahlte Steuer erstatten Sie bitte auf mein Konto.",
        "Die Bescheinigung über die Einschläferung füge ich bei.",
        "Bitte streichen Sie uns aus Ihrer Liste.",
    ),
    "bye": _BYE,
}
DEREGISTRATION_SHAPES: tuple[tuple[str, ...], ...] = (
    ("title", "person", "dog", "form*"),
    ("title", "dog", "form*", "person"),
    ("subject", "told", "dog?", "more?", "bye"),
    ("subject", "told", "more", "person?", "bye"),
    ("subject?", "told", "dog", "form?", "bye"),
    ("subject", "title", "person", "dog", "form*", "bye?"),
)
