"""Which public keys a mail is checked with: one book per office's setting, kept while the desk works."""

from __future__ import annotations

from bots.signing_keys import SigningKeyBook
from casework.configuration import Office
from casework.configuration.senders import DkimSettings


class KeyBooks:
    """The books of all offices; a changed setting begins a new one."""

    def __init__(self) -> None:
        self._books: dict[str, tuple[DkimSettings, SigningKeyBook]] = {}

    def of(self, office: Office) -> SigningKeyBook | None:
        """The office's book; None when it checks no signatures, so that nothing is looked at and nobody asked."""
        settings = office.senders.dkim
        if not settings.checks:
            return None
        kept = self._books.get(office.id)
        if kept is None or kept[0] != settings:
            kept = (settings, SigningKeyBook(settings))
            self._books[office.id] = kept
        return kept[1]
