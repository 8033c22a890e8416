"""The keys that open an office's encrypted mails, on their way from the secrets to the reader."""

from __future__ import annotations

import logging

from casework.actions.force import current
from casework.words.errors import ConfigurationError
from classifiers.readers.smime import MailKey

log = logging.getLogger("amtsbote.reader")


def mail_keys(office: str) -> tuple[MailKey, ...]:
    """The office's key pair; none when it has none, or it cannot be read: such mails then wait for a clerk."""
    settings = current().office(office).smime
    if settings is None:
        return ()
    try:
        return (MailKey(*settings.pair()),)
    except ConfigurationError as error:
        log.error("encrypted mails of office %s stay closed: %s", office, error)
        return ()
