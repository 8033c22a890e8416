"""How good a model is on labelled texts it did not see (INTERFACES: `evaluate classifier`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from casework.checks.bounds import Evidence, missing_cases, upper_bound
from classifiers.model.learner import Prediction, train

RISKS = (0.01, 0.05, 0.10)
ALLOWED_ERROR = Decimal("0.01")


def evaluate_texts(
    train_texts: Sequence[str], train_labels: Sequence[str], test_texts: Sequence[str], test_labels: Sequence[str]
) -> tuple[dict[str, Any], list[Prediction]]:
    """Train the shipped learner on one set, try it on the other; figures and one prediction per test text."""
    model = train(train_texts, train_labels)
    predictions = model.predict_many(test_texts)
    predicted = [prediction.label for prediction in predictions]
    curve = risk_coverage(predictions, test_labels)
    figures: dict[str, Any] = {
        **scores(predicted, test_labels),
        "baselines": _baselines(train_texts, train_labels, test_texts, test_labels),
        "coverage_at_risk": {f"{risk:.2f}": coverage_at(curve, risk) for risk in RISKS},
        "coverage_note": "empirical on the test set",
        "risk_coverage": [[round(coverage, 4), round(risk, 4)] for coverage, risk in _thinned(curve)],
        "classes": _classes(predictions, test_labels),
        "classes_note": "missing_cases: confirmed cases still needed to prove an error of at most 1 % at 95 %",
        "abstained": sum(prediction.abstained for prediction in predictions),
    }
    return figures, predictions


def scores(predicted: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Accuracy, and macro F1 over the labels that occur in the test set or the predictions."""
    from sklearn.metrics import accuracy_score, f1_score

    return {
        "accuracy": round(float(accuracy_score(labels, predicted)), 4),
        "macro_f1": round(float(f1_score(labels, predicted, average="macro", zero_division=0)), 4),
    }


def risk_coverage(predictions: Sequence[Prediction], labels: Sequence[str]) -> list[tuple[float, float]]:
    """Coverage and error when only the most confident are accepted, the most confident first."""
    order = sorted(range(len(predictions)), key=lambda place: -predictions[place].confidence)
    curve: list[tuple[float, float]] = []
    wrong = 0
    for count, place in enumerate(order, start=1):
        wrong += predictions[place].label != labels[place]
        curve.append((count / len(order), wrong / count))
    return curve


def coverage_at(curve: Sequence[tuple[float, float]], risk: float) -> float:
    """The largest coverage whose error is not above the risk."""
    return round(max((coverage for coverage, error in curve if error <= risk), default=0.0), 4)


def _thinned(curve: list[tuple[float, float]], most: int = 100) -> list[tuple[float, float]]:
    step = max(1, len(curve) // most)
    return curve[step - 1 :: step]


def _classes(predictions: Sequence[Prediction], labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    checked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for prediction, label in zip(predictions, labels, strict=True):
        if not prediction.abstained:
            checked[prediction.label] += 1
            wrong[prediction.label] += prediction.label != label
    cases = Counter(labels)
    return {
        name: {
            "cases": cases[name],
            "checked": checked[name],
            "errors": wrong[name],
            "error_bound": round(upper_bound(Evidence(checked[name], wrong[name])), 4),
            "missing_cases": missing_cases(Evidence(checked[name], wrong[name]), ALLOWED_ERROR),
        }
        for name in sorted({*cases, *checked})
    }


def _baselines(
    train_texts: Sequence[str], train_labels: Sequence[str], test_texts: Sequence[str], test_labels: Sequence[str]
) -> dict[str, dict[str, float]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    majority = Counter(train_labels).most_common(1)[0][0]
    plain = TfidfVectorizer(sublinear_tf=True, min_df=2 if len(train_texts) >= 200 else 1)
    machine = LinearSVC(random_state=0).fit(plain.fit_transform(train_texts), list(train_labels))
    return {
        "majority": scores([majority] * len(test_labels), test_labels),
        "tfidf_svm": scores([str(label) for label in machine.predict(plain.transform(test_texts))], test_labels),
    }
