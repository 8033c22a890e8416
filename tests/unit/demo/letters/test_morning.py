"""The post of a morning as a whole."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

import demo.letters
from casework.words.reasons import reasons
from demo.letters import OFFICES, Letter, morning, suppliers, write_eml, write_expected, write_truth

DAY = dt.date(2026, 11, 23)
PACKAGE = Path(demo.letters.__file__).parent
ONCE = (
    "empty_mail", "damaged_pdf", "encrypted_pdf", "redelivery", "forged_form_mail", "wrong_totals", "invalid_iban",
    "new_iban", "wrong_office", "three_invoices", "unknown_supplier", "auto_reply", "spam", "relief_form_mail",
)  # fmt: skip


def test_sixty_letters_of_all_kinds_reach_both_offices(letters: list[Letter]) -> None:
    recipes = Counter(letter.truth.recipe for letter in letters)
    assert len(letters) == 60
    assert {name: recipes[name] for name in ONCE} == dict.fromkeys(ONCE, 1)
    several = {name: count for name, count in recipes.items() if name not in ONCE}
    assert several == {
        "xrechnung_ubl": 5,
        "xrechnung_cii": 5,
        "zugferd": 6,
        "paper_invoice": 5,
        "scanned_invoice": 3,
        "registration_form_mail": 6,
        "deregistration_form_mail": 3,
        "registration_pdf_form": 2,
        "deregistration_pdf_form": 1,
        "registration_letter": 2,
        "deregistration_letter": 2,
        "defect_report": 4,
        "newsletter": 2,
    }
    offices = Counter(letter.envelope_to for letter in letters)
    assert set(offices) == {office.mailbox for office in OFFICES}
    assert min(offices.values()) >= 18


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, second, other = (morning(seed=seed, day=DAY, count=27) for seed in (3, 3, 4))
    assert [letter.raw for letter in first] == [letter.raw for letter in second]
    assert not {letter.raw for letter in first} & {letter.raw for letter in other}


def test_no_two_letters_are_alike_but_the_second_delivery(
    letters: list[Letter], parsed: Callable[[Letter], EmailMessage]
) -> None:
    bodies = Counter(letter.raw.partition(b"\r\n\r\n")[2] for letter in letters)
    assert sorted(bodies.values())[-2:] == [1, 2]
    texts = Counter(_plain(parsed(letter)) for letter in letters if letter.truth.recipe != "redelivery")
    assert [text for text, count in texts.items() if count > 1 and text.strip()] == []


def test_the_second_delivery_differs_in_its_way_only(
    letters: list[Letter], of_recipe: Callable[[str], list[Letter]]
) -> None:
    again = of_recipe("redelivery")[0]
    first_name = again.truth.notes.removeprefix("second delivery of ")
    first = next(letter for letter in letters if letter.truth.name == first_name)
    assert _without_way(first.raw) == _without_way(again.raw)
    assert first.raw != again.raw
    assert first.truth.message_id == again.truth.message_id
    assert again.truth.expected_reason == "duplicate"


def test_the_gateway_adds_its_header_itself_and_all_addresses_are_invented(letters: list[Letter]) -> None:
    for letter in letters:
        assert b"authentication-results" not in letter.raw.lower()
        assert letter.envelope_from == "" or letter.envelope_from.endswith(".example")
        head = letter.raw.partition(b"\r\n\r\n")[0].decode("ascii")
        domains = re.findall(r"@([\w.\-]+)", head)
        assert {domain.rpartition(".")[2] for domain in domains} == {"example"}


def test_every_letter_is_a_well_formed_mail(letters: list[Letter], parsed: Callable[[Letter], EmailMessage]) -> None:
    for letter in letters:
        message = parsed(letter)
        assert b"\n" not in letter.raw.replace(b"\r\n", b"")
        assert max(len(line) for line in letter.raw.split(b"\r\n")) <= 998
        assert [part.defects for part in message.walk() if part.defects] == []
        assert message["Message-ID"] == letter.truth.message_id
        assert message["Date"].datetime.date() in {DAY, DAY - dt.timedelta(days=1)}


def test_letters_come_in_many_encodings(letters: list[Letter], parsed: Callable[[Letter], EmailMessage]) -> None:
    texts = [part for letter in letters for part in parsed(letter).walk() if part.get_content_maintype() == "text"]
    assert {part.get_content_charset() for part in texts} >= {"utf-8", "iso-8859-1", "windows-1252"}
    assert {part["Content-Transfer-Encoding"] for part in texts} >= {"7bit", "8bit", "quoted-printable", "base64"}
    whole = b"".join(letter.raw for letter in letters)
    for sign in (b"filename*=", b"filename*0*=", b'filename="=?', b"multipart/alternative", b"multipart/related"):
        assert sign in whole, sign
    assert re.search(rb"\nSubject: =\?[\w-]+\?q\?", whole)
    assert re.search(rb"\nSubject: =\?[\w-]+\?b\?", whole)


def test_file_names_with_umlauts_come_back_whole(
    letters: list[Letter], files: Callable[[Letter], dict[str, bytes]]
) -> None:
    names = {name for letter in letters for name in files(letter)}
    assert any("ü" in name for name in names)
    for letter in letters:
        parts = {document.part for document in letter.truth.documents} - {"body"}
        assert parts <= set(files(letter))


def test_reasons_are_codes_of_the_house(letters: list[Letter]) -> None:
    expectations = [document.expectation for letter in letters for document in letter.truth.documents]
    codes = {code for item in expectations for code in (item.expected_reason, item.closing, *item.also_right) if code}
    assert codes <= set(reasons())
    assert {item.expected_final for item in expectations} == {"done", "closed"}
    assert {item.decision for item in expectations} == {"release", "correct_and_release", "close"}


def test_about_half_of_the_documents_may_go_alone(letters: list[Letter]) -> None:
    documents = [document for letter in letters for document in letter.truth.documents]
    alone = [document for document in documents if document.expectation.automatic_expected]
    assert len(documents) == 62
    assert 24 <= len(alone) <= 36


def test_the_truth_is_written_with_its_letters(letters: list[Letter], tmp_path: Path) -> None:
    paths = write_eml(letters, tmp_path / "post")
    write_truth(letters, tmp_path / "truth.json")
    write_expected(letters, tmp_path / "expected.json")
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    expected = json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))
    assert list(truth) == [path.name for path in paths]
    assert [path.read_bytes() for path in paths] == [letter.raw for letter in letters]
    assert len(expected) == 59
    sample = next(entry for entry in truth.values() if entry["recipe"] == "new_iban")
    assert sample["expected_reason"] == "iban_new"
    assert sample["documents"][0]["kind"] == "invoice"
    assert sample["documents"][0]["decision"] == "correct_and_release"


def test_sixty_letters_take_less_than_twenty_seconds_of_work() -> None:
    started = time.process_time()
    morning(seed=11, day=DAY)
    assert time.process_time() - started < 20


@pytest.mark.parametrize("count", [0, 1, 75])
def test_any_number_of_letters_can_come(count: int) -> None:
    assert len(morning(seed=2, day=DAY, count=count)) == count


def test_one_office_alone_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="two offices"):
        morning(seed=1, day=DAY, offices=OFFICES[:1])


def test_the_command_writes_letters_and_tables(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo.letters", "--seed", "5", "--count", "8", "--day", "2026-11-23"]
    subprocess.run([*command, "--out", str(tmp_path)], check=True, cwd=PACKAGE.parents[1], capture_output=True)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(tmp_path.glob("*.eml"))]
    assert digests == [hashlib.sha256(letter.raw).hexdigest() for letter in morning(seed=5, day=DAY, count=8)]
    table = (tmp_path / "suppliers.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 1 + len(suppliers(seed=5))
    assert table[0] == "number,name,vat_id,ibans,street,postcode,town"
    assert (tmp_path / "registered_dogs.csv").read_text(encoding="utf-8").startswith("office,tag_number,")


def test_the_generator_knows_nothing_of_the_house() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            tops = {name.partition(".")[0] for name in names}
            assert not tops & {"amtsbote", "bots", "casework", "classifiers", "flows"}, path


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def _without_way(raw: bytes) -> bytes:
    return b"\r\n".join(line for line in raw.split(b"\r\n") if not line.startswith(b"Received: "))
