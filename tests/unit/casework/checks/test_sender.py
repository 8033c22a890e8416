"""The gate on the sender, and addresses that only look like known ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casework.checks import OfficeKnowledge, SenderBook, organisation
from casework.checks.organisation import lookalike, skeleton
from casework.configuration import Configuration, ProcessInForce
from casework.configuration.senders import SenderGate
from casework.words.reading import Severity
from casework.words.sender import ProvedBy, SenderOutcome, SenderVerdict, of_folder
from tests.unit.casework.checks.conftest import Judge, Read

InForce = Callable[[str], ProcessInForce]
BOOK = SenderBook(
    own=frozenset({"amt-nord.example"}),
    names={
        ("amt", "nord"): frozenset({"amt-nord.example"}),
        ("bauhof", "meier", "gmbh"): frozenset({"bauhof-meier.example"}),
    },
)


class Acquainted(OfficeKnowledge):
    """An office that knows its suppliers' domains."""

    def senders(self) -> SenderBook:
        return BOOK


@pytest.fixture
def acquainted(configuration: Configuration) -> Acquainted:
    return Acquainted(configuration, "amt-nord")


def sent(address: str = "rechnung@bauhof-meier.example", outcome: str = "proven", **more: Any) -> SenderVerdict:
    return SenderVerdict(address=address, outcome=SenderOutcome(outcome), **more)


@pytest.mark.parametrize(
    ("gate", "outcome", "why"),
    [
        ("proven", "proven", ()),
        ("proven", "unproven", ("sender_unproven",)),
        ("proven", "contradicted", ("sender_contradicted",)),
        ("not_contradicted", "unproven", ()),
        ("not_contradicted", "contradicted", ("sender_contradicted",)),
        ("any", "contradicted", ()),
    ],
)
def test_the_gate_asks_what_the_process_says(
    judge: Judge, e_invoice: Read, process: InForce, gate: str, outcome: str, why: tuple[str, ...]
) -> None:
    found = process("invoice")
    found = replace(found, overlay=found.overlay.model_copy(update={"sender": SenderGate(gate)}))

    assert judge(e_invoice(), process=found, sender=sent(outcome=outcome)).why == why


def test_the_shipped_invoice_wants_a_proof_and_a_file_without_a_mail_is_not_asked(
    judge: Judge, e_invoice: Read, process: InForce
) -> None:
    assert process("invoice").sender is SenderGate.PROVEN
    assert judge(e_invoice()).automatic
    assert judge(e_invoice(), sender=sent(outcome="unproven")).why == ("sender_unproven",)
    assert judge(e_invoice(), sender=of_folder(trusted=True)).automatic
    assert judge(e_invoice(), sender=of_folder(trusted=False)).why == ("sender_unproven",)
    assert of_folder(trusted=True).proved_by is ProvedBy.FOLDER


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (sent(), ()),
        (sent("rechnung@versand.bauhof-meier.example"), ()),
        (sent("rechnung@bauhof-rneier.example"), ("sender_lookalike",)),
        (sent("rechnung@bauhof-meler.example"), ("sender_lookalike",)),
        (sent("rechnung@bauhof-meier.test"), ("sender_lookalike",)),
        (sent("rechnung@xn--bauhof-mier-vkj.example"), ("sender_lookalike",)),
        (sent("rechnung@ganz-anders.example"), ()),
        (sent(reply_to="x@bauhof-mieer.example"), ("sender_lookalike",)),
        (sent("kasse@amt-nord.example"), ()),
        (sent("kasse@amt-nord.example", "unproven"), ("own_domain_outside", "sender_unproven")),
        (sent("x@evil.example", name="Amt Nord"), ("sender_name_borrowed",)),
        (sent("x@evil.example", name="BAUHOF MEIER GmbH"), ("sender_name_borrowed",)),
        (sent("x@evil.example", name="kasse@amt-nord.example"), ("sender_name_borrowed",)),
        (sent(name="Bauhof Meier GmbH"), ()),
        (sent(name="rechnung@bauhof-meier.example"), ()),
    ],
)
def test_what_only_looks_like_a_known_sender_goes_to_a_person(
    judge: Judge, e_invoice: Read, acquainted: Acquainted, verdict: SenderVerdict, why: tuple[str, ...]
) -> None:
    assert judge(e_invoice(), knowledge=acquainted, sender=verdict).why == why


