"""Finding tools by what a task says: by its words, by what it means, and by what the best of them need."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openapi_mcp.index.by_words import Allowed, ByWords, Scores
from openapi_mcp.index.clauses import Request, read_request
from openapi_mcp.index.corpus import Corpus
from openapi_mcp.index.entities import parse, split
from openapi_mcp.index.fusion import blended
from openapi_mcp.index.lift import Lift
from openapi_mcp.index.names import has_id, has_name
from openapi_mcp.index.plan import plan
from openapi_mcp.index.semantic import Meaning
from openapi_mcp.index.whole_ways import WholeWays, raised
from openapi_mcp.index.words import stem
from openapi_mcp.model.capability import Capabilities, Need

DEFAULT_LIMIT = 10
_NAMED = 0.5  # how well a tool fits the words of a request, beside the best, that is named by them; a workflow wholly


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A tool that was found, and how well it fits beside the best, which has 1."""

    tool: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best hits, best first; `plan` are the calls that lead to the first, "" where it needs none before it.

    A workflow that is all of what is asked for is named in front of them.
    """

    hits: tuple[Hit, ...]
    plan: str = ""


class Index:
    """Finds the tools of a corpus, by what they mean too where that is given.

    Making it takes long, asking it does not; it may be asked from several threads.
    """

    def __init__(self, corpus: Corpus, meaning: Meaning | None = None) -> None:
        self.capabilities: Capabilities = corpus.capabilities
        self._lift = Lift(corpus.capabilities)
        self._words, self._meaning = ByWords(corpus), meaning
        self._whole_ways = WholeWays(corpus)

    def search(self, query: str, limit: int = DEFAULT_LIMIT, allowed: Allowed | None = None) -> Found:
        """Return what a request finds among the tools that are `allowed`, all where nothing is said."""
        request = read_request(query)
        fitting = self._fitting(request, allowed)
        whole = self._whole_ways.shares(request, allowed)
        scores = raised(self._lifted(request, fitting, allowed), whole)
        best = sorted(scores, key=lambda name: (-scores[name], name))[:limit]
        top = scores[best[0]] if best else 1.0
        hits = tuple(Hit(tool=name, score=round(scores[name] / top, 3)) for name in best)
        if not best:
            return Found(hits=hits)
        steps = self._plan(request, best, fitting, allowed)
        return Found(hits=hits, plan=_with_whole(steps, best, whole))

    def _fitting(self, request: Request, allowed: Allowed | None) -> Scores:
        """Return the scores by words, with those by meaning as far as no tool has the words."""
        by_words, unknown = self._words.scores(request, allowed), self._words.unknown(request)
        if self._meaning is None or not unknown:
            return by_words
        parts = [clause.text for clause in request.clauses or (request.whole,) if clause.terms]
        near = {
            name: score * self._words.fitness(request.whole, name)
            for name, score in self._meaning.scores(parts).items()
            if allowed is None or allowed(name)
        }
        return blended(by_words, near, unknown)

    def _lifted(self, request: Request, scores: Scores, allowed: Allowed | None) -> Scores:
        """Return the scores with those of the tools that come before the best, where the request does not name them."""
        if _may_have_id(request):
            return scores
        with_makers = self._lift.lifted(scores, by_name=self._has_name(request))
        return {name: score for name, score in with_makers.items() if allowed is None or allowed(name)}

    def _has_name(self, request: Request) -> bool:
        return has_name(request.text, self._words.knows)

    def _plan(self, request: Request, best: Sequence[str], fitting: Scores, allowed: Allowed | None) -> str:
        enough = _NAMED * max(fitting.values(), default=0.0)
        named = {name for name, score in fitting.items() if score >= enough}
        return plan(best[0], self.capabilities, best, named, allowed, partial(self._asks, request))

    def _asks(self, request: Request, need: Need) -> bool:
        """Return whether a request asks for what may be given: it says what that is, or has a name to find it by."""
        if _may_have_id(request):
            return False
        names = (parse(need.argument).words, *map(split, need.entity.split(" or ")))
        if any(name and request.whole.terms.keys() >= set(map(stem, name)) for name in names):
            return True
        finds = any(self.capabilities[each.tool].finds for each in need.producers if each.tool in self.capabilities)
        return finds and self._has_name(request)


def _with_whole(steps: str, best: Sequence[str], whole: Scores) -> str:
    """Return a plan with the workflow before it that is the whole way: "orderFor, or customers_list -> ..."."""
    first = next((name for name in best if whole.get(name, 0.0) >= _NAMED), best[0])
    return f"{first}, or {steps}" if steps and first != best[0] else steps


def _may_have_id(request: Request) -> bool:
    """Return whether a request may have the very id of what it is about: "cancel order A-17"."""
    return not request.clauses and has_id(request.text)
