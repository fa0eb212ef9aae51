"""index/fusion.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.index.fusion import blended

SCORES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 100.0))


def test_each_set_of_scores_is_measured_by_its_best() -> None:
    """Our choice: a score by words has no upper end, one by meaning has 1."""
    found = blended({"a": 8.0, "b": 4.0}, {"b": 0.2, "c": 0.1}, 0.4)
    assert found == pytest.approx({"a": 1.0, "b": 0.9, "c": 0.2})


def test_the_words_decide_where_they_find_something() -> None:
    """Issue 6: embeddings are fused, never required."""
    found = blended({"by words": 0.1}, {"by meaning": 0.9}, 0.9)
    assert max(found, key=lambda name: found[name]) == "by words"


@given(SCORES)
def test_either_set_alone_keeps_its_order(scores: dict[str, float]) -> None:
    """Law: what is found in one way only is ranked as that way ranks it."""
    order = sorted(scores, key=lambda name: scores[name])
    for found in (blended(scores, {}, 0.5), blended({}, scores, 0.5)):
        ranks = [found[name] for name in order]
        assert ranks == sorted(ranks)
        assert found.keys() == scores.keys()
