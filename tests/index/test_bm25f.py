"""index/bm25f.py and index/coverage.py."""

from openapi_mcp.index.bm25f import Bm25f
from openapi_mcp.index.coverage import Coverage

WEIGHTS = {"name": 2.0, "text": 1.0}
LENGTHS = {"name": 0.5, "text": 0.5}


def test_a_word_in_a_weightier_field_counts_more() -> None:
    """Issue 6, Search quality: fields weighted (BM25F)."""
    index = Bm25f({"a": {"name": {"order": 1}}, "b": {"text": {"order": 1}}, "c": {}}, WEIGHTS, LENGTHS)
    scores = index.scores({"order": 1})
    assert scores["a"] > scores["b"] > 0
    assert "c" not in scores


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    """BM25: inverse document frequency."""
    entries = {name: {"text": {"list": 1}} for name in "abcd"} | {"e": {"text": {"refund": 1}}}
    index = Bm25f(entries, WEIGHTS, LENGTHS)
    assert index.scores({"refund": 1})["e"] > index.scores({"list": 1})["a"] > 0


def test_a_word_in_a_long_field_counts_less() -> None:
    """BM25: length normalisation."""
    entries = {"long": {"text": {"order": 1, **{f"w{n}": 1 for n in range(30)}}}, "short": {"text": {"order": 1}}}
    scores = Bm25f(entries, WEIGHTS, LENGTHS).scores({"order": 1})
    assert scores["short"] > scores["long"]


def test_a_word_again_and_again_counts_ever_less() -> None:
    """BM25: saturation; nobody gets to the top by repeating himself."""
    entries = {name: {"text": {"order": count, "x": 100 - count}} for name, count in (("a", 1), ("b", 2), ("c", 90))}
    scores = Bm25f(entries, WEIGHTS, LENGTHS).scores({"order": 1})
    assert scores["a"] < scores["b"] < scores["c"] < 10 * scores["a"]


def test_an_index_of_nothing_finds_nothing() -> None:
    """Our choice."""
    index = Bm25f({}, WEIGHTS, LENGTHS)
    assert index.scores({"order": 1}) == {}
    assert "order" not in index
    assert Coverage({}).shares({"order": 1}) == {}


def test_a_tool_of_which_all_was_asked_for_is_covered_whole() -> None:
    """Our choice: "list pull requests" is all that one tool does, and a part of what others do."""
    coverage = Coverage(
        {
            "pulls": {"summary": {"list": 1, "pull": 1}, "path": {"pull": 1}},
            "files": {"summary": {"list": 1, "pull": 1, "file": 1}, "text": {"order": 1}},
        }
    )
    shares = coverage.shares({"list": 2, "pull": 1})
    assert round(shares["pulls"], 6) == 1.0
    assert 0 < shares["files"] < 1
    assert coverage.shares({"list": 0.5, "pull": 0.5})["pulls"] == shares["pulls"] / 2
    assert coverage.shares({"order": 1}) == {}
