"""What workers that died left behind is cleared up: their leases are freed, their open attempts get a settle time."""

from __future__ import annotations

from casework.actions import claims, leases
from casework.actions.force import current
from casework.record.models import Posting

SETTLE_SECONDS = 120
"""How long a dead worker's request may still take effect; the catalogue's own figure counts where it is known."""


def clear_up() -> int:
    """Free what the dead held and reap their cases; returns how many cases."""
    leases.free_dead()
    return claims.reap(settle_seconds=SETTLE_SECONDS, settle_of=_settle_of)


def _settle_of(posting: Posting) -> int:
    configuration = current()
    if posting.system not in configuration.systems or posting.office not in configuration.offices:
        return SETTLE_SECONDS
    return int(configuration.system_for(posting.office, posting.system).settle_s)
