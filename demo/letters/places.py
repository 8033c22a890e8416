"""The two offices of the demo and their municipalities. Only Hütten exists; everything in it is invented all the same.

Postcodes begin with 43 or 62, which Germany has not given out (Hütten keeps its own).
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.letters.identifiers import leitweg_id


@dataclass(frozen=True)
class Municipality:
    """A Gemeinde of an office, with invented streets; `has_statute`: its dog tax is on file."""

    name: str
    postcode: str
    town: str
    streets: tuple[str, ...]
    has_statute: bool = True


@dataclass(frozen=True)
class OfficeAddress:
    """Where an office gets its post, and what stands on a letter to it."""

    key: str
    name: str
    street: str
    house_number: str
    postcode: str
    town: str
    mailbox: str
    leitweg_id: str
    municipalities: tuple[Municipality, ...]

    @property
    def lines(self) -> tuple[str, str, str]:
        """The address as it stands on an envelope."""
        return self.name, f"{self.street} {self.house_number}", f"{self.postcode} {self.town}"


MOORWIEK = OfficeAddress(
    key="amt-moorwiek",
    name="Amt Moorwiek",
    street="Amtsplatz",
    house_number="1",
    postcode="43120",
    town="Moorwiek",
    mailbox="posteingang@amt-moorwiek.example",
    leitweg_id=leitweg_id("010589901", "MOORWIEK"),
    municipalities=(
        Municipality(
            name="Hütten",
            postcode="24358",
            town="Hütten",
            streets=("Achter de Kark", "Birkenkamp", "Dörpstraat", "Am Hüttenberg", "Eschenredder", "Schmiedeweg"),
        ),
        Municipality(
            name="Moorwiek",
            postcode="43120",
            town="Moorwiek",
            streets=(
                "Torfstich",
                "Mühlenstraße",
                "Wiekstraße",
                "Bahnhofstraße",
                "Kranichweg",
                "An der Bäke",
                "Süderende",
            ),
        ),
    ),
)
OSTERFEHN = OfficeAddress(
    key="amt-osterfehn",
    name="Amt Osterfehn",
    street="Kanalstraße",
    house_number="14",
    postcode="62410",
    town="Osterfehn",
    mailbox="posteingang@amt-osterfehn.example",
    leitweg_id=leitweg_id("034609907", "OSTERFEHN"),
    municipalities=(
        Municipality(
            name="Osterfehn",
            postcode="62410",
            town="Osterfehn",
            streets=("Erste Südwieke", "Norderkanal", "Klappbrückenweg", "Großer Esch", "Pastorenpad", "Lärchenstraße"),
        ),
        Municipality(
            name="Fehnhusen",
            postcode="62417",
            town="Fehnhusen",
            streets=("Hauptwieke", "Verlaatsweg", "Zum Kolk", "Grüner Weg", "Am Schöpfwerk"),
            has_statute=False,
        ),
    ),
)
OFFICES = (MOORWIEK, OSTERFEHN)
