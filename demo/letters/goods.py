"""What the invented firms sell: per trade a few items with unit, price range in cents and VAT rate in percent."""

from __future__ import annotations

from typing import NamedTuple

# Codes of UN/ECE Recommendation 20 with what people print instead.
UNIT_WORDS = {
    "H87": "Stk.",
    "HUR": "Std.",
    "MTR": "m",
    "MTK": "m²",
    "MTQ": "m³",
    "TNE": "t",
    "LTR": "l",
    "KWH": "kWh",
    "DAY": "Tg.",
    "LS": "psch.",
    "MON": "Mon.",
    "KGM": "kg",
}


class Item(NamedTuple):
    """Something sold: name, unit code, lowest and highest price of one unit in cents, VAT rate in percent."""

    name: str
    unit: str
    low: int
    high: int
    rate: int = 19


TRADES: dict[str, tuple[Item, ...]] = {
    "stationery": (
        Item("Kopierpapier A4 80 g, Karton zu 5 x 500 Blatt", "H87", 1790, 2690),
        Item("Ordner breit, blau", "H87", 189, 329),
        Item("Versandtaschen C4 mit Fenster, 250er Packung", "H87", 2150, 3390),
        Item("Heftklammern 24/6, 5000 Stück", "H87", 245, 590),
        Item("Tonerkartusche schwarz für Arbeitsgruppendrucker", "H87", 7450, 18900),
        Item("Tischkalender 2027", "H87", 495, 1290),
        Item("Stempelkissen Größe 2", "H87", 420, 790),
    ),
    "roadworks": (
        Item("Asphaltmischgut AC 8 DN liefern und einbauen", "TNE", 11200, 16900),
        Item("Fahrbahn fräsen, Tiefe 4 cm", "MTK", 690, 1490),
        Item("Kolonne mit Lkw und Werkzeug", "HUR", 14500, 21800),
        Item("Bordstein Hochbord 12/15/30 setzen", "MTR", 3850, 6900),
        Item("Baustelle einrichten und räumen", "LS", 38000, 125000),
        Item("Verkehrssicherung nach RSA, halbseitige Sperrung", "DAY", 18500, 34000),
    ),
    "electrics": (
        Item("LED-Mastaufsatzleuchte 27 W, 3000 K", "H87", 21900, 38900),
        Item("Elektromeister, Arbeitszeit", "HUR", 6200, 8400),
        Item("Hubsteiger mit Bediener", "HUR", 8900, 13200),
        Item("Erdkabel NYY-J 5 x 6 mm²", "MTR", 489, 920),
        Item("Prüfung ortsveränderlicher Geräte nach DGUV V3", "H87", 395, 790),
        Item("Kabelübergangskasten für Lichtmast", "H87", 2490, 4650),
    ),
    "software": (
        Item("Pflege Ratsinformation, Monatspauschale", "MON", 18900, 42900),
        Item("Einrichtung Arbeitsplatz vor Ort", "HUR", 8900, 12900),
        Item("Lizenz Fachverfahren Friedhof, Nutzer je Monat", "H87", 1290, 3490),
        Item("Datensicherung im Rechenzentrum, 500 GB", "MON", 4900, 11900),
        Item("Notebook 14 Zoll, 32 GB, Dockingstation", "H87", 98900, 164900),
        Item("Schulung Barrierefreie Dokumente, halber Tag", "LS", 42000, 69000),
    ),
    "cleaning": (
        Item("Unterhaltsreinigung Verwaltungsgebäude", "MON", 89000, 214000),
        Item("Glasreinigung innen und außen", "MTK", 145, 310),
        Item("Grundreinigung Sporthallenboden", "MTK", 220, 480),
        Item("Handtuchpapier, Karton", "H87", 2390, 4190),
        Item("Seifencreme 5 l Kanister", "H87", 1190, 2290),
    ),
    "gardening": (
        Item("Winterlinde, Hochstamm 16-18 cm, mit Ballen", "H87", 24900, 47900, 7),
        Item("Baumfällung mit Seilklettertechnik", "H87", 38000, 96000),
        Item("Rasenpflege Sportplatz, je Schnitt", "LS", 16500, 34500),
        Item("Hackschnitzel für Spielplätze, Fallschutz", "MTQ", 5400, 9800),
        Item("Bodendecker Storchschnabel, Topf 9 cm", "H87", 189, 345, 7),
        Item("Gärtnerkolonne, zwei Personen", "HUR", 7800, 11200),
    ),
    "heating": (
        Item("Wartung Gas-Brennwertkessel 120 kW", "LS", 28500, 54000),
        Item("Umwälzpumpe, Hocheffizienz, DN 40", "H87", 68900, 128000),
        Item("Anlagenmechaniker, Arbeitszeit", "HUR", 5900, 7900),
        Item("Anfahrt Zone 2", "LS", 2900, 5900),
        Item("Thermostatventil mit Kopf, Behördenmodell", "H87", 3490, 6290),
    ),
    "printing": (
        Item("Gemeindebrief, 24 Seiten, 4/4-farbig", "H87", 68, 142, 7),
        Item("Plakate A2 Dorffest", "H87", 145, 290),
        Item("Satz und Gestaltung", "HUR", 6500, 9200),
        Item("Briefbogen Amt, 100 g Recycling", "H87", 9, 21),
        Item("Wahlbenachrichtigungen personalisieren und kuvertieren", "H87", 31, 58),
    ),
    "water": (
        Item("Trinkwasser Verbrauch", "MTQ", 129, 238, 7),
        Item("Grundpreis Zähler Qn 6", "MON", 1450, 3890, 7),
        Item("Standrohr Miete", "DAY", 190, 420, 7),
        Item("Zählerwechsel außer der Reihe", "H87", 6900, 11900),
    ),
    "fire": (
        Item("Druckschlauch B 75, 20 m, Kupplungen eingebunden", "H87", 8900, 15900),
        Item("Einsatzstiefel, Paar", "H87", 14900, 23900),
        Item("Prüfung Atemschutzgerät", "H87", 4890, 8750),
        Item("Helmlampe Ex-geschützt", "H87", 7900, 14500),
        Item("Schaummittel Klasse A", "LTR", 390, 890),
    ),
    "playgrounds": (
        Item("Doppelschaukel Robinie", "H87", 189000, 348000),
        Item("Hauptuntersuchung Spielplatz nach DIN EN 1176-7", "H87", 11900, 24900),
        Item("Ersatzsitz Vogelnestschaukel", "H87", 48900, 79900),
        Item("Monteur, Arbeitszeit", "HUR", 5600, 7600),
        Item("Fundamentanker feuerverzinkt", "H87", 2890, 5290),
    ),
    "energy": (
        Item("Stromlieferung Straßenbeleuchtung", "KWH", 21, 36),
        Item("Stromlieferung Klärwerk", "KWH", 19, 33),
        Item("Messstellenbetrieb, moderne Messeinrichtung", "MON", 139, 449),
        Item("Heizöl EL schwefelarm", "LTR", 84, 119),
    ),
    "books": (
        Item("Kommentar Kommunalverfassung, Ergänzungslieferung", "H87", 4890, 12900, 7),
        Item("Zeitschrift Kommunale Praxis, Jahresbezug", "H87", 18900, 33900, 7),
        Item("Bilderbuchkino für die Bücherei", "H87", 2490, 4990, 7),
        Item("Klebefolie Bibliothek, Rolle 25 m", "H87", 2990, 5690),
    ),
}
