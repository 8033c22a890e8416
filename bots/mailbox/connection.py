"""One verified IMAP connection, logged in. No error of imaplib2 gets further than this.

imaplib2 quotes its commands in its errors: a refused LOGIN carries the password. So its errors are replaced outside
their `except` block, where no `__context__` keeps them.
"""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any

import imaplib2

from bots.mailbox.imap import VerifiedImap, silence_imaplib2
from bots.mailbox.logins import Login, login_of
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import AmtsboteError, ConfigurationError, TryAgainLater
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable

ANSWER_SECONDS = 60
GOODBYE_SECONDS = 3


class Answer:
    """The answer to a command under way."""

    def __init__(self, connection: Connection, doing: str) -> None:
        self._connection = connection
        self._doing = doing
        self._come = threading.Event()
        self._told: tuple[str, list[Any]] | None = None
        self._error: Exception | None = None

    def take(self, answer: tuple[Any, Any, tuple[type[Exception], Any] | None]) -> None:
        """imaplib2's callback: (response, argument, error); the first word counts."""
        response, _, error = answer
        if not self._come.is_set():
            self._told = response
            self._error = error[0](str(error[1])) if error else None
            self._come.set()

    def wait(self) -> list[Any]:
        """The data of the answer; raises `TryAgainLater`."""
        self._come.wait()
        if self._error is not None or self._told is None:
            raise self._connection.trouble(self._doing, self._error or imaplib2.IMAP4.abort("connection closed"))
        return self._connection.expect_ok(self._doing, *self._told)


class Connection:
    """A logged-in connection of one mailbox; every command goes through `ask` or `begin`, every error is ours."""

    def __init__(self, settings: MailboxSettings, imap: VerifiedImap) -> None:
        self.settings = settings
        self._imap = imap

    @classmethod
    def open(cls, settings: MailboxSettings, secret: str, *, timeout: float = ANSWER_SECONDS) -> Connection:
        """Connect, verify, log in; `timeout` in seconds for every answer.

        Raises `MailboxUnreachable`, `CertificateUntrusted`, `ConfigurationError` or `LoginRefused`; no error carries
        the secret or a token.
        """
        login = login_of(settings, secret)
        context = _make_context(settings)
        silence_imaplib2()
        trouble: AmtsboteError
        try:
            imap = VerifiedImap(
                settings.host, settings.port, context=context, timeout=timeout,
                starttls=settings.security == "starttls",
            )  # fmt: skip
        except Exception as error:  # whatever it is: the server cannot be used, and imaplib2 has no closed list
            trouble = _explain_connect(settings, error)
        else:
            return cls._log_in(settings, imap, login)
        raise trouble

    @classmethod
    def _log_in(cls, settings: MailboxSettings, imap: VerifiedImap, login: Login) -> Connection:
        connection = cls(settings, imap)
        trouble: AmtsboteError
        try:
            if imap.preauthenticated:
                raise ConfigurationError(
                    f"{at(settings)} greets us as logged in before we said who we are (PREAUTH); no login was sent"
                )
            login.run(imap)
            imap._get_capabilities()
        except AmtsboteError as error:
            trouble = error
        except Exception as error:  # its text may quote the command with the password
            lost = isinstance(error, imap.abort | OSError)
            trouble = (
                MailboxUnreachable(
                    "mailbox_unreachable", f"{at(settings)} hung up during login; tried again later"
                )
                if lost
                else login.refused()
            )  # fmt: skip
        else:
            return connection
        connection.close()
        raise trouble

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server announced after login, in capitals."""
        return frozenset(self._imap.capabilities)

    def ask(self, doing: str, command: str, *arguments: Any, **options: Any) -> tuple[str, list[Any]]:
        """Run an imaplib2 command; (status, data). Raises `MailboxUnreachable` when no answer came.

        `doing` completes the sentence "while …".
        """
        try:
            status, data = getattr(self._imap, command)(*arguments, **options)
            return status, list(data or [])
        except Exception as error:  # imaplib2's own text quotes the command and is left behind
            trouble = self.trouble(doing, error)
        raise trouble

    def begin(self, doing: str, command: str, *arguments: Any) -> Answer:
        """Send a command without waiting for its answer; the server answers in the order asked."""
        answer = Answer(self, doing)
        self.ask(doing, command, *arguments, callback=answer.take)
        return answer

    def demand(self, doing: str, command: str, *arguments: Any) -> list[Any]:
        """`ask`, and the answer must be OK; raises `TryAgainLater` with the server's words otherwise."""
        return self.expect_ok(doing, *self.ask(doing, command, *arguments))

    def expect_ok(self, doing: str, status: str, data: list[Any]) -> list[Any]:
        """The data of an OK; raises `TryAgainLater` with the server's words otherwise."""
        if status != "OK":
            raise TryAgainLater("mailbox_refused", f"{at(self.settings)} refused while {doing}: {read_words(data)}")
        return data

    def trouble(self, doing: str, error: Exception) -> MailboxUnreachable:
        """What an error of imaplib2 means, without a word of its own."""
        if isinstance(error, imaplib2.IMAP4.readonly):
            told = "may only read this folder; the account needs the right to move messages"
            return MailboxUnreachable("mailbox_readonly", f"{at(self.settings)} {told}")
        told = f"gave no answer while {doing} ({_explain(error)}); tried again later"
        return MailboxUnreachable("mailbox_unreachable", f"{at(self.settings)} {told}")

    def take(self, code: str) -> list[Any]:
        """Untagged answers of that type since the last time; [] when there were none."""
        try:
            _, data = self._imap.response(code)
        except Exception as error:  # see `ask`
            trouble = _explain(error)
        else:
            return [item for item in data if item is not None]
        raise MailboxUnreachable("mailbox_unreachable", f"{at(self.settings)} is gone ({trouble})")

    def has(self, code: str) -> bool:
        """Did such an untagged answer come since it was last taken?"""
        return self._imap._get_untagged_response(code, leave=True) is not None

    def close(self) -> None:
        """Log out and end imaplib2's threads; never raises, and never waits long for a server that is silent."""
        # whoever was interrupted inside a command still holds imaplib2's lock
        self._imap._release_state_change()
        goodbye = threading.Thread(target=self._log_out, name="imap goodbye", daemon=True)
        goodbye.start()
        goodbye.join(GOODBYE_SECONDS)
        if goodbye.is_alive():
            self._imap.shutdown()
            goodbye.join(GOODBYE_SECONDS)

    def _log_out(self) -> None:
        try:
            self._imap.logout()
        except Exception as error:  # the connection is given up either way
            self._imap._log(1, f"logout: {type(error).__name__}")


