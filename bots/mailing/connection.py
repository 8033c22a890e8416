"""One verified SMTP connection. No login and no letter goes over a line that is not encrypted and proven.

Nothing of smtplib's own errors gets out: they quote recipients and what a server said, which belong into no log.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from casework.configuration.systems import MailSystem
from casework.words.addresses import domain_of
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused, TryAgainLater

CONNECT_SECONDS = 20
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_LINE_START = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Answer:
    """What the server said: its code, the enhanced status if it gave one, its first words (never logged)."""

    code: int
    status: str
    words: str

    @classmethod
    def of(cls, code: int, words: bytes) -> Answer:
        """From smtplib's pair."""
        text = words.decode("ascii", "replace")
        found = _STATUS.search(text)
        return cls(code, found[1] if found else "", text)

    @property
    def is_later(self) -> bool:
        """Does it refuse for now only (4xx)?"""
        return 400 <= self.code < 500

    @property
    def is_refusal(self) -> bool:
        """Does it refuse, for now or for good? Nothing else proves that a letter was not taken."""
        return 400 <= self.code < 600

    def __str__(self) -> str:
        return f"{self.code} {self.status}".strip()


class LineLost(Exception):
    """The connection broke, or no answer came in time."""


class Connection:
    """A logged-in connection to an office's mail server; every command is one method."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    @classmethod
    def open(cls, system: MailSystem, password: str) -> Connection:
        """Connect, prove the server, log in. Raises `TryAgainLater` or `LoginRefused`; none carries the password."""
        context = _context(system)
        trouble: AmtsboteError
        smtp: smtplib.SMTP | None = None
        try:
            smtp = _encrypted(system, context)
            _log_in(smtp, system, password)
        except AmtsboteError as error:
            trouble = error
        except (OSError, smtplib.SMTPException) as error:
            trouble = _explained(system, error)
        else:
            return cls(smtp)
        if smtp is not None:
            smtp.close()
        # outside of the block above: no context of an error keeps what was sent or said
        raise trouble

    def alive(self) -> bool:
        """Does the server still answer?"""
        try:
            return self.say("RSET").code == 250
        except LineLost:
            return False

    def say(self, command: str) -> Answer:
        """One command line and its answer. Raises `LineLost`."""
        try:
            return Answer.of(*self._smtp.docmd(command))
        except (OSError, smtplib.SMTPException) as error:
            lost = type(error).__name__
        raise LineLost(lost)

    def deliver(self, content: bytes) -> Answer:
        """The letter with its final dot, after a 354, and the answer. Raises `LineLost`: nobody knows then."""
        stuffed = _LINE_START.sub(b"..", content)
        try:
            self._smtp.send((stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n") + b".\r\n")
            return Answer.of(*self._smtp.getreply())
        except (OSError, smtplib.SMTPException) as error:
            lost = type(error).__name__
        raise LineLost(lost)

    def close(self) -> None:
        """Say goodbye if the server still listens, and hang up; never raises."""
        try:
            self.say("QUIT")
        except LineLost:
            self._smtp.close()
        else:
            self._smtp.close()


def _encrypted(system: MailSystem, context: ssl.SSLContext) -> smtplib.SMTP:
    # without a name of ours smtplib asks the name service for one, and tells it to everybody
    name = domain_of(system.sender)
    if system.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(system.host, system.port, name, timeout=CONNECT_SECONDS, context=context)
        smtp.ehlo_or_helo_if_needed()
    else:
        smtp = smtplib.SMTP(system.host, system.port, name, timeout=CONNECT_SECONDS)
        try:
            _start_tls(smtp, system, context)
        except BaseException:
            smtp.close()
            raise
    assert smtp.sock is not None
    smtp.sock.settimeout(system.longest_request_s)
    return smtp


def _start_tls(smtp: smtplib.SMTP, system: MailSystem, context: ssl.SSLContext) -> None:
    """Somebody on the line can strike STARTTLS from the server's list: then nothing is said any more."""
    smtp.ehlo()
    if not smtp.has_extn("starttls"):
        raise TryAgainLater(
            "mail_line_open",
            f"{_at(system)} offers no encryption (STARTTLS); no login was sent: ask the mail server's administrator "
            "whether that is so, or whether somebody stands on the line",
        )
    smtp.starttls(context=context)
    smtp.ehlo()


def _log_in(smtp: smtplib.SMTP, system: MailSystem, password: str) -> None:
    """One try with one mechanism: smtplib's own `login` tries one after the other, which locks accounts, and knows no
    umlauts.
    """
    if not system.account:
        return
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, _ = smtp.docmd("AUTH", "PLAIN " + _encoded(f"\0{system.account}\0{password}"))
    elif "LOGIN" in offered:
        code, _ = smtp.docmd("AUTH", "LOGIN " + _encoded(system.account))
        if code == 334:
            code, _ = smtp.docmd(_encoded(password))
    else:
        code = 504
    if code in (235, 503):
        return
    if 400 <= code < 500:
        raise TryAgainLater("system_unreachable", f"{_at(system)} takes no login now ({code}); tried again later")
    raise LoginRefused(
        f"{_at(system)} refused the login of {system.account!r} ({code}): check user and secret {system.secret!r}; "
        "it is not tried again by itself, so that the account is not locked"
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _context(system: MailSystem) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=system.ca or None)
    except (OSError, ssl.SSLError) as error:
        reason = type(error).__name__
    raise ConfigurationError(
        f"ca_file {system.ca} of {system.system} cannot be used ({reason}): give a PEM certificate"
    )


def _explained(system: MailSystem, error: Exception) -> AmtsboteError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return TryAgainLater(
            "certificate_untrusted",
            f"the certificate (Zertifikat) of {_at(system)} is not trusted ({error.verify_message}), no login was "
            "sent: set ca_file to the authority that signed it, or correct host",
        )
    if isinstance(error, smtplib.SMTPResponseException):
        words = f"answered {error.smtp_code}"
    elif isinstance(error, TimeoutError):
        words = "no answer in time"
    elif isinstance(error, socket.gaierror):
        words = "its name is unknown"
    elif isinstance(error, ssl.SSLError):
        words = "no TLS possible"
    else:
        words = (getattr(error, "strerror", None) or "connection broken").lower()
    return TryAgainLater("system_unreachable", f"{_at(system)} is out of reach ({words}); tried again later")


def _at(system: MailSystem) -> str:
    return f"mail server {system.host}:{system.port}"