def test_answers_that_go_elsewhere_are_told_and_stop_nothing(
    judge: Judge, e_invoice: Read, acquainted: Acquainted
) -> None:
    found = sent(reply_to="buero@anders.example", return_path="bounce@versand.example")
    verdict = judge(e_invoice(), knowledge=acquainted, sender=found)

    assert verdict.automatic
    said = {finding.rule: finding.severity for finding in verdict.findings}
    assert said == {"AB-REPLY-TO-ELSEWHERE": Severity.WARNING, "AB-RETURN-PATH-ELSEWHERE": Severity.INFO}
    same = sent(reply_to="buero@bauhof-meier.example", return_path="b@mail.bauhof-meier.example")
    assert judge(e_invoice(), knowledge=acquainted, sender=same).findings == ()


@pytest.mark.parametrize(
    ("domain", "whose"),
    [
        ("firma.example", "firma.example"),
        ("a.b.Firma.Example.", "firma.example"),
        ("rechnung.firma.co.uk", "firma.co.uk"),
        ("firma.de", "firma.de"),
        ("example", "example"),
        ("", ""),
    ],
)
def test_the_domain_of_an_organisation(domain: str, whose: str) -> None:
    assert organisation(domain) == whose


@pytest.mark.parametrize(
    ("one", "other"),
    [("раураl", "paypal"), ("g00gle", "google"), ("müller", "muller"), ("rnoor", "moor"), ("ﬁrma", "firma")],
)
def test_signs_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


def test_short_names_are_only_alike_when_nothing_differs() -> None:
    assert lookalike("gmz.de", ["gmx.de"]) == ""
    assert lookalike("gmx.example", ["gmx.de"]) == "gmx.de"
    assert lookalike("stadtwerke-nord.de", ["stadtwerke-sued.de"]) == ""


def test_a_look_alike_of_a_supplier_stays_one_after_a_letter_of_his_was_carried_over(
    configuration: Configuration, judge: Judge, e_invoice: Read
) -> None:
    class Learned(SenderBook):
        def knows(self, domain: str) -> bool:
            return super().knows(domain) or organisation(domain) == "bauhof-rneier.example"

        def domains(self) -> frozenset[str]:
            return super().domains() | {"bauhof-rneier.example"}

    class Office(OfficeKnowledge):
        def senders(self) -> SenderBook:
            return Learned(BOOK.own, BOOK.names)

    found = judge(e_invoice(), knowledge=Office(configuration, "amt-nord"), sender=sent("a@bauhof-rneier.example"))
    assert "sender_lookalike" in found.why


@pytest.mark.parametrize(
    ("name", "borrowed"),
    [
        ("Bauhof Meier GmbH", True), ("Bauhof Meier", True), ("Bauhof Meier GmbH, Rechnungen", True),
        ("B\u0430uhof Mei\u0435r GmbH", True), ("Rechnungen Amt N\u043erd", True),
        ("Anna Meier", False), ("Bauhof Schmidt GmbH", False), ("Amt", False), ("", False),
    ],
)  # fmt: skip
def test_a_known_name_is_known_however_it_is_dressed(
    judge: Judge, e_invoice: Read, acquainted: Acquainted, name: str, borrowed: bool
) -> None:
    found = judge(e_invoice(), knowledge=acquainted, sender=sent("a@fremd-gruppe.example", name=name))
    assert ("sender_name_borrowed" in found.why) is borrowed


def test_a_sender_whose_own_name_holds_that_of_another_borrows_nothing(
    configuration: Configuration, judge: Judge, e_invoice: Read
) -> None:
    class Office(OfficeKnowledge):
        def senders(self) -> SenderBook:
            more = {("bauhof", "meier", "und", "krause", "gmbh"): frozenset({"krause-bau.example"})}
            return SenderBook(BOOK.own, {**BOOK.names, **more})

    verdict = sent("a@krause-bau.example", name="Bauhof Meier und Krause GmbH")
    found = judge(e_invoice(), knowledge=Office(configuration, "amt-nord"), sender=verdict)
    assert "sender_name_borrowed" not in found.why