def read_words(data: list[Any]) -> str:
    """The server's own words in an answer, short and printable."""
    text = b" ".join(item for item in data if isinstance(item, bytes)).decode("utf-8", "replace")
    return "".join(character for character in text if character.isprintable())[:200] or "no reason given"


def at(settings: MailboxSettings) -> str:
    """The mailbox in a sentence."""
    return f"mailbox {settings.account!r} at {settings.host}:{settings.port}"


def _make_context(settings: MailboxSettings) -> ssl.SSLContext:
    if settings.ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or "not a PEM certificate" if isinstance(error, OSError) else "not a PEM certificate"
    raise ConfigurationError(f"{settings.origin}: ca_file {settings.ca_file} cannot be used: {reason}")


def _explain_connect(settings: MailboxSettings, error: Exception) -> AmtsboteError:
    if isinstance(error, AmtsboteError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateUntrusted(
            f"{settings.origin}: the certificate (Zertifikat) of {settings.host}:{settings.port} is not trusted "
            f"({error.verify_message}); no password was sent: set ca_file to the authority that signed it, or "
            "correct host"
        )
    if isinstance(error, ssl.SSLError):
        reason = f"no TLS possible, {(error.reason or 'handshake failed').replace('_', ' ').lower()}"
    else:
        reason = _explain(error)
    return MailboxUnreachable("mailbox_unreachable", f"{at(settings)} is out of reach ({reason}); tried again later")


def _explain(error: Exception) -> str:
    """Plain words from fixed texts and the system's own, never from imaplib2's."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, socket.gaierror):
        return "its name is unknown"
    if isinstance(error, OSError):
        return (error.strerror or "connection broken").lower()
    if "no response after" in str(error):
        return "no answer in time"
    if isinstance(error, imaplib2.IMAP4.error) and not isinstance(error, imaplib2.IMAP4.abort):
        return "it did not understand the command"
    return "connection broken"
