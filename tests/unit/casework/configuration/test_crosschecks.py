"""Names that lead nowhere, stages without a basis, mappings that do not fit, passwords in the open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from casework.configuration import load, missing_secrets, problems

Change = Callable[[str, str, str], Path]
OFFICE, PROCESS = "offices/amt-nord.yaml", "processes/report.yaml"


def said(pack: Path) -> list[str]:
    return [str(problem).replace(str(pack) + "/", "") for problem in problems([pack])]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (PROCESS, "system: tray", "system: trai", f"{PROCESS}:9: system `trai` is not known – did you mean `tray`?"),
        (
            PROCESS,
            "operation: file_case",
            "operation: file_cases",
            f"{PROCESS}:10: system `tray` has no operation `file_cases` – did you mean `file_case`?",
        ),
        (
            PROCESS,
            "[required_fields]",
            "[required_field]",
            f"{PROCESS}:7: check `required_field` is not known – did you mean `required_fields`?",
        ),
        (
            PROCESS,
            "[defect_report]",
            "[defect_reports]",
            f"{PROCESS}:2: kind `defect_reports` is not known – did you mean `defect_report`?",
        ),
        (
            PROCESS,
            "baseline: report",
            "baseline: reports",
            f"{PROCESS}:3: baseline `reports` is not known – did you mean `report`?",
        ),
        (
            PROCESS,
            '"{description?}"',
            '"{descripton?}"',
            f"{PROCESS}:14: the process has no field `descripton` – did you mean `description`?",
        ),
        (
            PROCESS,
            'title: "Meldung {place}"',
            'titel: "Meldung {place}"',
            f"{PROCESS}:12: operation `file_case` of `tray` needs the field `title` – map it: `title: …`",
        ),
        (
            PROCESS,
            "{place:key}",
            "{place:kee}",
            f"{PROCESS}:11: unknown filter `kee` – did you mean `key`?",
        ),
        (
            PROCESS,
            "Meldung {place}",
            "Meldung {place",
            f"{PROCESS}:13: `Meldung {{place` is no template – write {{name}}, {{name?}} or {{one|other:key}}",
        ),
        (OFFICE, "Dorf: dorf", "Dorf: dort", f"{OFFICE}:5: statute `dort` is not known – did you mean `dorf`?"),
        (
            OFFICE,
            "stage: assisted",
            "stage: automatic",
            f"{OFFICE}:7: process `report` is automatic without a recorded legal basis"
            " – add `basis: {text: …}` or use `assisted`",
        ),
        (
            OFFICE,
            "stage: assisted",
            "thresholds: {plase: 0.9}",
            f"{OFFICE}:7: field or kind `plase` is not known – did you mean `place`?",
        ),
        (OFFICE, "report: {", "reports: {", f"{OFFICE}:7: process `reports` is not known – did you mean `report`?"),
        (OFFICE, "  tray: {", "  trays: {", f"{OFFICE}:9: system `trays` is not known – did you mean `tray`?"),
        (
            OFFICE,
            "buyer_references",
            "suppliers: lieferanten.csv\nbuyer_references",
            f"{OFFICE}:2: the table of suppliers {{pack}}/offices/lieferanten.csv does not exist",
        ),
        (
            "baselines/report.yaml",
            "minutes: 5",
            "minutes: 6",
            "baselines/report.yaml:2: `minutes` is 6, the rows add up to 5",
        ),
        (
            "baselines/report.yaml",
            "{row: 3}",
            "{row: 6, complexity: high}",
            "baselines/report.yaml:7: activities: row 6 high is not published; measure or estimate it",
        ),
        (
            "statutes/dorf.yaml",
            '"08-15"',
            '"02-30"',
            "statutes/dorf.yaml:7: 02-30 is no day of every year",
        ),
        (
            "statutes/dorf.yaml",
            '"30.00"',
            '"30.005"',
            "statutes/dorf.yaml:6: `versions.2021-01-01.tariff.rates[0]`: an amount has at most two decimals",
        ),
    ],
)
def test_what_leads_nowhere_is_told_with_its_line(
    pack: Path, change: Change, file: str, old: str, new: str, expected: str
) -> None:
    change(file, old, new)
    assert expected.replace("{pack}", str(pack)).replace(str(pack) + "/", "") in said(pack)


def test_a_decision_can_never_be_automatic(pack: Path, change: Change) -> None:
    change(PROCESS, "baseline: report", "nature: decision\nbaseline: report")
    change(OFFICE, "stage: assisted", "stage: automatic, basis: {text: a law}")
    assert said(pack) == [
        f"{OFFICE}:7: process `report` issues an administrative act and can never be automatic"
        " – use `assisted`: a human releases every case"
    ]


def test_who_pays_alone_has_to_ask_for_the_sender(pack: Path, change: Change) -> None:
    change(PROCESS, "checks: [required_fields]", "checks: [required_fields]\nsender: any")
    change(PROCESS, "en: Text}}", "en: Text}, type: iban}")
    change(OFFICE, "stage: assisted", "stage: automatic, basis: {text: a law}")
    assert said(pack) == [
        f"{OFFICE}:7: process `report` prepares payments, posts alone, and takes them from any sender"
        " – write `sender: proven` (or `not_contradicted`), or use `assisted`"
    ]
    change(OFFICE, "basis:", "sender: not_contradicted, basis:")
    assert said(pack) == []


def test_a_process_that_carries_no_account_into_its_target_may_take_any_sender(pack: Path, change: Change) -> None:
    change(PROCESS, "en: Text}}", "en: Text}, type: iban}")
    change(PROCESS, 'reference: "{description?}"', "reference: none")
    change(OFFICE, "stage: assisted", "stage: automatic, basis: {text: a law}")
    assert said(pack) == []


@pytest.mark.parametrize("wrong", ["resolver: ns.amt.example", "keys: {firma.example: key.txt}", "port: 0"])
def test_what_is_no_place_of_keys_is_refused(pack: Path, change: Change, wrong: str) -> None:
    change(OFFICE, "buyer_references", f"senders: {{dkim: {{{wrong}}}}}\nbuyer_references")
    assert len(said(pack)) == 1


def test_a_password_in_the_file_is_refused(pack: Path, change: Change) -> None:
    change(OFFICE, "secret: mail-nord", "secret: mail-nord, password: geheim")
    assert any("`password` would hold a secret in the file" in line for line in said(pack))


def test_a_secret_is_a_name_and_not_a_password(pack: Path, change: Change) -> None:
    change(OFFICE, "secret: mail-nord", "secret: Sonne!2026")
    assert said(pack)[0].startswith(f"{OFFICE}:4: `mailboxes[0].secret` is 'Sonne!2026'")


def test_two_offices_do_not_share_a_buyer_reference_or_a_mailbox(pack: Path) -> None:
    (pack / "offices/amt-sued.yaml").write_text((pack / OFFICE).read_text())
    lines = said(pack)
    assert "offices/amt-sued.yaml:2: buyer reference `01000-NORD-11` belongs already to office `amt-nord`" in lines
    assert any(
        line.startswith("offices/amt-sued.yaml:4: mailbox `post@nord.example` is read already") for line in lines
    )


@pytest.mark.parametrize("where", ["done_folder: Eingelesen", "done_folder: INBOX"])
def test_two_doors_of_one_mailbox_do_not_share_a_done_folder(pack: Path, where: str) -> None:
    """What one of them put away would be a stray to the other, or taken in once more."""
    box = "mailboxes: [{account: second, host: %s, user: %s, secret: post, folder: Rechnungen, %s}]"
    first = load([pack]).offices["amt-nord"].mailboxes[0]
    (pack / "offices/amt-sued.yaml").write_text("name: Süd\n" + box % (first.host, first.user, where) + "\n")
    assert any("of mailbox `second` belongs already to" in line for line in said(pack))


def test_two_processes_do_not_take_the_same_kind(pack: Path) -> None:
    text = (pack / PROCESS).read_text()
    (pack / "processes/other.yaml").write_text(text)
    assert any("kind `defect_report` belongs already to process `other`" in line for line in said(pack))


def test_an_example_statute_is_confirmed_only_fictitiously(pack: Path, change: Change) -> None:
    confirmed = "source: a statute\n    confirmed: {by: Gemeinde Dorf, on: 2026-01-15}"
    change("statutes/dorf.yaml", "source: a statute", confirmed)
    change("statutes/dorf.yaml", "municipality: Dorf", "municipality: Dorf\nexample: true")
    assert said(pack) == [
        "statutes/dorf.yaml:7: an example statute cannot be confirmed by a municipality"
        " – copy it under the municipality's own name"
    ]
    change("statutes/dorf.yaml", "2026-01-15", "2026-01-15, fictitious: true")
    assert said(pack) == []


def test_missing_secrets_are_named_with_the_line_that_wants_them(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMTSBOTE_SECRET_MAIL_NORD", raising=False)
    (problem,) = missing_secrets(load([pack]))
    assert str(problem).replace(str(pack) + "/", "") == (
        f"{OFFICE}:4: secret `mail-nord` was not given – set AMTSBOTE_SECRET_MAIL_NORD or …_FILE"
    )
    monkeypatch.setenv("AMTSBOTE_SECRET_MAIL_NORD", "x")
    assert missing_secrets(load([pack])) == []
