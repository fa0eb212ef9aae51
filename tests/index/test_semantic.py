"""index/semantic.py: the real model, and an index that has it."""

import pytest
from support import make

from openapi_mcp.embedding import load_model
from openapi_mcp.index.corpus import read_corpus
from openapi_mcp.index.search import Index
from openapi_mcp.index.semantic import Meaning, read_meaning

PLAYER = {
    "/player/volume": {"put": {"summary": "Set the playback volume"}},
    "/player/next": {"post": {"summary": "Skip to the next track"}},
    "/player/pause": {"put": {"summary": "Pause playback"}},
    "/artists/{id}/related": {"get": {"summary": "Artists related to an artist"}},
    "/playlists": {"post": {"summary": "Create a playlist"}},
    "/markets": {"get": {"summary": "Countries where the service is available"}},
}
TOOLS = make.toolset(PLAYER).tools
NAMES = {tool.name: tool.operation.path for tool in TOOLS}
CORPUS = read_corpus(TOOLS, {}, {})


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return read_meaning(CORPUS, load_model())


def best(meaning: Meaning, *parts: str) -> list[str]:
    scores = meaning.scores(parts)
    return [NAMES[name] for name in sorted(scores, key=lambda name: -scores[name])]


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        ("make it louder", "/player/volume"),
        ("comparable musicians", "/artists/{id}/related"),
        ("Brazil", "/markets"),
        ("halt", "/player/pause"),
    ],
)
def test_other_words_for_the_same_find_the_tool(meaning: Meaning, request_: str, path: str) -> None:
    """Issue 6, Search quality: what no word of the tool says."""
    assert best(meaning, request_)[0] == path


def test_each_part_of_a_request_finds_its_tool(meaning: Meaning) -> None:
    """Our choice: a tool is measured by the part that it is nearest to."""
    assert set(best(meaning, "make it quieter", "Brazil")[:2]) == {"/player/volume", "/markets"}


def test_a_request_of_no_parts_finds_nothing(meaning: Meaning) -> None:
    """Our choice: there is nothing to measure by."""
    assert meaning.scores([]) == {}


@pytest.mark.parametrize("texts", [{}, {"only": "Set the volume"}, {"one": "The same", "other": "The same"}])
def test_lists_of_few_tools_are_searched_too(texts: dict[str, str]) -> None:
    """Our choice: what few texts have in common is most of what they say, and is not all taken off."""
    scores = Meaning(texts, load_model()).scores(["turn the volume down"])
    assert scores.keys() <= texts.keys()
    assert all(0 < score <= 1.001 for score in scores.values())
    assert ("only" in scores) is ("only" in texts)


def test_the_index_finds_by_words_and_by_meaning(meaning: Meaning) -> None:
    """Issue 6: optional embeddings, fused, never required."""
    request = "Brazil"
    by_words, by_both = Index(CORPUS).search(request), Index(CORPUS, meaning).search(request)
    assert "/markets" not in [NAMES[hit.tool] for hit in by_words.hits]
    assert NAMES[by_both.hits[0].tool] == "/markets"


def test_what_is_not_allowed_is_not_found_by_meaning_either(meaning: Meaning) -> None:
    """Issue 6: filters bind the search as they bind the list."""
    found = Index(CORPUS, meaning).search("Brazil", allowed=lambda name: NAMES[name] != "/markets")
    assert "/markets" not in [NAMES[hit.tool] for hit in found.hits]


@pytest.mark.parametrize("request_", ["", "   ", "what is the"])
def test_a_request_that_says_nothing_finds_nothing(meaning: Meaning, request_: str) -> None:
    """Our choice: something is always nearest, and yet nothing was asked for."""
    assert Index(CORPUS, meaning).search(request_).hits == ()
