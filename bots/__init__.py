"""How we act in other systems: mailboxes, watched folders, masks, filing drops. Decides and stores nothing."""

from bots.opening import Session, open_session

__all__ = ["Session", "open_session"]
