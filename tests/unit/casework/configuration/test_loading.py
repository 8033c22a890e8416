"""Reading folders: objects by id with their places, every problem with file and line, layers over each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from casework.configuration import Configuration, Problem, config_folders, forget, load, problems, shipped
from casework.configuration.loading import current
from casework.configuration.vocabulary import Stage
from casework.words.errors import ConfigurationError

Change = Callable[[str, str, str], Path]
Write = Callable[[str, str], Path]


def said(pack: Path, *more: Path) -> list[str]:
    return [str(problem).replace(str(pack) + "/", "") for problem in problems([pack, *more])]


def test_the_small_pack_has_no_problem(pack: Path) -> None:
    assert problems([pack]) == []


def test_objects_are_found_by_id_and_know_their_line(pack: Path) -> None:
    configuration = load([pack])
    assert sorted(configuration.processes) == ["report"]
    assert configuration.processes["report"].origin.file == str(pack / "processes/report.yaml")
    assert configuration.processes["report"].postings[0].origin.line == 9
    assert configuration.offices["amt-nord"].mailboxes[0].origin.line == 4
    assert configuration.origins["systems", "tray"].line == 1


def test_an_unknown_key_is_named_with_its_line_and_a_near_word(pack: Path, change: Change) -> None:
    change("processes/report.yaml", "postings:", "postigns:")
    assert said(pack) == ["processes/report.yaml:8: unknown key `postigns` – did you mean `postings`?"]


def test_a_missing_key_is_named_where_it_should_stand(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "user: post, ", "")
    assert said(pack) == ["offices/amt-nord.yaml:4: `user` is missing in `mailboxes[0]` – add it"]


def test_an_unknown_word_is_answered_with_a_near_one(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "assisted", "asisted")
    assert said(pack) == ["offices/amt-nord.yaml:7: `processes.report.stage` is 'asisted' – did you mean `assisted`?"]


def test_off_is_a_stage_and_not_false(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "assisted", "off")
    assert load([pack]).effective("amt-nord", "report").stage is Stage.OFF


def test_broken_yaml_is_one_sentence_with_its_line(pack: Path, write: Write) -> None:
    write("processes/report.yaml", "title: {de: Meldung\nkinds: [defect_report]\n")
    (problem, *_) = problems([pack])
    assert problem.origin.line == 2
    assert problem.message.startswith("this is not valid YAML")


def test_a_key_given_twice_is_refused(pack: Path, change: Change) -> None:
    change("processes/report.yaml", "baseline: report", "baseline: report\nbaseline: other")
    assert "processes/report.yaml:4: `baseline` stands here twice, first in line 3" in said(pack)


def test_an_empty_file_and_a_wrong_encoding_are_problems(pack: Path) -> None:
    (pack / "processes/empty.yaml").write_text("")
    (pack / "processes/latin.yaml").write_bytes("title: Müll\n".encode("latin-1"))
    lines = said(pack)
    assert "processes/empty.yaml:1: the file is empty – fill it or remove it" in lines
    assert "processes/latin.yaml:1: the file is not UTF-8 – save it as UTF-8" in lines


def test_all_problems_are_told_at_once(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "assisted", "asisted")
    change("processes/report.yaml", "kinds:", "kind:")
    change("baselines/report.yaml", "minutes: 5", "minutes: many")
    assert {line.split(":")[0] for line in said(pack)} >= {
        "baselines/report.yaml",
        "offices/amt-nord.yaml",
        "processes/report.yaml",
    }


def test_load_raises_with_every_problem(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "assisted", "asisted")
    with pytest.raises(ConfigurationError) as caught:
        load([pack])
    assert caught.value.problems == tuple(map(str, problems([pack])))


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = problems([tmp_path / "nowhere"])
    assert problem.message == "this configuration folder does not exist"


def test_a_misspelt_folder_is_noticed(pack: Path, write: Write) -> None:
    write("ofices/amt-sued.yaml", "name: Amt Süd\n")
    assert said(pack) == ["ofices:0: unknown folder `ofices` – did you mean `offices`?"]


def test_the_id_is_the_name_of_the_file(pack: Path, change: Change) -> None:
    change("offices/amt-nord.yaml", "name: Amt Nord", "id: amt-sued\nname: Amt Nord")
    assert said(pack)[0].startswith(
        "offices/amt-nord.yaml:1: `id` is 'amt-sued', the file is called amt-nord.yaml – write amt-nord"
    )


def test_two_objects_of_one_id_in_one_folder_are_refused(pack: Path, write: Write) -> None:
    text = (pack / "baselines/report.yaml").read_text()
    twice = "".join("- id: report\n" + "".join(f"  {line}\n" for line in text.splitlines()) for _ in "ab")
    (pack / "baselines/report.yaml").write_text(twice)
    (line,) = said(pack)
    assert line.startswith("baselines/report.yaml:9: the id `report` stands already in")


def test_a_later_folder_changes_single_keys(pack: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "processes").mkdir(parents=True)
    (overlay / "processes/report.yaml").write_text("due_after_days: 5\ntitle: {de: Mängel}\n")
    process = load([pack, overlay]).processes["report"]
    assert (process.due_after_days, process.title.de, process.title.en) == (5, "Mängel", "Report")


def test_a_mistake_in_the_overlay_is_told_with_the_overlays_line(pack: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "processes").mkdir(parents=True)
    (overlay / "processes/report.yaml").write_text("# ours\ndue_after_days: soon\n")
    (problem,) = problems([pack, overlay])
    assert (problem.origin.file, problem.origin.line) == (str(overlay / "processes/report.yaml"), 2)


def test_an_overlay_confirms_one_version_of_a_statute(pack: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay"
    (overlay / "statutes").mkdir(parents=True)
    text = 'versions: {"2021-01-01": {confirmed: {by: Gemeinde Dorf, on: 2026-01-15}}}\n'
    (overlay / "statutes/dorf.yaml").write_text(text)
    (version,) = load([pack, overlay]).statutes["dorf"].versions.values()
    assert version.confirmed is not None
    assert (version.confirmed.by, version.tariff.rates) == ("Gemeinde Dorf", (3000, 5000))


def test_file_names_are_meant_relative_to_the_offices_file(pack: Path) -> None:
    office = load([pack]).offices["amt-nord"]
    assert office.mailboxes[0].ca_file == pack / "offices/ca.pem"
    assert office.systems["tray"].folder == pack / "offices/drops"


def test_the_digest_changes_with_any_byte(pack: Path, change: Change) -> None:
    before = load([pack]).digest
    change("offices/amt-nord.yaml", "Amt Nord", "Amt Nordost")
    after = load([pack]).digest
    assert (len(before), before == after) == (64, False)


def test_the_current_configuration_is_the_one_the_environment_names(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    monkeypatch.setenv("AMTSBOTE_CONFIG", f"{pack}:{overlay}")
    forget()
    try:
        assert config_folders() == (pack, overlay)
        assert sorted(current().offices) == ["amt-nord"]
        assert current() is current()
    finally:
        forget()


def test_the_shipped_pack_has_no_problem() -> None:
    assert [str(problem) for problem in problems([shipped()])] == []
    assert isinstance(load([shipped()]), Configuration)


def test_a_problem_reads_as_file_line_message_and_hint() -> None:
    from casework.configuration import Origin

    assert str(Problem(Origin("a.yaml", 3), "wrong", "do right")) == "a.yaml:3: wrong – do right"
