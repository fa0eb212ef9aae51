"""Workflows whose summary says all that a request asks for: each is the whole way, where a tool is one step of it."""

from collections.abc import Callable, Mapping

from openapi_mcp.index.clauses import Request
from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.words import SELF
from openapi_mcp.model.document import WORKFLOW

_LEAST_TERMS = 2  # of a request: one word alone is of many things
_LEAST, _MORE = 0.6, 0.4  # how well such a one fits beside the best: at least, and where its summary says no more

Allowed = Callable[[str], bool]
Scores = Mapping[str, float]


class WholeWays:
    """The terms that the summaries of workflows have."""

    def __init__(self, corpus: Corpus) -> None:
        entries = corpus.entries.items()
        said = {name: frozenset(entry.fields.get("summary", ())) for name, entry in entries if entry.method == WORKFLOW}
        self._said = {name: terms for name, terms in said.items() if terms}

    def shares(self, request: Request, allowed: Allowed | None) -> Scores:
        """Return, by workflow, the share of its summary that a request asks for; only of those that say all of it."""
        wanted = request.whole.terms.keys() - {SELF}
        if len(wanted) < _LEAST_TERMS:
            return {}
        return {
            name: len(wanted) / len(terms)
            for name, terms in self._said.items()
            if wanted <= terms and (allowed is None or allowed(name))
        }


def raised(scores: Scores, shares: Scores) -> dict[str, float]:
    """Return the scores, higher for workflows that say all that is asked for."""
    top = max(scores.values(), default=1.0)
    least = {name: top * (_LEAST + _MORE * share) for name, share in shares.items()}
    return {**scores, **{name: max(scores.get(name, 0.0), score) for name, score in least.items()}}
