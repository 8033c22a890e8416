"""Fills the places of a phrase: `<name>`, `<street>`, `<date>`, `<amount>` … with invented things."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

NAMES = (
    "Achim Thormählen", "Beate Wulff", "Christel Ebsen", "Detlef Magnussen", "Edda Reimers", "Friedhelm Kruse",
    "Gönül Aksoy", "Hilke Behrens", "Ingo Schwarz", "Jasmin Lorenz", "Kurt Dethlefs", "Ljubica Horvat", "Momme Janssen",
    "Nadine Struve", "Oliver Kanz", "Petra Söhl", "Ralf Dombrowski", "Silke Matthiesen", "Torben Wieck", "Uta Brammer",
)  # fmt: skip
FIRMS = (
    "Malerbetrieb Quast", "Nordlicht Veranstaltungstechnik GmbH", "Ing.-Büro Statik & Raum", "Schrott Petermann KG",
    "Möbelwerkstatt Eiche", "Zaunbau Krautsand", "Fensterbau Sörensen", "Kanalreinigung Flott GmbH", "Catering Deich",
    "Vermessung Ohlsen PartG", "Gerüstbau Himmelhoch", "Schlüsseldienst Rapp", "Landhandel Marsch eG", "Fahrzeuge Löwe",
)  # fmt: skip
STREETS = (
    "Achtern Diek", "Bürgermeister-Thode-Weg", "Chausseestraße", "Deichreihe", "Eichenhof", "Feldscheide",
    "Gartenkamp", "Hohlweg", "Im Winkel", "Jahnring", "Koppelweg", "Lindenhain", "Marktgang", "Neue Reihe",
)  # fmt: skip
TOWNS = ("Ahrbek", "Brunsholm", "Colmfleet", "Dannau", "Ekensund", "Flintholm", "Grotenbrook", "Hasselrade")
DOGS = ("Aika", "Bruno", "Cleo", "Duke", "Elvis", "Flocke", "Gina", "Hasso", "Idefix", "Jule", "Krümel", "Lucky")
BREEDS = (
    "Dalmatiner", "Collie", "Spitz", "Malteser", "Rottweiler-Mix", "Foxterrier", "Setter", "Eurasier", "Chihuahua",
    "Windhund", "Riesenschnauzer", "Bobtail", "Entlebucher", "Yorkshire Terrier", "Hovawart", "Hund aus Rumänien",
)  # fmt: skip
FURS = ("gelb", "rehbraun", "grau", "schwarz mit Abzeichen", "gescheckt", "weißgrau", "rot", "sandfarben")
GOODS = (
    "Anstrich Treppenhaus", "Mikrofonanlage Miete", "Standsicherheitsnachweis", "Container Abfuhr", "Stuhl Buche",
    "Doppelstabmatte", "Isolierverglasung", "Hochdruckspülung", "Mittagsimbiss Sitzung", "Grenzfeststellung",
    "Fassadengerüst", "Türöffnung", "Rasensamen", "Inspektion Unimog", "Reifenwechsel", "Kabel Cat7", "Beamerlampe",
)  # fmt: skip
MONTHS = ("Jan.", "Februar", "Maerz", "April", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Oktober", "Nov.", "Dez.")


def fill(text: str, rng: Random) -> str:
    """The text with every `<place>` replaced; the same place is drawn anew each time, names and dogs stay the same."""
    kept: dict[str, str] = {}

    def draw(match: re.Match[str]) -> str:
        name = match.group(1)
        value = DRAWERS[name](rng)
        return kept.setdefault(name, value) if name in {"name", "dog", "firm", "town"} else value

    return re.sub(r"<([a-z]+)>", draw, text)


def _date(rng: Random) -> str:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(2015, 2027)
    styles = (f"{day:02d}.{month:02d}.{year}", f"{day}.{month}.{year % 100}", f"{day}. {MONTHS[month - 1]} {year}")
    return rng.choice(styles)


def _amount(rng: Random) -> str:
    euros, cents = rng.randrange(3, 9000), rng.randrange(100)
    return rng.choice(
        (f"{euros},{cents:02d}", f"{euros:,}".replace(",", ".") + f",{cents:02d}", f"{euros}.{cents:02d}")
    )


def _of(choices: tuple[str, ...]) -> Callable[[Random], str]:
    return lambda rng: rng.choice(choices)


def _digits(count: int) -> Callable[[Random], str]:
    return lambda rng: f"{rng.randrange(10**count):0{count}d}"


DRAWERS: dict[str, Callable[[Random], str]] = {
    "name": _of(NAMES),
    "other": _of(NAMES),
    "firm": _of(FIRMS),
    "street": _of(STREETS),
    "town": _of(TOWNS),
    "dog": _of(DOGS),
    "breed": _of(BREEDS),
    "fur": _of(FURS),
    "good": _of(GOODS),
    "date": _date,
    "amount": _amount,
    "no": lambda rng: str(rng.randrange(1, 160)),
    "small": lambda rng: str(rng.randrange(2, 25)),
    "number": lambda rng: rng.choice(("F", "", "INV-", "A/", "26.")) + str(rng.randrange(1000, 999999)),
    "postcode": lambda rng: f"43{rng.randrange(1000):03d}",
    "chip": lambda rng: "9" + f"{rng.randrange(10**14):014d}",
    "tag": _digits(4),
    "account": lambda rng: f"DE{rng.randrange(100):02d} " + " ".join(f"{rng.randrange(10**4):04d}" for _ in range(4)),
    "year": lambda rng: str(rng.randrange(2010, 2027)),
}
