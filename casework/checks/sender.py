"""Who sent it, as a gate: does the process believe this sender, and does the address only look like a known one?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from casework.checks.asked import Asked, spoken
from casework.checks.organisation import lookalike, organisation, skeleton
from casework.checks.values import words_of
from casework.configuration.offices import Office
from casework.configuration.senders import SenderGate
from casework.words.reading import Finding, Severity, Supplier
from casework.words.reasons import reason
from casework.words.sender import KnownSenders, SenderOutcome, SenderVerdict

_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I)
_LEGAL_FORMS = frozenset({"ag", "co", "eg", "ev", "gbr", "gmbh", "kg", "mbh", "ohg", "se", "ug", "und"})


@dataclass(frozen=True)
class SenderBook:
    """Organisations an office knows: its own domains, and domains of suppliers by name; the record adds its history."""

    own: frozenset[str] = frozenset()
    names: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    """Words of a name → the organisation's domains that may bear it."""

    def knows(self, domain: str) -> bool:
        """Is this a domain of an organisation that the office knows?"""
        return organisation(domain) in self.domains()

    def domains(self) -> frozenset[str]:
        """Every known organisation's domain."""
        return self.own.union(*self.names.values())


def book_of(office: Office, suppliers: tuple[Supplier, ...]) -> SenderBook:
    """What the configuration alone knows: own names and domains, suppliers whose row names a domain.

    A mailbox's user that is an address tells an own domain, too.
    """
    users = [box.user.rpartition("@")[2] for box in office.mailboxes if "@" in box.user]
    own = frozenset(organisation(domain) for domain in (*office.senders.own_domains, *users))
    names = {words_of(name): own for name in office.all_names} if own else {}
    for supplier in suppliers:
        if supplier.domains:
            theirs = frozenset(map(organisation, supplier.domains))
            names[words_of(supplier.name)] = names.get(words_of(supplier.name), frozenset()) | theirs
    return SenderBook(own, names)


def sender(asked: Asked) -> Iterator[Finding]:
    """What speaks against the sender; nothing where the process takes any, or nobody judged one (`amtsbote read`)."""
    verdict, gate = asked.sender, asked.process.sender
    if verdict is None or gate is SenderGate.ANY:
        return
    yield from _gate(verdict, gate)
    if verdict.domain:
        yield from _appearance(verdict, asked.knowledge.senders())
        yield from _answers_elsewhere(verdict)


def _gate(verdict: SenderVerdict, gate: SenderGate) -> Iterator[Finding]:
    why = " ".join(reason(code).de for code in verdict.reasons)
    if verdict.outcome is SenderOutcome.CONTRADICTED:
        yield spoken("sender_contradicted", why or reason("sender_contradicted").de)
    elif verdict.outcome is not SenderOutcome.PROVEN and gate is SenderGate.PROVEN:
        yield spoken("sender_unproven", why or reason("sender_unproven").de)


def _appearance(verdict: SenderVerdict, book: KnownSenders) -> Iterator[Finding]:
    own = organisation(verdict.domain)
    if own in book.own and not verdict.is_proven:
        yield spoken("own_domain_outside", f"Die Mail nennt {own} als Absender, kam aber ohne Nachweis von außen.")
    for address in dict.fromkeys((verdict.domain, verdict.reply_to.rpartition("@")[2])):
        theirs = _looks_like(address, book) if address else ""
        if theirs:
            yield spoken("sender_lookalike", f"{organisation(address)} sieht aus wie {theirs}, ist es aber nicht.")
    if _borrows_name(verdict.name, own, book):
        yield spoken("sender_name_borrowed", f"Der angezeigte Name gehört nicht zu {own}.")


def _looks_like(address: str, book: KnownSenders) -> str:
    """The known domain that this one could be taken for.

    That a letter of his was carried over before makes no look-alike of the office or of a supplier honest.
    """
    set_up = book.own.union(*book.names.values())
    if organisation(address) in set_up:
        return ""
    return lookalike(address, set_up) or ("" if book.knows(address) else lookalike(address, book.domains()))


def _borrows_name(name: str, own: str, book: KnownSenders) -> bool:
    """Does the display name hold an address of another organisation, or the name of a known one?"""
    if any(organisation(match[1]) != own for match in _ADDRESS.finditer(name)):
        return True
    bearers = list(_bearers(name, book))
    return bool(bearers) and not any(own in domains for domains in bearers)


def _bearers(name: str, book: KnownSenders) -> Iterator[frozenset[str]]:
    """Domains of every known name that a hurried eye finds in this one: also among other words, in Cyrillic letters.

    A name of one word counts only when it is all there is: many people are called Meier.
    """
    shown = _letters(words_of(name))
    for words, domains in book.names.items():
        theirs = _letters(words)
        telling = theirs - _LEGAL_FORMS
        if theirs == shown or (len(telling) > 1 and telling <= shown):
            yield domains


@lru_cache(maxsize=8192)
def _letters(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(skeleton, words))


def _answers_elsewhere(verdict: SenderVerdict) -> Iterator[Finding]:
    """Honest senders have services that send for them: that is told, and stops nothing."""
    for code, address in (("reply_to_elsewhere", verdict.reply_to), ("return_path_elsewhere", verdict.return_path)):
        domain = address.rpartition("@")[2]
        if domain and organisation(domain) != organisation(verdict.domain):
            severity = Severity.WARNING if code == "reply_to_elsewhere" else Severity.INFO
            yield spoken(code, f"{reason(code).de} ({organisation(domain)})", severity=severity)
