"""S/MIME: the certificate and key with which an office opens what was encrypted for it."""

from __future__ import annotations

from pathlib import Path

from casework.configuration import secrets
from casework.configuration.located import Located
from casework.configuration.mailboxes import SecretName
from casework.words.errors import ConfigurationError


class SmimeSettings(Located):
    """`certificate` is a PEM file; `secret` names the private key (PEM, without a password of its own)."""

    certificate: Path
    secret: SecretName

    def pair(self) -> tuple[str, str]:
        """Certificate and key as PEM. Raises ConfigurationError when one of them cannot be read."""
        key = secrets.secret(self.secret)
        try:
            return self.certificate.read_text(encoding="ascii"), key
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no PEM file"
            raise ConfigurationError(
                f"the certificate {self.certificate} cannot be read ({reason}); name a PEM file this account may read"
            ) from error
