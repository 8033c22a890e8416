"""What a gateway does to the header of a letter: strip claims from outside, write its own verdict and trace."""

from __future__ import annotations

import datetime as dt
import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import format_datetime

STRIPPED = (b"authentication-results", b"return-path", b"delivered-to")
FIELD = re.compile(rb"([^\s:]+)[ \t]*:")
LINE = re.compile(rb"[^\n]*\n|[^\n]+\Z")


@dataclass(frozen=True)
class Verdict:
    """What the gateway found out about a sender: results as in RFC 8601, domains they hold for."""

    dkim: str
    dkim_domain: str
    spf: str
    mailfrom: str
    dmarc: str
    from_domain: str

    def to_header(self, authserv_id: str) -> bytes:
        """The Authentication-Results field, folded, with CRLF."""
        results = [f"dkim={self.dkim}" + (f" header.d={self.dkim_domain}" if self.dkim_domain else "")]
        results.append(f"spf={self.spf} smtp.mailfrom={self.mailfrom or '<>'}")
        results.append(f"dmarc={self.dmarc}" + (f" header.from={self.from_domain}" if self.from_domain else ""))
        return f"Authentication-Results: {authserv_id};\r\n\t".encode() + ";\r\n\t".join(results).encode() + b"\r\n"


def judge_sender(raw: bytes, *, mailfrom: str, spoken_for: Iterable[str]) -> Verdict:
    """The verdict for a letter whose sending system may speak for the domains `spoken_for` (and what lies below).

    It stands for what a real gateway learns from DKIM keys and SPF records in the DNS, which loopback has not.
    """
    domains = [domain.lower() for domain in spoken_for]
    from_domain = read_from_domain(raw)
    envelope_domain = mailfrom.rpartition("@")[2].lower()
    signed = _covers(domains, from_domain)
    allowed = _covers(domains, envelope_domain)
    aligned = signed or (allowed and envelope_domain == from_domain)
    return Verdict(
        dkim="pass" if signed else "none",
        dkim_domain=from_domain if signed else "",
        spf="pass" if allowed else ("none" if not envelope_domain else "fail"),
        mailfrom=mailfrom,
        dmarc="pass" if aligned else "fail",
        from_domain=from_domain,
    )


def read_from_domain(raw: bytes) -> str:
    """The domain of the one From address, small letters; '' when there is none or more than one."""
    header = BytesHeaderParser(policy=email.policy.SMTP).parsebytes(raw)
    fields = header.get_all("from", [])
    if len(fields) != 1 or len(fields[0].addresses) != 1:
        return ""
    domain = str(fields[0].addresses[0].domain).lower().rstrip(".")
    return domain if re.fullmatch(r"[a-z0-9.-]+", domain) else ""


def strip_claims(raw: bytes) -> bytes:
    """The letter without any Authentication-Results, Return-Path or Delivered-To that came with it (RFC 8601 §5)."""
    kept, dropping, position = [], False, 0
    for match in LINE.finditer(raw):
        line = match.group()
        if not line.strip(b"\r\n"):
            break
        if not line.startswith((b" ", b"\t")):
            field = FIELD.match(line)
            dropping = field is not None and field.group(1).lower() in STRIPPED
        if not dropping:
            kept.append(line)
        position = match.end()
    return b"".join(kept) + raw[position:]


def make_trace(*, mailfrom: str, recipient: str, helo: str, gateway: str, queue_id: str, protocol: str) -> bytes:
    """Return-Path and Received, as the last hop writes them."""
    now = format_datetime(dt.datetime.now().astimezone())
    return (
        f"Return-Path: <{mailfrom}>\r\n"
        f"Received: from {helo} (localhost [127.0.0.1])\r\n"
        f"\tby {gateway} with {protocol} id {queue_id}\r\n"
        f"\tfor <{recipient}>; {now}\r\n"
    ).encode()


def _covers(domains: list[str], domain: str) -> bool:
    return any(domain == own or domain.endswith("." + own) for own in domains) if domain else False
