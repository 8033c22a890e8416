"""What holds for one office and one process: overlays, recorded decisions, digests, systems, baselines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
import yaml

from casework.configuration import Configuration, Override, export_overrides, lay_over, load
from casework.configuration.vocabulary import Stage
from casework.words.errors import ConfigurationError

Change = Callable[[str, str, str], Path]


@pytest.fixture
def configuration(pack: Path) -> Configuration:
    return load([pack])


def test_a_process_the_office_does_not_name_is_off(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "  report: {stage: assisted}", "  {}")
    assert load([pack]).effective("amt-nord", "report").stage is Stage.OFF


def test_an_unknown_office_is_answered_with_the_known_ones(configuration: Configuration) -> None:
    with pytest.raises(ConfigurationError, match="there is no office 'amt-sued'; known are amt-nord"):
        configuration.effective("amt-sued", "report")


def test_a_recorded_decision_overrides_the_files(configuration: Configuration) -> None:
    decision = Override("offices/amt-nord", "processes.report.stage", "shadow", "decision 7")
    assert lay_over(configuration, [decision]).effective("amt-nord", "report").stage is Stage.SHADOW
    assert configuration.effective("amt-nord", "report").stage is Stage.ASSISTED


def test_a_decision_may_set_a_whole_mapping(configuration: Configuration) -> None:
    decisions = [
        Override("offices/amt-nord", "processes.report.basis", {"text": "Dienstanweisung", "fictitious": True}),
        Override("offices/amt-nord", "processes.report.stage", "automatic"),
    ]
    found = lay_over(configuration, decisions).effective("amt-nord", "report")
    assert (found.stage, found.basis.text if found.basis else "") == (Stage.AUTOMATIC, "Dienstanweisung")


def test_a_decision_is_checked_like_the_files_and_names_itself(configuration: Configuration) -> None:
    decision = Override("offices/amt-nord", "processes.report.stage", "automatic", "decision 7")
    with pytest.raises(ConfigurationError) as caught:
        lay_over(configuration, [decision])
    assert caught.value.problems == (
        "record:offices/amt-nord (decision 7):0: process `report` is automatic without a recorded legal basis"
        " – add `basis: {text: …}` or use `assisted`",
    )


def test_decisions_about_nothing_known_are_refused(configuration: Configuration) -> None:
    with pytest.raises(ConfigurationError, match="names nothing known"):
        lay_over(configuration, [Override("offices/amt-sued", "land", "NI")])


def test_decisions_are_written_back_as_an_overlay_that_reads_the_same(pack: Path, tmp_path: Path) -> None:
    decisions = [
        Override("offices/amt-nord", "processes.report.stage", "shadow"),
        Override("offices/amt-nord", "processes.report.stage", "off"),
        Override("processes/report", "due_after_days", 3),
    ]
    written = export_overrides(decisions)
    assert sorted(map(str, written)) == ["offices/amt-nord.yaml", "processes/report.yaml"]
    assert yaml.safe_load(written[PurePosixPath("processes/report.yaml")]) == {"due_after_days": 3}
    for name, text in written.items():
        path = tmp_path / "overlay" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    by_files = load([pack, tmp_path / "overlay"]).effective("amt-nord", "report")
    by_record = lay_over(load([pack]), decisions).effective("amt-nord", "report")
    assert (by_files.stage, by_files.due_after_days) == (by_record.stage, by_record.due_after_days) == (Stage.OFF, 3)


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        ("processes/report.yaml", "Meldung {place}", "Mangel {place}", False),
        ("systems/tray.yaml", "{title}", "{title}!", False),
        ("offices/amt-nord.yaml", "01000-NORD-11", "01000-NORD-12", False),
        ("offices/amt-nord.yaml", "stage: assisted", "stage: shadow", True),
        ("processes/report.yaml", "{de: Meldung, en: Report}", "{de: Mängelmeldung, en: Report}", True),
        ("statutes/dorf.yaml", '"30.00"', '"31.00"', True),
    ],
)
def test_the_digest_of_a_process_changes_with_what_decides_its_cases(
    pack: Path, change: Change, file: str, old: str, new: str, same: bool
) -> None:
    before = load([pack]).digest_for("amt-nord", "report")
    change(file, old, new)
    assert (load([pack]).digest_for("amt-nord", "report") == before) is same


def test_the_system_of_an_office_has_its_folder(pack: Path, configuration: Configuration) -> None:
    catalogue = configuration.system_for("amt-nord", "tray")
    assert catalogue.model_dump()["folder"] == str(pack / "offices/drops")


def test_the_reader_learns_what_proves_a_sender(configuration: Configuration) -> None:
    office = configuration.office("amt-nord")
    context = office.reading_context(office.mailboxes[0])
    assert (context.authserv_id, context.form_senders, context.model_path) == (None, (), None)


def test_a_better_known_and_an_own_baseline_come_first(pack: Path) -> None:
    table = (pack / "baselines/report.yaml").read_text()
    measured = "process: report\nminutes: 4.5\nvalid_from: 2026-07-01\nprovenance: measured\nsource: a time study\n"
    (pack / "baselines/report_measured.yaml").write_text(measured)
    (pack / "baselines/report_nord.yaml").write_text(
        measured.replace("4.5", "3").replace("measured", "owner_estimate") + "office: amt-nord\n"
    )
    found = load([pack])
    assert table
    assert _minutes(found, date(2026, 6, 30)) == (5.0, 300)
    assert _minutes(found, date(2026, 7, 1)) == (4.5, 270)
    assert _minutes(found, date(2026, 7, 1), office="amt-nord") == (3.0, 180)
    assert found.baseline("report", date(2024, 12, 31)) is None


def test_an_office_may_name_its_baseline(pack: Path, change: Change) -> None:
    other = (
        "process: report\nminutes: 9\nvalid_from: 2026-01-01\nprovenance: owner_estimate\nsource: the head of unit\n"
    )
    (pack / "baselines/report_other.yaml").write_text(other)
    (pack / "baselines/report_measured.yaml").write_text(other.replace("9", "4").replace("owner_estimate", "measured"))
    change("offices/amt-nord.yaml", "stage: assisted", "stage: assisted, baseline: report_other")
    found = load([pack])
    assert _minutes(found, date(2026, 7, 1), office="amt-nord") == (9.0, 540)
    assert _minutes(found, date(2025, 7, 1), office="amt-nord") == (5.0, 300)
    assert _minutes(found, date(2026, 7, 1)) == (4.0, 240)


def _minutes(found: Configuration, on: date, office: str | None = None) -> tuple[float, int]:
    baseline = found.baseline("report", on, office=office)
    assert baseline is not None
    return float(baseline.minutes), baseline.seconds
