"""Mailboxes of an office: server, login by password or OAuth 2, and the folders that are taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from casework.configuration import secrets
from casework.configuration.located import Located

SecretName = Annotated[str, StringConstraints(pattern=rf"^{secrets.NAME.pattern}$")]
AuthorityAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s/]+/\S+$")]
"""msal wants one part of a path at least, as every known authority has (a tenant, a realm)."""
FolderName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$")]
TLS_PORT = 993
STARTTLS_PORT = 143


class OAuth2Settings(Located):
    """Login with a token instead of a password (client credentials); `secret` names the client's secret.

    `authority`: Microsoft's (`https://login.microsoftonline.com/<tenant>`), or any OpenID Connect provider's issuer,
    which then tells its own token address. `ca_file` None means the certificates the HTTP client trusts.
    """

    authority: AuthorityAddress
    client_id: str = Field(min_length=1)
    secret: SecretName
    scope: str = "https://outlook.office365.com/.default"
    ca_file: Path | None = None


class MailboxSettings(Located):
    """A mailbox by IMAP over TLS. `secret` names the password; `ca_file` None means the system's certificate store.

    `security: starttls` upgrades a plain connection before anything is sent. `folders` are taken in one after the
    other; what is recorded goes to the one `done_folder`. `authserv_id` is the gateway whose Authentication-Results
    header may prove a sender; None: nothing proves one.
    """

    account: str
    host: str
    security: Literal["tls", "starttls"] = "tls"
    port: int = Field(default=TLS_PORT, ge=1, le=65535)
    user: str
    secret: SecretName | None = None
    oauth2: OAuth2Settings | None = None
    folder: FolderName = "INBOX"
    folders: tuple[FolderName, ...] = ()
    done_folder: FolderName = "Eingelesen"
    ca_file: Path | None = None
    authserv_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("security") == "starttls":
            return {"port": STARTTLS_PORT} | value
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.secret is None) == (self.oauth2 is None):
            raise ValueError("a mailbox needs either secret (a password) or oauth2 (a token)")
        if self.folders and self.folder not in ("INBOX", *self.folders):
            raise ValueError("write either folder or folders")
        if self.done_folder in self.all_folders:
            raise ValueError(f"done_folder {self.done_folder!r} cannot be taken in as well")
        return self

    @property
    def all_folders(self) -> tuple[str, ...]:
        """Every folder that is taken in, in the order written."""
        return tuple(dict.fromkeys(self.folders or (self.folder,)))

    @property
    def secret_name(self) -> str:
        """The secret the login needs: the password's, or the OAuth 2 client's."""
        if self.oauth2 is not None:
            return self.oauth2.secret
        assert self.secret is not None  # _one_way
        return self.secret
