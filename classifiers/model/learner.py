"""TF-IDF of words and character n-grams, a linear model, calibrated on predictions it was not trained on.

The margins of out-of-fold predictions are turned into probabilities by one temperature (Guo et al. 2017); below the
threshold the model abstains. What it decides is never automatic unless the gate finds its error bound proven.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from casework.words.errors import AmtsboteError

LEAST_CONFIDENCE = 0.8
LEAST_KNOWN = 0.4
"""A text of which the model knows fewer of the words than this is none of its kinds, whatever the margins say."""
COLDEST = 0.15
"""On few, clean examples the best temperature would be next to zero and every guess a certainty."""
FOLDS = 3
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"(?u)\b\w[\w\-]+\b")


class TooFewExamples(AmtsboteError):
    """A model needs at least two labels with two texts each."""


@dataclass(frozen=True)
class Prediction:
    """What the model thinks of a text: `terms` are the words that spoke most for the label."""

    label: str
    confidence: float
    abstained: bool
    terms: tuple[str, ...] = ()


@dataclass
class Model:
    """A trained model: vectorisers and a linear classifier of scikit-learn, a temperature and a threshold."""

    words: Any
    characters: Any
    linear: Any
    labels: tuple[str, ...]
    temperature: float
    threshold: float
    metadata: dict[str, Any] = field(default_factory=dict)

    def predict(self, text: str) -> Prediction:
        """The label of one text, with the words that decided."""
        return self.predict_many([text], explain=True)[0]

    def predict_many(self, texts: Sequence[str], *, explain: bool = False) -> list[Prediction]:
        """The labels of many texts, in their order."""
        if not texts:
            return []
        matrix = vectors(self.words, self.characters, texts)
        chances = probabilities(margins(self.linear, matrix), self.temperature)
        best = chances.argmax(axis=1)
        predictions: list[Prediction] = []
        for row, column in enumerate(best):
            confidence = float(chances[row, column])
            terms = self._terms(matrix[row], int(column)) if explain else ()
            abstained = confidence < self.threshold or self.known_share(texts[row]) < LEAST_KNOWN
            predictions.append(Prediction(self.labels[int(column)], round(confidence, 4), abstained, terms))
        return predictions

    def known_share(self, text: str) -> float:
        """The share of the text's different words that stood in the training texts."""
        found = set(_WORD.findall(prepare(text)))
        return sum(word in self.words.vocabulary_ for word in found) / len(found) if found else 0.0

    def _terms(self, row: Any, column: int, most: int = 6) -> tuple[str, ...]:
        """The words (not the character n-grams) with the largest share in the margin."""
        coefficients = self.linear.coef_
        sign = 1.0 if coefficients.shape[0] > 1 or column == 1 else -1.0
        weights = coefficients[column if coefficients.shape[0] > 1 else 0] * sign
        names = self.words.get_feature_names_out()
        shares = [
            (float(value) * float(weights[place]), place)
            for place, value in zip(row.indices, row.data, strict=True)
            if place < len(names)
        ]
        chosen = sorted((share for share in shares if share[0] > 0), reverse=True)[:most]
        return tuple(str(names[place]) for _, place in chosen)


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    threshold: float = LEAST_CONFIDENCE,
    metadata: dict[str, Any] | None = None,
) -> Model:
    """Train on labelled texts. Raises TooFewExamples."""
    counts = Counter(labels)
    if len(texts) != len(labels) or len(counts) < 2 or min(len(texts), sum(count > 1 for count in counts.values())) < 2:
        raise TooFewExamples("a model needs at least two kinds with two texts each; give it more confirmed letters")
    words, characters = vectorisers(len(texts))
    words.fit(map(prepare, texts))
    characters.fit(map(prepare, texts))
    matrix = vectors(words, characters, texts)
    names = tuple(sorted(counts))
    temperature = _fit_temperature(*_out_of_fold(matrix, list(labels), names))
    linear = classifier().fit(matrix, list(labels))
    about = {"texts": len(texts), "labels": dict(sorted(counts.items())), **(metadata or {})}
    return Model(words, characters, linear, names, temperature, threshold, about)


def prepare(text: str) -> str:
    """NFC, lower case, digits as one sign: numbers tell letters apart, not kinds."""
    return _NUMBER.sub("0", unicodedata.normalize("NFC", text).lower())[:8000]


def vectorisers(count: int) -> tuple[Any, Any]:
    """Words (one and two) and character n-grams (three to five, within words), sublinear."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    least = 1 if count < 200 else 2
    words = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=least,
        max_df=0.9,
        sublinear_tf=True,
        lowercase=False,
        token_pattern=_WORD.pattern,
        max_features=60_000,
    )
    characters = TfidfVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 5),
        min_df=max(least, 2),
        sublinear_tf=True,
        lowercase=False,
        max_features=60_000,
    )
    return words, characters


def classifier() -> Any:
    """A linear support vector machine, classes weighted by how rare they are."""
    from sklearn.svm import LinearSVC

    return LinearSVC(C=0.6, class_weight="balanced", random_state=0)


def vectors(words: Any, characters: Any, texts: Sequence[str]) -> Any:
    """The sparse matrix of both vectorisers side by side, words first."""
    from scipy.sparse import hstack  # type: ignore[import-untyped] # scipy has no types of its own

    prepared = [prepare(text) for text in texts]
    return hstack([words.transform(prepared), characters.transform(prepared)], format="csr")


def margins(linear: Any, matrix: Any) -> Any:
    """One margin per label, also where the classifier gives one number for two labels."""
    import numpy as np

    scores = linear.decision_function(matrix)
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def probabilities(scores: Any, temperature: float) -> Any:
    """Softmax of the margins over the temperature."""
    import numpy as np

    scaled = scores / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _out_of_fold(matrix: Any, labels: list[str], names: tuple[str, ...]) -> tuple[Any, Any]:
    """Margins of every text by a model that did not see it, and the index of its label."""
    import numpy as np
    from sklearn.model_selection import KFold

    wanted = np.array([names.index(label) for label in labels])
    scores = np.full((len(labels), len(names)), -2.0)
    seen = np.zeros(len(labels), dtype=bool)
    for training, held in KFold(min(FOLDS, len(labels)), shuffle=True, random_state=0).split(matrix):
        known = sorted({labels[place] for place in training})
        if len(known) < 2:
            continue
        fitted = classifier().fit(matrix[training], [labels[place] for place in training])
        columns = [names.index(name) for name in known]
        scores[np.ix_(held, columns)] = margins(fitted, matrix[held])
        seen[held] = True
    return scores[seen], wanted[seen]


def _fit_temperature(scores: Any, wanted: Any) -> float:
    """The temperature with the least negative log likelihood on the out-of-fold margins."""
    import numpy as np

    def loss(temperature: float) -> float:
        chances = probabilities(scores, temperature)[np.arange(len(wanted)), wanted]
        return float(-np.log(np.clip(chances, 1e-12, 1)).mean())

    return min((float(value) for value in np.geomspace(COLDEST, 3.0, 50)), key=loss) if len(wanted) else 1.0
