"""Numbers that check out and belong to nobody: IBAN, VAT id, Leitweg-ID, chip and telephone numbers."""

from __future__ import annotations

from random import Random

# Branches of the Bundesbank: in the register of bank codes, with check digit method 09 (none), and without accounts for
# firms or private persons. So each of these IBANs is valid and none of them can be paid to.
BANKS = {
    "20000000": "MARKDEF1200",
    "25000000": "MARKDEF1250",
    "26000000": "MARKDEF1260",
    "28000000": "MARKDEF1280",
    "48000000": "MARKDEF1480",
    "37000000": "MARKDEF1370",
    "50000000": "MARKDEF1500",
    "60000000": "MARKDEF1600",
    "70000000": "MARKDEF1700",
    "76000000": "MARKDEF1760",
    "86000000": "MARKDEF1860",
}
# Numbers the Bundesnetzagentur keeps free for films and books: the last three digits are ours to choose.
TELEPHONES = ("030 23125", "040 66969", "0221 4710", "069 90009", "089 99998")


def iban(rng: Random) -> str:
    """A valid German IBAN without blanks at a bank that keeps no such account."""
    bank = rng.choice(sorted(BANKS))
    account = f"9{rng.randrange(10**9):09d}"
    check = 98 - int(f"{bank}{account}131400") % 97
    return f"DE{check:02d}{bank}{account}"


def bic_of(number: str) -> str:
    """The BIC of one of our IBANs."""
    return BANKS[number[4:12]]


def broken_iban(number: str, rng: Random) -> str:
    """The same IBAN with two neighbouring digits of the account swapped or one mistyped: its check digits fail."""
    places = [place for place in range(13, 21) if number[place] != number[place + 1]]
    if places:
        place = rng.choice(places)
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def vat_id(rng: Random) -> str:
    """A German VAT id with a valid check digit (ISO 7064 MOD 11,10); none has been given out that begins with 9."""
    digits = f"9{rng.randrange(10**7):07d}"
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return f"DE{digits}{(11 - product) % 10}"


def leitweg_id(coarse: str, fine: str) -> str:
    """A Leitweg-ID with its two check digits (ISO 7064 MOD 97-10, letters count from A = 10)."""
    number = "".join(str(int(sign, 36)) for sign in coarse + fine)
    return f"{coarse}-{fine}-{98 - int(number + '00') % 97:02d}"


def tax_number(rng: Random) -> str:
    """A tax number in the layout of Schleswig-Holstein."""
    return f"{rng.randrange(11, 29)}/{rng.randrange(100, 999)}/{rng.randrange(10000, 99999)}"


def chip_number(rng: Random) -> str:
    """A transponder number of a dog: 15 digits, 276 for Germany first (ISO 11784)."""
    return f"2760{rng.randrange(10**11):011d}"


def telephone(rng: Random) -> str:
    """A telephone number that is kept free for fiction."""
    return f"{rng.choice(TELEPHONES)}{rng.randrange(1000):03d}"
