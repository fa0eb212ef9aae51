"""Scores of two kinds made one."""

from collections.abc import Mapping

Scores = Mapping[str, float]

_OF_MEANING = 0.2  # beside the words: they decide where they find something, the meaning where they do not


def blended(words: Scores, meaning: Scores) -> Scores:
    """Return the scores by words with those by meaning, each set measured by its best.

    ({"a": 8.0, "b": 4.0}, {"b": 0.2, "c": 0.1}) -> {"a": 1.0, "b": 0.7, "c": 0.1}
    """
    by_word, by_meaning = _measured(words), _measured(meaning)
    names = {**by_word, **by_meaning}
    return {name: by_word.get(name, 0.0) + _OF_MEANING * by_meaning.get(name, 0.0) for name in names}


def _measured(scores: Scores) -> Scores:
    best = max(scores.values(), default=1.0)
    return {name: score / best for name, score in scores.items()}
