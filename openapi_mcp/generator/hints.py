"""What a client is told of a tool beside the protocol's own words: hints that Claude Code honours, where they help."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_mcp.generator.point import in_words, singular, things
from openapi_mcp.model.document import Operation
from openapi_mcp.model.tool import RESULT_SIZE, SEARCH_HINT, WireTool

_SHOWN_ANYWAY = 50_000  # characters of a result that Claude Code shows a model; what is longer goes into a file
_MOST = 500_000  # that the hint can raise that to
_NOTE = 5_000  # characters for what stands beside an answer, under `_note`
_STEP = 10_000
_MOST_WORDS = 8
_FEW, _SHARE = 4, 0.2  # operations, and the share of all, in which a word may stand that helps to find one
_WORD = re.compile(r"[a-z]{3,}")


class Hints:
    """The hints for the tools of one document; `max_response` are the characters of a result, 0 for no limit."""

    def __init__(self, operations: Sequence[Operation], max_response: int) -> None:
        counts = Counter(word for each in operations for word in _words(each))
        fewest = max(_FEW, int(_SHARE * len(operations)))
        self._everywhere = {word for word, count in counts.items() if count > fewest}
        self._size = result_size(max_response)

    def of(self, operation: Operation, said: str) -> Mapping[str, Any]:
        """Return those of a tool of which name, title and description are `said`.

        Its search hint are the words of tags and path that stand in none of these, and not in all of the document:
        tags ["invoices"], /billing/{id}/pdf, "Download a document" -> {"anthropic/searchHint": "invoice billing pdf"}
        """
        known = said.lower()
        words = [word for word in _words(operation) if word not in self._everywhere and _stem(word) not in known]
        return {**({SEARCH_HINT: " ".join(words[:_MOST_WORDS])} if words else {}), **self._size}


def result_size(max_response: int) -> dict[str, int]:
    """Return the hint that lets results of so many characters reach a model, empty where they do without one."""
    if 0 < max_response <= _SHOWN_ANYWAY:
        return {}
    needed = -(-(max_response + _NOTE) // _STEP) * _STEP
    return {RESULT_SIZE: min(needed, _MOST) if max_response else _MOST}


def with_result_size(tool: WireTool, hint: Mapping[str, Any]) -> WireTool:
    """Return a tool that is no operation with the hint for its results, where there is one."""
    return {**tool, "_meta": dict(hint)} if hint else tool


def _words(operation: Operation) -> dict[str, None]:
    """Return the words of tags and path, each once."""
    texts = (*operation.tags, *(name for name, _ in things(operation.path)))
    found = (singular(word) for text in texts for word in in_words(text).split())
    return dict.fromkeys(word for word in found if _WORD.fullmatch(word))


def _stem(word: str) -> str:
    """Return what a word and its plural have in common: "policy" -> "polic"."""
    return word[:-1] if word[-1] in "sye" else word
