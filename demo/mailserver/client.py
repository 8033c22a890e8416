"""Hand letters to the gateway, as a sending system does."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from casework.words.errors import AmtsboteError

LONE_LF = re.compile(rb"(?<!\r)\n")
TIMEOUT_SECONDS = 60


class NotSent(AmtsboteError):
    """The gateway did not take the letter."""


@dataclass(frozen=True)
class SenderLogin:
    """The login of a sending system at the gateway."""

    name: str
    password: str


class GatewayClient:
    """One SMTP connection for many letters: `with GatewayClient(host, port, login=…) as post: post.send(…)`."""

    def __init__(self, host: str, port: int, *, login: SenderLogin | None = None, helo: str = "sender.example") -> None:
        self._place = (host, port)
        self._login = login
        self._helo = helo
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> GatewayClient:
        try:
            self._smtp = smtplib.SMTP(*self._place, local_hostname=self._helo, timeout=TIMEOUT_SECONDS)
            if self._login is not None:
                self._smtp.login(self._login.name, self._login.password)
        except smtplib.SMTPAuthenticationError:
            self._close()
            raise NotSent("the gateway refused the sender's login") from None
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            raise NotSent(f"the gateway at {self._place[0]}:{self._place[1]} is out of reach: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, raw: bytes, envelope_from: str, envelope_to: str | Sequence[str]) -> None:
        """Hand over one letter (bytes of an .eml; line ends are made CRLF); raises `NotSent`."""
        assert self._smtp is not None
        recipients = [envelope_to] if isinstance(envelope_to, str) else list(envelope_to)
        options = ["BODY=8BITMIME"] + ([] if _is_ascii(envelope_from, *recipients) else ["SMTPUTF8"])
        try:
            refused = self._smtp.sendmail(envelope_from, recipients, LONE_LF.sub(b"\r\n", raw), options)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"the gateway did not take the letter: {error}") from None
        if refused:
            raise NotSent(f"the gateway knows no mailbox for {', '.join(refused)}")

    def _close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()


def send(
    raw: bytes,
    envelope_from: str,
    envelope_to: str | Sequence[str],
    *,
    host: str,
    port: int,
    login: SenderLogin | None = None,
) -> None:
    """Hand one letter to the gateway; without a login it comes from a stranger. Raises `NotSent`."""
    with GatewayClient(host, port, login=login) as client:
        client.send(raw, envelope_from, envelope_to)


def _is_ascii(*addresses: str) -> bool:
    return all(address.isascii() for address in addresses)
