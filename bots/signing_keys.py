"""Public keys of signing domains, asked from the DNS (RFC 6376, section 3.6.2) and kept as long as it says.

Names come from a process that reads foreign bytes, so each is checked before it is asked for; the answer is only text.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.resolver

from casework.configuration.senders import DkimSettings

SECONDS = 3.0
"""For all names of one letter together."""
MOST_NAMES = 10
MOST_KEPT = 200
LONGEST_KEEPING = 24 * 3600.0
NOTHING_KEEPING, FAILURE_KEEPING = 300.0, 60.0
"""How long (seconds) it is remembered that there is no key, and that nobody answered."""
log = logging.getLogger("amtsbote.signing_keys")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\._domainkey\.{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True)
class _Kept:
    text: str
    until: float


class SigningKeyBook:
    """The keys of one office's setting. A failed look-up is an empty key: the signature is then not checked."""

    def __init__(self, settings: DkimSettings) -> None:
        self._files = {name: _read(path) for name, path in settings.keys.items()}
        self._kept: dict[str, _Kept] = {}
        self._resolver = _resolver(settings)

    def known(self) -> Mapping[str, str]:
        """The keys of files, and those asked for before that still hold."""
        now = time.monotonic()
        self._kept = {name: kept for name, kept in self._kept.items() if kept.until > now}
        return {name: kept.text for name, kept in self._kept.items()} | self._files

    def look_up(self, names: Sequence[str]) -> Mapping[str, str]:
        """The key of every name; empty for what is no name, has no key, or was not answered in time."""
        deadline = time.monotonic() + SECONDS
        known = self.known()
        fresh = [name for name in dict.fromkeys(names) if name not in known][:MOST_NAMES]
        for name in fresh:
            if _NAME.fullmatch(name) and len(name) <= 253:
                self._keep(name, self._ask(name, deadline))
        return dict.fromkeys(names, "") | dict(self.known())

    def _ask(self, name: str, deadline: float) -> _Kept:
        left = deadline - time.monotonic()
        if self._resolver is None or left <= 0:
            return _Kept("", time.monotonic() + FAILURE_KEEPING)
        try:
            answer = self._resolver.resolve(f"{name}.", "TXT", lifetime=left, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return _Kept("", time.monotonic() + NOTHING_KEEPING)
        except (dns.exception.DNSException, OSError):
            return _Kept("", time.monotonic() + FAILURE_KEEPING)
        texts = [b"".join(record.strings).decode("ascii", "replace") for record in answer]
        keeping = min(float(answer.rrset.ttl if answer.rrset else 0), LONGEST_KEEPING)
        # several records under one name are undefined (RFC 6376, 3.6.2.2): none of them is believed
        return _Kept(texts[0] if len(texts) == 1 else "", time.monotonic() + max(keeping, 1.0))

    def _keep(self, name: str, kept: _Kept) -> None:
        if len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = kept


def _read(path: Path) -> str:
    """The text of a key record; empty when the file cannot be read: the signature is then not checked."""
    try:
        return " ".join(path.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError) as error:
        log.warning("the key file %s cannot be read: %s", path, error)
        return ""


def _resolver(settings: DkimSettings) -> dns.resolver.Resolver | None:
    if settings.resolver == "none":
        return None
    try:
        resolver = dns.resolver.Resolver(configure=settings.resolver == "system")
    except dns.resolver.NoResolverConfiguration as error:
        log.warning("no signature is checked: this machine names no DNS server (%s)", error)
        return None
    if settings.resolver != "system":
        resolver.nameservers = [settings.resolver]
        resolver.port = settings.port
    resolver.cache = None
    return resolver
