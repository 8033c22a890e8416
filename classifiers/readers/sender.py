"""Who sent a mail: what the office's own gateway proves (RFC 8601, RFC 7489), its signatures, its listed sealers.

Only Authentication-Results headers of the pinned authserv-id count, and only above the first Received line: what stands
there was written after the gateway took the mail over. Below it stands what came with the mail, whatever name it bears.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from casework.words.reading import ReadingContext
from casework.words.sender import ProvedBy, SenderMethod, SenderOutcome, SenderVerdict
from classifiers.readers.authentication import Result, ResultsUnreadable, parse_results, server_of
from classifiers.readers.headers import address, clean_text, decode_value
from classifiers.readers.mail import parse_mail
from classifiers.readers.seals import last_seal, sealed_results
from classifiers.readers.signatures import as_signed, check_signatures, key_name, signatures_of

_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_DMARC = re.compile(r"(?<![\w.-])dmarc\s*(?:/\s*\d+\s*)?=", re.I)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FAILED = frozenset({"fail", "permerror", "softfail"})
_SHOWN = frozenset({"dkim", "dmarc", "spf"})
_LONGEST_HEAD = 1024 * 1024
_LONGEST_SHOWN = 320
_WHY = {"none": "sender_not_aligned", "foreign": "sender_not_vouched", "fail": "sender_gateway_failed", "pass": ""}
"""The reason behind each word of the gateway; that it never spoke is `sender_not_vouched`, too."""


@dataclass(frozen=True)
class _Own:
    """What we found out ourselves: signatures of the domain of From, and what a listed sealer saw of it."""

    signatures: tuple[str, ...] = ()
    sealer: str = ""
    sealed: str = ""

    def methods(self, domain: str) -> tuple[SenderMethod, ...]:
        """The looks as the verdict tells them."""
        found = [SenderMethod(name="dkim", result=result, domain=domain) for result in self.signatures]
        if self.sealer:
            found.append(SenderMethod(name="arc", result=self.sealed, domain=domain, by=self.sealer))
        return tuple(found)


def judge_sender(raw: bytes, context: ReadingContext, keys: Mapping[str, str] | None = None) -> SenderVerdict:
    """The verdict on a mail as it was stored. `keys` are public keys by name; None: no signature is looked at.

    Nothing is proven of a head above 1 MiB, nor of one whose From does not name exactly one address.
    """
    head = _head_of(raw)
    message = parse_mail(head[:_LONGEST_HEAD])
    said = _said(message)
    if not _is_one_sender(message) or len(head) > _LONGEST_HEAD:
        outcome = SenderOutcome.CONTRADICTED if said.address else SenderOutcome.UNPROVEN
        said = said.model_copy(update={"address": said.address[:_LONGEST_SHOWN]})
        return said.model_copy(update={"outcome": outcome, "reasons": ("sender_from_unclear",)})
    own = _look(raw.lstrip(b"\r\n"), said.domain, context, keys) if keys is not None else _Own()
    return _weigh(said, message, context, own)


def wanted_keys(raw: bytes, context: ReadingContext, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the public keys that `judge_sender` needs and `keys` lack."""
    message = parse_mail(_head_of(raw)[:_LONGEST_HEAD])
    if not _is_one_sender(message):
        return ()
    mail = as_signed(raw.lstrip(b"\r\n"))
    seal = last_seal(mail, context.arc_sealers)
    names = [key_name(tags) for _, tags in signatures_of(mail, _said(message).domain)] + list(
        seal.names if seal else ()
    )
    return tuple(dict.fromkeys(name for name in names if name not in keys))


def _head_of(raw: bytes) -> bytes:
    raw = raw.lstrip(b"\r\n")
    end = re.search(rb"\r?\n\r?\n", raw)
    return raw[: end.end()] if end else raw


