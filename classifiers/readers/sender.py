"""Who sent a mail, as far as the office's own gateway proves it (RFC 8601, RFC 7489).

Only Authentication-Results headers of the pinned authserv-id count, and only above the first Received line: what stands
there was written after the gateway took the mail over. Below it stands what came with the mail, whatever name it bears.
"""

from __future__ import annotations

import re
from email.message import Message

from classifiers.readers.authentication import Result, ResultsUnreadable, parse_results, server_of
from classifiers.readers.headers import address, decode_value

_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_DMARC = re.compile(r"(?<![\w.-])dmarc\s*(?:/\s*\d+\s*)?=", re.I)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FAILED = frozenset({"fail", "permerror", "softfail"})


def prove_sender(message: Message, authserv_id: str | None) -> str:
    """`pass` for an aligned pass by the pinned gateway, `fail` for its fail, `foreign` when only others spoke.

    Else `none`. Aligned is a DMARC pass for the domain of From, or, where the gateway says nothing of DMARC, a valid
    signature of that very domain.
    """
    headers = _results(message)
    if not headers:
        return "none"
    if authserv_id is None:
        return "foreign"
    own = [text for text, above in headers if above and server_of(text) == authserv_id.lower()]
    if not own:
        return "foreign"
    if len(_from_addresses(message)) != 1:
        return "fail"
    return _verdict(own, address(message, "From")[1].rpartition("@")[2])


def _results(message: Message) -> list[tuple[str, bool]]:
    """Every Authentication-Results value as it stands in the mail, with: was it written by the office's own side?"""
    found: list[tuple[str, bool]] = []
    received = False
    for key, value in message.raw_items():
        if key.lower() == "received":
            received = True
        if key.lower() == "authentication-results":
            found.append((str(value), not received))
    return found


def _from_addresses(message: Message) -> list[str]:
    """Every address in every From header: two of them leave open which one is proved."""
    values = [decode_value(str(value)) for key, value in message.raw_items() if key.lower() == "from"]
    found = [match for value in values for match in re.findall(r"<([^<>]+@[^<>]+)>", value) or _ADDRESS.findall(value)]
    return found if len(values) == 1 else []


def _verdict(texts: list[str], domain: str) -> str:
    """What the gateway's values together say; it may speak of DMARC only once, wherever the word stands in them."""
    try:
        results = [result for text in texts for result in parse_results(text).results]
    except ResultsUnreadable:
        return "none"
    spoken = [result for result in results if result.method == "dmarc"]
    named = sum(len(_DMARC.findall(text)) for text in texts)
    if any(result.result in _FAILED for result in spoken):
        return "fail"
    if spoken:
        return "pass" if len(spoken) == named == 1 and _is_aligned_pass(spoken[0], domain) else "none"
    if any(_is_failure(result) for result in results):
        return "fail"
    return "pass" if named == 0 and any(_is_aligned_signature(result, domain) for result in results) else "none"


def _is_failure(result: Result) -> bool:
    return result.method in {"dkim", "spf"} and result.result in _FAILED


def _is_aligned_pass(result: Result, domain: str) -> bool:
    """DMARC names the domain of From itself; SPF proves the envelope only."""
    named = result.only("header.from")
    return result.result == "pass" and bool(_DOMAIN.fullmatch(named)) and named == domain


def _is_aligned_signature(result: Result, domain: str) -> bool:
    """A signature by the very domain of From, which counts where the gateway says nothing of DMARC."""
    signer = result.only("header.d") or result.only("header.i").rpartition("@")[2]
    return (result.method, result.result) == ("dkim", "pass") and bool(_DOMAIN.fullmatch(signer)) and signer == domain
