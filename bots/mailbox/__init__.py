"""The mailbox of an office by IMAPS: fetch what is new, move it when it is recorded, wait for more."""

from bots.mailbox.box import Mailbox
from bots.mailbox.checkup import check_mailbox

__all__ = ["Mailbox", "check_mailbox"]