def _is_one_sender(message: Message) -> bool:
    """Does From name exactly one address, of a length that is one?"""
    return len(_from_addresses(message)) == 1 and len(address(message, "From")[1]) <= _LONGEST_SHOWN


def _said(message: Message) -> SenderVerdict:
    name, sender = address(message, "From")
    others = [address(message, header)[1][:_LONGEST_SHOWN] for header in ("Reply-To", "Return-Path")]
    return SenderVerdict(address=sender, name=name[:_LONGEST_SHOWN], reply_to=others[0], return_path=others[1])


def _look(raw: bytes, domain: str, context: ReadingContext, keys: Mapping[str, str]) -> _Own:
    """Our own look at signatures and seals."""
    mail = as_signed(raw)
    seal = last_seal(mail, context.arc_sealers)
    signatures = tuple(check_signatures(mail, domain, keys))
    results = sealed_results(seal, keys) if seal else ""
    sealed = _verdict([results], domain) if results else "invalid"
    return _Own(signatures, seal.sealer if seal else "", sealed)


def _weigh(said: SenderVerdict, message: Message, context: ReadingContext, own: _Own) -> SenderVerdict:
    """The one verdict of all looks: a contradiction before any proof, a proof before none."""
    gateway, results = prove_sender(message, context.authserv_id), _own_results(message, context.authserv_id)
    methods = (*_methods(results, context.authserv_id or ""), *own.methods(said.domain))
    reasons: tuple[str, ...] = (_WHY["foreign" if gateway == "none" and not results else gateway],)
    outcome, proved_by = SenderOutcome.UNPROVEN, None
    if gateway == "pass" and _is_altered(own, results, said.domain):
        outcome, reasons = SenderOutcome.CONTRADICTED, ("sender_body_altered",)
    elif own.sealed == "pass":
        outcome, proved_by, reasons = SenderOutcome.PROVEN, ProvedBy.SEAL, ()
    elif gateway == "fail":
        outcome = SenderOutcome.CONTRADICTED
    elif gateway == "pass":
        outcome, proved_by, reasons = SenderOutcome.PROVEN, ProvedBy.GATEWAY, ()
    elif "pass" in own.signatures:
        outcome, proved_by, reasons = SenderOutcome.PROVEN, ProvedBy.SIGNATURE, ()
    found = {"outcome": outcome, "proved_by": proved_by, "methods": methods, "reasons": reasons}
    return said.model_copy(update=found)


def _is_altered(own: _Own, results: list[Result], domain: str) -> bool:
    """Was the body changed although the gateway found all in order? It says so itself when only SPF was."""
    if "altered" not in own.signatures or "pass" in own.signatures:
        return False
    doubts = [result for result in results if result.method == "dkim" and _signer(result) in ("", domain)]
    return not any(result.result != "pass" for result in doubts)


def _own_results(message: Message, authserv_id: str | None) -> list[Result]:
    """What the pinned gateway said, as far as it is readable."""
    if authserv_id is None:
        return []
    own = [text for text, above in _results(message) if above and server_of(text) == authserv_id.lower()]
    try:
        return [result for text in own for result in parse_results(text).results]
    except ResultsUnreadable:
        return []


def _methods(results: list[Result], by: str) -> tuple[SenderMethod, ...]:
    shown = [result for result in results if result.method in _SHOWN]
    return tuple(
        SenderMethod(name=result.method, result=result.result, domain=clean_text(_domain_of(result))[:253], by=by)
        for result in shown
    )


def _domain_of(result: Result) -> str:
    if result.method == "dmarc":
        return result.only("header.from")
    return _signer(result) if result.method == "dkim" else result.only("smtp.mailfrom").rpartition("@")[2]


def _signer(result: Result) -> str:
    return result.only("header.d") or result.only("header.i").rpartition("@")[2]


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
    signer = _signer(result)
    return (result.method, result.result) == ("dkim", "pass") and bool(_DOMAIN.fullmatch(signer)) and signer == domain
