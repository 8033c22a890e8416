"""Who sent a mail, as far as the office's own gateway proves it (RFC 8601, RFC 7489).

Only Authentication-Results headers of the pinned authserv-id count. The gateway writes its header on top and strips
copies that carry its name from outside; where it does not strip, everything below the first Received line that it did
not write itself is foreign. So: the topmost header with the pinned id, and only above the first foreign Received line.
"""

from __future__ import annotations

import re
from email.message import Message

from classifiers.readers.headers import address, decode_value

_RESULT = re.compile(r"^\s*(?P<method>[a-z0-9\-]+)(?:/\d+)?\s*=\s*(?P<result>[a-z]+)(?P<rest>.*)$", re.I | re.S)
_PROPERTY = re.compile(r"(?P<type>[a-z]+)\.(?P<name>[a-z0-9\-_]+)\s*=\s*(?P<value>\"[^\"]*\"|[^\s;]+)", re.I)
_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_COMMENT = re.compile(r"\([^()]*\)")


def prove_sender(message: Message, authserv_id: str | None) -> str:
    """`pass` for an aligned pass by the pinned gateway, `fail` for its fail, `foreign` when only others spoke,
    else `none`."""
    headers = _results(message)
    if not headers:
        return "none"
    if authserv_id is None:
        return "foreign"
    own = [text for text, above in headers if above and _server(text) == authserv_id.lower()]
    if not own:
        return "foreign"
    if len(_from_addresses(message)) != 1:
        return "fail"
    domain = address(message, "From")[1].rpartition("@")[2]
    return _verdict(own[0], domain)


def _results(message: Message) -> list[tuple[str, bool]]:
    """Every Authentication-Results value with: does it stand above the second Received line?

    The gateway's own hand-over may add one Received line above its results; whatever stands below the next one was
    there before the mail reached the gateway.
    """
    found: list[tuple[str, bool]] = []
    received = 0
    for key, value in message.raw_items():
        if key.lower() == "received":
            received += 1
        if key.lower() == "authentication-results":
            found.append((decode_value(str(value)), received <= 1))
    return found


def _from_addresses(message: Message) -> list[str]:
    """Every address in every From header: two of them leave open which one is proved."""
    values = [decode_value(str(value)) for key, value in message.raw_items() if key.lower() == "from"]
    found = [match for value in values for match in re.findall(r"<([^<>]+@[^<>]+)>", value) or _ADDRESS.findall(value)]
    return found if len(values) == 1 else []


def _server(text: str) -> str:
    return _COMMENT.sub(" ", text).split(";", 1)[0].strip().split(" ", 1)[0].lower()


def _verdict(text: str, domain: str) -> str:
    failed = passed = False
    for piece in _COMMENT.sub(" ", text).split(";")[1:]:
        match = _RESULT.match(piece)
        if match is None:
            continue
        method, result = match["method"].lower(), match["result"].lower()
        properties = {
            f"{found['type']}.{found['name']}".lower(): found["value"].strip('"').lower()
            for found in _PROPERTY.finditer(match["rest"])
        }
        if method == "dmarc" and result == "fail":
            return "fail"
        passed = passed or (result == "pass" and _aligned(method, properties, domain))
        failed = failed or (method in {"dmarc", "dkim", "spf"} and result in {"fail", "permerror", "softfail"})
    return "pass" if passed else "fail" if failed else "none"


def _aligned(method: str, properties: dict[str, str], domain: str) -> bool:
    """DMARC names the From domain itself; DKIM's d= must equal it or be its parent (relaxed alignment).

    SPF alone proves the envelope, not From, and is no proof here.
    """
    if not domain:
        return False
    if method == "dmarc":
        return properties.get("header.from", "").rpartition("@")[2] == domain
    if method == "dkim":
        signer = properties.get("header.d", properties.get("header.i", "").rpartition("@")[2])
        return "." in signer and (domain == signer or domain.endswith("." + signer))
    return False
