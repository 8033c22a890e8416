"""Tokens of OAuth 2 for mailboxes (client credentials), kept in memory and renewed before they run out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msal
import requests
from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS

from casework.configuration.mailboxes import OAuth2Settings
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable

ANSWER_SECONDS = 20
WRONG_MOMENT = {"temporarily_unavailable", "server_error", "slow_down"}
CODE = re.compile(r"[a-z0-9_]{1,60}")
NUMBER = re.compile(r"AADSTS\d+")


@dataclass(frozen=True)
class Token:
    """`text` is the secret itself; `cached` when it was given for an earlier login."""

    text: str = field(repr=False)
    cached: bool


class _Https(requests.Session):
    """No redirects, which could carry the secret to somebody else; msal itself takes no address without TLS."""

    def __init__(self, settings: OAuth2Settings) -> None:
        super().__init__()
        self._settings = settings

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        # said with every request, because a variable of the environment would win over the session's own
        options |= {"timeout": ANSWER_SECONDS, "verify": str(self._settings.ca_file or "") or True}
        return super().request(method, url, *args, **options | {"allow_redirects": False})


class Tokens:
    """The tokens of one application at one authority. msal keeps them and renews them five minutes before they end."""

    def __init__(self, settings: OAuth2Settings, secret: str) -> None:
        self._settings = settings
        self._secret = secret
        self._application: Any = None

    @classmethod
    def of(cls, settings: OAuth2Settings, secret: str) -> Tokens:
        """The same object for the same application, for as long as the process lives."""
        return _tokens(settings, secret)

    def get(self) -> Token:
        """A token that is good for five minutes at least.

        Raises `MailboxUnreachable`, `CertificateUntrusted`, `ConfigurationError`, `LoginRefused`; none carries a secret
        or a word of the authority but its error code.
        """
        try:
            if self._application is None:
                self._application = self._make_application()
            answer = self._application.acquire_token_for_client(scopes=[self._settings.scope])
        except Exception as error:  # msal and requests have no closed list, and may quote what was sent
            trouble = self._explain(error)
        else:
            if "access_token" in answer:
                return Token(answer["access_token"], cached=answer.get("token_source") == "cache")
            trouble = self._refused(answer)
        raise trouble

    def forget(self) -> None:
        """Drop what is kept: the mail server does not take it."""
        if self._application is not None:
            self._application.remove_tokens_for_client()

    def _make_application(self) -> Any:
        address = self._settings.authority.rstrip("/")
        known = urlsplit(address).hostname in WELL_KNOWN_AUTHORITY_HOSTS
        return msal.ConfidentialClientApplication(
            self._settings.client_id,
            client_credential=self._secret,
            http_client=_Https(self._settings),
            **{"authority" if known else "oidc_authority": address},
        )

    def _explain(self, error: Exception) -> AmtsboteError:
        where = f"{self._settings.origin}: the authority {self._settings.authority}"
        if isinstance(error, requests.exceptions.SSLError):
            return CertificateUntrusted(f"{where} has no trusted certificate (Zertifikat); no secret was sent")
        if isinstance(error, requests.exceptions.RequestException | msal.exceptions.MsalServiceError):
            return MailboxUnreachable("mailbox_unreachable", f"{where} is out of reach; tried again later")
        return ConfigurationError(f"{where} is no authority for tokens ({type(error).__name__}): correct authority")

    def _refused(self, answer: dict[str, Any]) -> AmtsboteError:
        code = str(answer.get("error", ""))
        code = code if CODE.fullmatch(code) else "no reason given"
        number = NUMBER.search(str(answer.get("error_description", "")))
        told = f"{code}, {number.group()}" if number else code
        where = f"the authority {self._settings.authority} gave no token ({told})"
        if code in WRONG_MOMENT:
            return MailboxUnreachable("mailbox_unreachable", f"{where}; tried again later")
        return LoginRefused(
            f"{where}: check client_id, scope and secret {self._settings.secret!r}, which may have run out; it is not "
            "tried again by itself"
        )


@lru_cache(maxsize=64)
def _tokens(settings: OAuth2Settings, secret: str) -> Tokens:
    return Tokens(settings, secret)
