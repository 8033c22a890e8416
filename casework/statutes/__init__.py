"""What a statute says for one matter: dog tax from dated data, to the cent and with its reasons. Pure."""

from __future__ import annotations

from casework.statutes.dog_tax import Assessment, YearAmount, assess, change_on_end, year_amount
from casework.statutes.household import Dog, Share, annual_shares, annual_total
from casework.statutes.instalments import Instalment, instalments
from casework.statutes.liability import NoStatute, liability_end, liability_start, version_for

__all__ = [
    "Assessment",
    "Dog",
    "Instalment",
    "NoStatute",
    "Share",
    "YearAmount",
    "annual_shares",
    "annual_total",
    "assess",
    "change_on_end",
    "instalments",
    "liability_end",
    "liability_start",
    "version_for",
    "year_amount",
]
