"""The way out: answers to senders by SMTP, each once, confirmed by the mail server's receipt alone."""

from bots.mailing.outbox import Outbox

__all__ = ["Outbox"]
