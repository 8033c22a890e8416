"""The invented firms that send invoices; `suppliers` is the table the offices know, `strangers` are not in it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from demo.letters import identifiers
from demo.letters.people import FIRST_NAMES, LAST_NAMES


@dataclass(frozen=True)
class Supplier:
    """A firm as the finance department knows it; `number` is its creditor number, `trade` a key of `goods.TRADES`.

    `former_iban` is an account it was paid to before; `ibans` holds all known ones, the current first. `layout` is how
    its paper looks (a key of `paper.LAYOUTS`), `prints_code`: a payment QR code stands on its paper.
    """

    number: str
    name: str
    street: str
    postcode: str
    town: str
    domain: str
    trade: str
    layout: str
    colour: str
    vat_id: str
    tax_number: str
    register: str
    contact: str
    telephone: str
    iban: str
    former_iban: str | None
    prints_code: bool
    known: bool

    @property
    def bic(self) -> str:
        return identifiers.bic_of(self.iban)

    @property
    def ibans(self) -> tuple[str, ...]:
        return (self.iban, self.former_iban) if self.former_iban else (self.iban,)

    @property
    def email(self) -> str:
        """Where its invoices come from."""
        return f"rechnung@{self.domain}"


# name, street, postcode, town, domain, trade, layout, colour
KNOWN_FIRMS = (
    ("Papierhaus Brandt & Töchter GmbH", "Speicherzeile 9", "43208", "Wittmoor", "papierhaus-brandt.example",
     "stationery", "window", "#1f4e79"),
    ("Tiefbau Overbeck GmbH & Co. KG", "Kiesgrube 3-5", "62531", "Sandhorn", "tiefbau-overbeck.example",
     "roadworks", "band", "#b45309"),
    ("Elektro Schünemann e. K.", "Kupferweg 21", "43122", "Moorwiek", "elektro-schuenemann.example",
     "electrics", "plain", "#333333"),
    ("KommunalSoft Nord AG", "Hafenkontor 7", "43990", "Großenau", "kommunalsoft-nord.example",
     "software", "modern", "#0f766e"),
    ("Blitzblank Gebäudedienste GmbH", "Industriestraße 44", "62700", "Lüdenfehn", "blitzblank-dienste.example",
     "cleaning", "modern", "#0369a1"),
    ("Baumschule & Gartenbau Jürgens", "Rhododendronallee 2", "62418", "Fehnhusen", "gartenbau-juergens.example",
     "gardening", "serif", "#3f6212"),
    ("Heizung Sanitär Marquardsen GmbH", "Röhrenweg 12a", "43310", "Bokelrade", "shk-marquardsen.example",
     "heating", "plain", "#7f1d1d"),
    ("Druckerei Lettern & Söhne", "Gutenbergplatz 1", "43990", "Großenau", "lettern-druck.example",
     "printing", "serif", "#111827"),
    ("Wasserverband Geestrand", "Am Wasserwerk 1", "43315", "Bokelrade", "wv-geestrand.example",
     "water", "statement", "#1d4ed8"),
    ("Feuerschutz Hallig GmbH", "Löschteich 8", "62533", "Sandhorn", "feuerschutz-hallig.example",
     "fire", "band", "#b91c1c"),
    ("Spielwerk Holzgeräte OHG", "Zimmerei 17", "43444", "Tannwarder", "spielwerk-holz.example",
     "playgrounds", "window", "#65a30d"),
    ("Fehnstrom Vertriebsgesellschaft mbH", "Umspannstraße 100", "62410", "Osterfehn", "fehnstrom.example",
     "energy", "statement", "#7c3aed"),
)  # fmt: skip
STRANGER_FIRMS = (
    ("Verlag für Gemeindepraxis GmbH", "Setzkasten 4", "43991", "Großenau", "gemeindepraxis-verlag.example",
     "books", "serif", "#4c1d95"),
    ("Büro-Express Süderland UG (haftungsbeschränkt)", "Logistikring 30", "62888", "Süderaue",
     "bueroexpress-suederland.example", "stationery", "modern", "#be185d"),
    ("Dachdeckerei Ünal & Partner", "First 6", "43127", "Moorwiek", "dach-uenal.example",
     "playgrounds", "plain", "#374151"),
)  # fmt: skip


def suppliers(*, seed: int) -> list[Supplier]:
    """The firms both offices know, with the accounts they were paid to; the same seed gives the same table."""
    return [_found(seed, firm, place, known=True) for place, firm in enumerate(KNOWN_FIRMS)]


def strangers(*, seed: int) -> list[Supplier]:
    """Firms that write for the first time."""
    return [_found(seed, firm, place, known=False) for place, firm in enumerate(STRANGER_FIRMS)]


def _found(seed: int, firm: tuple[str, ...], place: int, *, known: bool) -> Supplier:
    name, street, postcode, town, domain, trade, layout, colour = firm
    rng = Random(f"{seed}/supplier/{name}")
    return Supplier(
        number=f"{70010 + place * 10}",
        name=name,
        street=street,
        postcode=postcode,
        town=town,
        domain=domain,
        trade=trade,
        layout=layout,
        colour=colour,
        vat_id=identifiers.vat_id(rng),
        tax_number=identifiers.tax_number(rng),
        register=f"{rng.choice(('HRB', 'HRA'))} {rng.randrange(100, 19999)} {rng.choice(('FL', 'PI', 'KI'))}",
        contact=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
        telephone=identifiers.telephone(rng),
        iban=identifiers.iban(rng),
        former_iban=identifiers.iban(rng) if place % 4 == 1 else None,
        prints_code=place % 3 == 0,
        known=known,
    )
