"""The model: it learns, it is calibrated enough to abstain, and nobody can slip another one under."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers.model.judging import judge
from classifiers.model.keeping import ModelRefused, load, save
from classifiers.model.learner import Model, TooFewExamples, train
from classifiers.model.measuring import coverage_at, evaluate_texts, risk_coverage

DOG = [
    f"Ich möchte meinen Hund {name} anmelden, er ist ein {breed}."
    for name in ("Rex", "Ole", "Bo", "Fin", "Max", "Tim")
    for breed in ("Dackel", "Pudel")
]
ROAD = [
    f"In der {street} ist ein {hole} im Asphalt."
    for street in ("Hauptstraße", "Dorfstraße", "Bahnstraße", "Ringstraße", "Parkallee", "Weide")
    for hole in ("Loch", "Riss")
]


@pytest.fixture(scope="module")
def model() -> Model:
    return train(DOG + ROAD, ["dog"] * len(DOG) + ["road"] * len(ROAD), metadata={"source": "test"})


def test_it_tells_kinds_apart_and_shows_the_words_that_decided(model: Model) -> None:
    prediction = model.predict("Bitte den Hund Karl anmelden")

    assert (prediction.label, prediction.abstained) == ("dog", False)
    assert {"hund", "anmelden"} & set(" ".join(prediction.terms).split())


def test_it_abstains_on_what_it_has_never_seen(model: Model) -> None:
    assert model.predict("Quarterly newsletter xyz").abstained


def test_a_model_needs_two_kinds() -> None:
    with pytest.raises(TooFewExamples):
        train(["a", "b"], ["dog", "dog"])


def test_a_model_survives_its_file_and_is_signed(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "kinds.skops"
    save(model, path, key=b"k" * 32)
    loaded = load(path, key=b"k" * 32)

    assert loaded.predict("Hund anmelden") == model.predict("Hund anmelden")
    assert loaded.metadata == {"texts": 24, "labels": {"dog": 12, "road": 12}, "source": "test"}
    with pytest.raises(ModelRefused):
        load(path, key=b"x" * 32)


def test_an_altered_model_is_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "kinds.skops"
    save(model, path)
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(ModelRefused):
        load(path)
    with pytest.raises(ModelRefused):
        load(tmp_path / "missing.skops")


def test_the_judge_leaves_out_where_the_model_abstains(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "kinds.skops"
    save(model, path)
    verdicts = judge({"1": "Hund anmelden, ein Dackel", "2": "Quarterly newsletter", "3": " "}, path)

    assert {part: label for part, (label, _) in verdicts.items()} == {"1": "dog"}


def test_figures_of_an_evaluation_are_those_of_the_interface() -> None:
    figures, predictions = evaluate_texts(
        DOG[:8] + ROAD[:8], ["dog"] * 8 + ["road"] * 8, DOG[8:] + ROAD[8:], ["dog"] * 4 + ["road"] * 4
    )

    assert figures["accuracy"] == figures["macro_f1"] == 1.0
    assert figures["baselines"]["majority"]["accuracy"] == 0.5
    assert figures["classes"]["dog"]["missing_cases"] >= 295
    assert set(figures["coverage_at_risk"]) == {"0.01", "0.05", "0.10"}
    assert len(predictions) == 8


def test_coverage_at_a_risk_is_the_largest_that_keeps_it() -> None:
    assert coverage_at([(0.25, 0.0), (0.5, 0.5), (0.75, 0.05), (1.0, 0.2)], 0.05) == 0.75
    assert risk_coverage([], []) == []
