"""Texts that people write into forms, made canonical: dates, yes and no, IBAN, chip numbers, names, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable

from classifiers.kinds.identifiers import compact
from classifiers.kinds.places.typed import dates_in
from classifiers.readers.texts import Line

YES = frozenset({"ja", "yes", "j", "x", "wahr", "true", "on", "1", "☒", "☑", "✓", "✔", "[x]"})
NO = frozenset({"nein", "no", "n", "keine", "keiner", "falsch", "false", "off", "0", "☐", "[ ]"})
_SEXES = {
    "male": ("rüde", "männlich", "m", "male", "ruede", "maennlich"),
    "female": ("hündin", "weiblich", "w", "f", "female", "huendin"),
}
_STREET = re.compile(
    r"^(?P<street>.*?[^\d\s,].*?)[,\s]+(?P<number>\d{1,4}\s?[a-zA-Z]?(?:\s?[-/+]\s?\d{1,4}\s?[a-zA-Z]?)?)\s*$"
)
_TOWN = re.compile(r"^(?:D[-\s])?(?P<postcode>\d{5})\s+(?P<town>[^\d,;]+?)\s*$")

Converter = Callable[[str], str | None]


def text(value: str) -> str | None:
    """The text itself; placeholders that mean nothing are None."""
    bare = " ".join(value.split()).strip(" ;")
    return None if not bare or re.fullmatch(r"[-–—./_ ]+|k\.\s?a\.|keine angabe|n/a|entfällt", bare, re.I) else bare


def day(value: str) -> str | None:
    """A date as ISO; None when it is none."""
    found = list(dates_in(Line(" ".join(value.split()), 0, 1)))
    return found[0].value if len({hit.value for hit in found}) == 1 else None


def yes_no(value: str) -> str | None:
    """`yes`, `no` or None. The first word decides: „ja, anbei der Nachweis“."""
    bare = value.strip().lower()
    first = re.split(r"[\s,.;:(]", bare, maxsplit=1)[0]
    return "yes" if bare in YES or first in YES else "no" if bare in NO or first in NO else None


def sex(value: str) -> str | None:
    """`male` or `female` of a dog."""
    first = re.split(r"[\s,.;:(/]", value.strip().lower(), maxsplit=1)[0]
    return next((code for code, words in _SEXES.items() if first in words), None)


def iban(value: str) -> str | None:
    """Without blanks; whether it can be one is a check's business."""
    bare = compact(value)
    return bare if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", bare) else text(value)


def digits(value: str) -> str | None:
    """A number written with blanks or points (chip numbers)."""
    bare = re.sub(r"[\s.\-]", "", value)
    return bare if bare.isdigit() else text(value)


def count(value: str) -> str | None:
    """A small number, in digits or as a word."""
    words = {"ein": "1", "eine": "1", "einen": "1", "einer": "1", "zwei": "2", "drei": "3", "vier": "4", "fünf": "5"}
    match = re.search(r"\d{1,2}", value)
    return str(int(match.group())) if match else words.get(value.strip().lower())


def postcode(value: str) -> str | None:
    """Five digits, leading zero kept."""
    match = re.search(r"(?<!\d)\d{5}(?!\d)", value)
    return match.group() if match else None


def mail(value: str) -> str | None:
    """A mail address in lower case."""
    match = re.search(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", value)
    return match.group().lower() if match else None


def reason_for_leaving(value: str) -> str | None:
    """Why a dog is gone: died, sold, given_away, moved_away, lost; None when the words fit none or several."""
    lowered = value.lower()
    found = {code for code, words in _LEAVING.items() if any(word in lowered for word in words)}
    return found.pop() if len(found) == 1 else None


_LEAVING = {
    "died": (
        "verstorben",
        "gestorben",
        "tod",
        "tot ",
        "eingeschläfert",
        "einschläfern",
        "verendet",
        "regenbogenbrücke",
        "starb",
        "erlöst",
        "eingegangen",
        "überfahren",
    ),
    "sold": ("verkauft", "verkauf", "käufer"),
    "given_away": (
        "abgegeben",
        "abgabe",
        "verschenkt",
        "weitergegeben",
        "vermittelt",
        "tierheim abgegeben",
        "übergeben",
    ),
    "moved_away": (
        "wegzug",
        "weggezogen",
        "umzug",
        "umgezogen",
        "verzogen",
        "fortgezogen",
        "verlassen",
        "ziehen weg",
        "ziehe weg",
        "zogen",
    ),
    "lost": ("entlaufen", "vermisst", "weggelaufen", "ausgebüxt", "verschwunden", "gestohlen"),
}


def split_street(value: str) -> dict[str, str]:
    """Street and house number of one line."""
    match = _STREET.match(value.strip())
    if match is None:
        return {"street": value.strip()} if text(value) else {}
    return {"street": match["street"].strip(" ,"), "house_number": " ".join(match["number"].split())}


def split_town(value: str) -> dict[str, str]:
    """Postcode and town of one line."""
    match = _TOWN.match(value.strip())
    if match is not None:
        return {"postcode": match["postcode"], "town": match["town"].strip()}
    code = postcode(value)
    return {"postcode": code} if code else {"town": value.strip()} if text(value) else {}


def split_person(value: str) -> dict[str, str]:
    """`Petersen, Alke` or `Alke Petersen`; titles and salutations fall away."""
    bare = re.sub(r"^(?:herrn?|frau|familie|dr\.|prof\.)\s+", "", value.strip(), flags=re.I)
    if "," in bare:
        last, first = (piece.strip() for piece in bare.split(",", 1))
    else:
        words = bare.split()
        if len(words) < 2 or len(words) > 5:
            return {}
        cut = next(
            (place for place, word in enumerate(words) if place and word.lower() in {"von", "van", "de", "zu", "der"}),
            len(words) - 1,
        )
        first, last = " ".join(words[:cut]), " ".join(words[cut:])
    return {"holder_last_name": last, "holder_first_name": first} if first and last else {}


def split_address(value: str) -> dict[str, str]:
    """`Dorfstraße 12 a, 24358 Hütten` in its four pieces, as far as they are there."""
    found: dict[str, str] = {}
    for piece in re.split(r"[,;]\s*", value):
        if postcode(piece):
            found.update(split_town(piece))
        elif "street" not in found and re.search(r"\d", piece):
            found.update(split_street(piece))
    return found
