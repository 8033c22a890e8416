"""Send an answer: written and read back first, then asked for leave before DATA, then confirmed by the receipt."""

from __future__ import annotations

import hashlib
import re

from bots.mailing import letter
from bots.mailing.connection import Answer, Connection, LineLost
from casework.configuration.systems import MailSystem
from casework.words.errors import LoginRefused, NothingLeft, OutcomeUnknown, Rejected
from casework.words.work import Departure, Entered, Permit, Picture, Receipt, Work

SIGN = "data"
LONGEST_RECEIPT = 120
_QUEUE_ID = re.compile(r"(?:queued as|queued id|\bid)[\s=:]+<?([\w.@+-]+)>?", re.I)


class Outbox:
    """A mail account to send from; one connection serves a batch. See `bots.opening.Session`."""

    def __init__(self, system: MailSystem, *, password: str) -> None:
        self.system = system
        self._password = password
        self._connection: Connection | None = None
        self._refused = False

    @property
    def alive(self) -> bool:
        """Whether another letter may be sent; not after a refused login. A lost line is opened anew."""
        return not self._refused

    def __enter__(self) -> Outbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def operation(self, name: str) -> SendOperation:
        """The operation of this name."""
        return SendOperation(self, name, self.system.operations[name].title)

    def check(self) -> tuple[str, ...]:
        """Does the office say where its mail goes out? The server itself is met when the first letter is sent."""
        if self.system.is_set_up:
            return ()
        return (f"{self.system.system} has no host or no sender: write `host` and `from` for the office",)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def connection(self) -> Connection:
        """A line that works, with nothing begun on it. Raises `TryAgainLater` or `LoginRefused`."""
        if self._refused:
            raise LoginRefused("the mail server refused the login before; nothing was tried again")
        if self._connection is not None and not self._connection.alive():
            self.close()
        if self._connection is None:
            try:
                self._connection = Connection.open(self.system, self._password)
            except LoginRefused:
                self._refused = True
                raise
        return self._connection


class SendOperation:
    """One sort of answer. It cannot be looked up: a mail that left is somewhere else."""

    def __init__(self, outbox: Outbox, name: str, title: str) -> None:
        self._outbox = outbox
        self.name = name
        self.title = title
        self._ready: tuple[Work, bytes] | None = None

    def find(self, work: Work) -> Receipt | None:
        """Always None: nobody can see from here what another mail server holds."""
        return None

    def enter(self, work: Work) -> Entered:
        """Write the mail, read it back, and see that the server is there; nothing is sent."""
        self._ready = None
        system = self._outbox.system
        content = letter.build(work, system)
        values = letter.compare(content, work, system)
        self._outbox.connection()
        self._ready = (work, content)
        return Entered(values=values)

    def commit(self, departure: Departure) -> Receipt:
        """Name sender and recipient, ask for leave, give the letter; only a 250 at the end is a receipt."""
        if self._ready is None:
            raise NothingLeft("not_entered", "there is no letter to send: enter first")
        (work, content), self._ready = self._ready, None
        connection = self._addressed(work)
        verdict = departure.may_leave(SIGN, hashlib.sha256(content).hexdigest())
        if not isinstance(verdict, Permit):
            self._outbox.close()
            raise NothingLeft("not_permitted", f"the letter was not allowed to leave: {verdict.reason}")
        answer = self._handed_over(connection, content)
        return Receipt(_number(answer, work), marker=work.marker, business_key=work.business_key, ours=True)

    def pictures(self) -> tuple[Picture, ...]:
        """None: there is no screen."""
        return ()

    def _addressed(self, work: Work) -> Connection:
        """The line with sender and recipient accepted; whatever goes wrong so far, nothing has left."""
        connection = self._outbox.connection()
        for what, command in (
            ("sender", f"MAIL FROM:<{self._outbox.system.sender}>"),
            ("recipient", f"RCPT TO:<{work.fields['to']}>"),
        ):
            try:
                answer = connection.say(command)
            except LineLost as error:
                self._outbox.close()
                raise NothingLeft("system_unreachable", "the mail server hung up before anything was sent") from error
            if answer.is_later:
                raise NothingLeft("mail_refused_now", f"the mail server refused the {what} for now ({answer})")
            if answer.code not in (250, 251):
                raise Rejected(
                    f"{what}_refused",
                    proves_not_done=True,
                    message=f"the mail server refused the {what} ({answer}); nothing was sent",
                )
        return connection

    def _handed_over(self, connection: Connection, content: bytes) -> Answer:
        try:
            answer = connection.say("DATA")
        except LineLost as error:
            self._outbox.close()
            # without its content no server delivers anything
            raise Rejected("line_lost", proves_not_done=True, try_again=True) from error
        if answer.code != 354:
            raise _refused(answer)
        try:
            answer = connection.deliver(content)
        except LineLost as error:
            self._outbox.close()
            raise OutcomeUnknown(
                "the line broke after the letter was given; nobody knows whether it went on"
            ) from error
        if answer.is_refusal:
            raise _refused(answer)
        if answer.code != 250:
            self._outbox.close()
            raise OutcomeUnknown(f"the mail server's answer to the letter says neither yes nor no ({answer})")
        return answer


def _refused(answer: Answer) -> Rejected:
    return Rejected(
        "letter_refused",
        proves_not_done=True,
        try_again=answer.is_later,
        message=f"the mail server refused the letter ({answer}); it was not taken",
    )


def _number(answer: Answer, work: Work) -> str:
    """The server's queue id; where it tells none, our Message-ID, under which its protocol has the letter."""
    found = _QUEUE_ID.search(answer.words)
    return found[1][:LONGEST_RECEIPT] if found else work.fields["message_id"]
