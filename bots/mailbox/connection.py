"""One verified IMAP connection. The only place that knows imaplib2, whose errors never get further.

imaplib2 by itself verifies no certificate and quotes its commands in its errors: a refused LOGIN carries the password.
So TLS is made here, and its errors are replaced outside their `except` block, where no `__context__` keeps them.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import warnings
from typing import Any

import imaplib2

from bots.mailbox.splitting import ResponseSplitter
from casework.configuration.offices import MailboxSettings
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused, TryAgainLater
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable

CONNECT_SECONDS = 20
ANSWER_SECONDS = 60
POLL_MILLISECONDS = 1000
GOODBYE_SECONDS = 3


class VerifiedImap(imaplib2.IMAP4_SSL):  # type: ignore[misc]
    """imaplib2 with TLS as Python's `ssl` does it: chain, validity and host name are verified before a byte is sent."""

    sock: socket.socket

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, timeout: float) -> None:
        self._context = context
        self._seconds = timeout
        super().__init__(host, port, identifier=f"imap {host}", timeout=timeout)

    def open_socket(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=min(CONNECT_SECONDS, self._seconds))

    def ssl_wrap_socket(self) -> None:
        plain = self.sock
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.sock.settimeout(self._seconds)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.read_fd = self.sock.fileno()

    def shutdown(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            self._log(4, "the server hung up first")
        finally:
            self.sock.close()

    def _request_push(self, tag: Any = None, name: str | None = None, **kw: Any) -> Any:
        """A request made while the handler thread ends would wait for ever; it is told at once."""
        request = super()._request_push(tag=tag, name=name, **kw)
        if self.Terminate and not request.ready.is_set():
            request.abort(self.abort, "connection closed")
        return request

    def _reader(self) -> None:
        """imaplib2's reading thread, with literals left whole (six times faster on letters of 50 kB)."""
        threading.current_thread().name = f"{self.identifier}reader"
        splitter = ResponseSplitter()
        poll = select.poll()
        poll.register(self.read_fd, select.POLLIN)
        try:
            while not self.Terminate:
                if poll.poll(POLL_MILLISECONDS):
                    self._read_into(splitter)
        except Exception as error:  # the thread ends; the handler tells whoever waits for an answer
            self.inq.put((self.abort, f"socket error: {type(error).__name__}"))

    def _read_into(self, splitter: ResponseSplitter) -> None:
        try:
            data = self.read(self.read_size)
        except TimeoutError:
            return  # the line was readable for TLS's own sake only
        if not data:
            raise ConnectionResetError
        for piece in splitter.feed(data):
            self.inq.put(piece)

    def _print_log(self) -> None:
        """imaplib2 prints its last commands, password included, when something fails; never here."""


class Connection:
    """A logged-in connection of one mailbox; every command goes through `ask`, every error comes out as ours."""

    def __init__(self, settings: MailboxSettings, imap: VerifiedImap) -> None:
        self.settings = settings
        self._imap = imap

    @classmethod
    def open(cls, settings: MailboxSettings, password: str, *, timeout: float = ANSWER_SECONDS) -> Connection:
        """Connect, verify, log in; `timeout` in seconds for every answer.

        Raises `MailboxUnreachable`, `CertificateUntrusted` or `LoginRefused`; no error carries the password.
        """
        context = _make_context(settings)
        silence_imaplib2()
        trouble: AmtsboteError
        try:
            imap = VerifiedImap(settings.host, settings.port, context=context, timeout=timeout)
        except Exception as error:  # whatever it is: the server cannot be used, and imaplib2 has no closed list
            trouble = _explain_connect(settings, error)
        else:
            return cls._log_in(settings, imap, password)
        raise trouble

    @classmethod
    def _log_in(cls, settings: MailboxSettings, imap: VerifiedImap, password: str) -> Connection:
        connection = cls(settings, imap)
        try:
            if "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", lambda _: _sasl_plain(settings.user, password))
            else:
                imap.login(_quote(settings.user), password)
            imap._get_capabilities()
        except Exception as error:  # its text may quote the command with the password
            lost = isinstance(error, imap.abort | OSError)
        else:
            return connection
        connection.close()
        if lost:
            raise MailboxUnreachable("mailbox_unreachable", f"{_at(settings)} hung up during login; tried again later")
        raise LoginRefused(
            f"{_at(settings)} refused the login of {settings.user!r}: check user and secret {settings.secret!r}; "
            "it is not tried again by itself, so that the account is not locked"
        )

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
        except imaplib2.IMAP4.readonly:
            trouble = f"may only read folder {self.settings.folder!r}; the account needs the right to move messages"
            fault = "mailbox_readonly"
        except Exception as error:  # imaplib2's own text quotes the command and is left behind
            trouble, fault = (
                f"gave no answer while {doing} ({_explain(error)}); tried again later",
                "mailbox_unreachable",
            )
        raise MailboxUnreachable(fault, f"{_at(self.settings)} {trouble}")

    def demand(self, doing: str, command: str, *arguments: Any) -> list[Any]:
        """`ask`, and the answer must be OK; raises `TryAgainLater` with the server's words otherwise."""
        status, data = self.ask(doing, command, *arguments)
        if status != "OK":
            raise TryAgainLater("mailbox_refused", f"{_at(self.settings)} refused while {doing}: {read_words(data)}")
        return data

    def take(self, code: str) -> list[Any]:
        """Untagged answers of that type since the last time; [] when there were none."""
        try:
            _, data = self._imap.response(code)
        except Exception as error:  # see `ask`
            trouble = _explain(error)
        else:
            return [item for item in data if item is not None]
        raise MailboxUnreachable("mailbox_unreachable", f"{_at(self.settings)} is gone ({trouble})")

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


def silence_imaplib2() -> None:
    """Ignore the DeprecationWarnings of imaplib2's own module (setDaemon, currentThread), nobody else's.

    Called for every connection, because test runners reset the filters and warnings as errors would kill its threads.
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"imaplib2\.imaplib2\Z")


def read_words(data: list[Any]) -> str:
    """The server's own words in an answer, short and printable."""
    text = b" ".join(item for item in data if isinstance(item, bytes)).decode("utf-8", "replace")
    return "".join(character for character in text if character.isprintable())[:200] or "no reason given"


def _make_context(settings: MailboxSettings) -> ssl.SSLContext:
    if settings.ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or "not a PEM certificate" if isinstance(error, OSError) else "not a PEM certificate"
    raise ConfigurationError(f"{settings.origin}: ca_file {settings.ca_file} cannot be used: {reason}")


def _explain_connect(settings: MailboxSettings, error: Exception) -> AmtsboteError:
    where = _at(settings)
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
    return MailboxUnreachable("mailbox_unreachable", f"{where} is out of reach ({reason}); tried again later")


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
    return "connection broken"


def _at(settings: MailboxSettings) -> str:
    return f"mailbox {settings.account!r} at {settings.host}:{settings.port}"


def _sasl_plain(user: str, password: str) -> bytes:
    return f"\0{user}\0{password}".encode()


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
