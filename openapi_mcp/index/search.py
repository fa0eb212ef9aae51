"""Finding tools by the words of a task."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.plan import plan
from openapi_mcp.index.words import terms
from openapi_mcp.model.capability import Capabilities

DEFAULT_LIMIT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A tool that was found; a higher score is better, and says nothing across searches."""

    tool: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best hits, best first; `plan` are the calls that lead to the first, "" where it needs none before it."""

    hits: tuple[Hit, ...]
    plan: str = ""


class Index:
    """An index over a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.capabilities: Capabilities = corpus.capabilities
        self._entries = corpus.entries

    def search(
        self, query: str, limit: int = DEFAULT_LIMIT, allowed: Callable[[str], bool] = lambda _tool: True
    ) -> Found:
        """Return what these words find among the tools that are `allowed`."""
        wanted = terms(query)
        hits = []
        for name, entry in self._entries.items():
            score = sum(math.log1p(field.get(term, 0)) for term in wanted for field in entry.values())
            if score > 0 and allowed(name):
                hits.append(Hit(tool=name, score=round(score, 3)))
        hits.sort(key=lambda hit: -hit.score)
        best = [hit.tool for hit in hits[:limit]]
        led = plan(best[0], self.capabilities, best) if best else ""
        return Found(hits=tuple(hits[:limit]), plan=led)
