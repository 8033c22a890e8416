"""Who we are, said to the mail server: a password, or a token of OAuth 2 (XOAUTH2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bots.mailbox.imap import VerifiedImap
from casework.configuration.mailboxes import MailboxSettings, OAuth2Settings
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused
from casework.words.mailbox import MailboxUnreachable

if TYPE_CHECKING:
    from bots.mailbox.tokens import Token


class Login(Protocol):
    """One way to log in."""

    def run(self, imap: VerifiedImap) -> None:
        """Log in; raises what imaplib2 raises, or an error of ours."""

    def refused(self) -> AmtsboteError:
        """What a refusal means, in a sentence without any secret."""


def login_of(settings: MailboxSettings, secret: str) -> Login:
    """The login the settings ask for; with OAuth 2 it has its token already, raises as `Tokens.get`."""
    if settings.oauth2 is None:
        return PasswordLogin(settings, secret)
    return TokenLogin(settings, settings.oauth2, secret)


class PasswordLogin:
    """AUTHENTICATE PLAIN, which takes every character; LOGIN where the server has nothing else."""

    def __init__(self, settings: MailboxSettings, password: str) -> None:
        self._settings = settings
        self._password = password

    def run(self, imap: VerifiedImap) -> None:
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _: f"\0{self._settings.user}\0{self._password}".encode())
        else:
            imap.login(_quote(self._settings.user), self._password)

    def refused(self) -> AmtsboteError:
        return LoginRefused(
            f"{_who(self._settings)} was refused: check user and secret {self._settings.secret!r}; "
            "it is not tried again by itself, so that the account is not locked"
        )


class TokenLogin:
    """AUTHENTICATE XOAUTH2 without initial response, which every server understands."""

    def __init__(self, settings: MailboxSettings, oauth2: OAuth2Settings, secret: str) -> None:
        from bots.mailbox.tokens import Tokens  # its library takes an eighth of the time in which a process starts

        self._settings = settings
        self._tokens = Tokens.of(oauth2, secret)
        self._token: Token = self._tokens.get()

    def run(self, imap: VerifiedImap) -> None:
        if "AUTH=XOAUTH2" not in imap.capabilities:
            raise ConfigurationError(
                f"{_who(self._settings)}: the server takes no tokens (XOAUTH2); no token was sent: use secret instead "
                "of oauth2, or switch XOAUTH2 on there"
            )
        words = [f"user={self._settings.user}\1auth=Bearer {self._token.text}\1\1".encode()]
        # a refusal is explained in a second challenge, which wants an empty answer before the server says NO
        imap.authenticate("XOAUTH2", lambda _: words.pop() if words else b"")

    def refused(self) -> AmtsboteError:
        self._tokens.forget()
        if self._token.cached:
            return MailboxUnreachable(
                "mailbox_unreachable", f"{_who(self._settings)}: the token is no longer taken; tried with a new one"
            )
        return LoginRefused(
            f"{_who(self._settings)} was refused although the authority gave a token: grant the application access to "
            "this mailbox and the right to use IMAP; check user"
        )


def _who(settings: MailboxSettings) -> str:
    return f"login of {settings.user!r} at {settings.host}:{settings.port} (mailbox {settings.account!r})"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
