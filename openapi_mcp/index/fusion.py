"""Scores of two kinds made one."""

from collections.abc import Mapping

Scores = Mapping[str, float]


def blended(words: Scores, meaning: Scores, weight: float) -> Scores:
    """Return the scores by words with those by meaning, each set measured by its best; `weight` is the meaning's.

    ({"a": 8.0, "b": 4.0}, {"b": 0.2, "c": 0.1}, 0.4) -> {"a": 1.0, "b": 0.9, "c": 0.2}
    """
    by_word, by_meaning = _measured(words), _measured(meaning)
    names = {**by_word, **by_meaning}
    return {name: by_word.get(name, 0.0) + weight * by_meaning.get(name, 0.0) for name in names}


def _measured(scores: Scores) -> Scores:
    best = max(scores.values(), default=1.0)
    return {name: score / best for name, score in scores.items()}
