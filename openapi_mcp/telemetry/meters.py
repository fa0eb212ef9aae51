"""What calls came to, added up: a few additions for each call, and families of numbers when somebody asks."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from openapi_mcp.model.call import Blob, Result
from openapi_mcp.model.text import one_line
from openapi_mcp.model.trace import Trace
from openapi_mcp.telemetry.families import BOUNDS, Family, Form, Spread, counter

UNKNOWN = "(unknown)"
OTHERS = "(others)"
OK = "ok"
_MOST_TOOLS = 500  # that have numbers of their own: each name stays, and takes a millisecond to write down
_MOST_STRATEGIES = 100  # other packages bring some
_LONGEST_LABEL = 100
_CLASSES = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}
_NO_ANSWER = "none"
_OF_A_TOOL = ("api", "tool")

Name = tuple[str, str]
Source = Callable[[], Iterable[Family]]
"""Returns numbers of this moment."""


@dataclass(slots=True)
class _Sums:
    """What the calls of one tool came to; `ends` counts them by kind of failure and class of status."""

    ends: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    spread: Spread = field(default_factory=Spread)
    caches: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    size: int = 0
    waited: float = 0.0
    held: float = 0.0
    is_held: int = 0
    lookups: int = 0
    failed_lookups: int = 0


class Meters:
    """Adds up what calls come to, in the event loop's thread; its numbers are read in any.

    `on_source` are told when there is another source of numbers.
    """

    def __init__(self) -> None:
        self.on_source: list[Callable[[], None]] = []
        self._sources: list[Source] = []
        self._sums: dict[Name, _Sums] = {}
        self._strategies: Counter[str] = Counter()

    def add(self, source: Source) -> None:
        """Ask this, too, whenever the numbers are read."""
        self._sources.append(source)
        for told in self.on_source:
            told()

    def note(self, api: str, tool: str, result: Result, duration: float) -> None:
        """Add up one call; `tool` is one of those that there are, or UNKNOWN."""
        sums = self._sums.get((api, tool)) or self._of(api, tool)
        trace, failure = result.trace, result.failure
        status = trace.status if trace is not None else None
        sums.ends[failure.kind.value if failure is not None else OK, None if status is None else status // 100] += 1
        sums.spread.counts[bisect_left(BOUNDS, duration)] += 1
        sums.spread.total += duration
        for each in result.content:
            sums.size += len(each.data) if isinstance(each, Blob) else len(each.text)
        if trace is not None:
            self._note_trace(sums, trace)

    def _note_trace(self, sums: _Sums, trace: Trace) -> None:
        sums.attempts += trace.attempts
        if trace.waited:
            sums.waited += trace.waited
        if trace.held:
            sums.held += trace.held
            sums.is_held += 1
        if trace.cache:
            sums.caches[trace.cache] += 1
        for each in trace.lookups:
            sums.lookups += 1
            sums.failed_lookups += bool(each.get("failed"))
        for name in trace.strategies:
            known = name in self._strategies or len(self._strategies) < _MOST_STRATEGIES
            self._strategies[name if known else OTHERS] += 1

    def _of(self, api: str, tool: str) -> _Sums:
        """Return the sums of a tool that has none yet; of too many all others have theirs together."""
        if len(self._sums) >= _MOST_TOOLS:
            api = tool = OTHERS
        return self._sums.setdefault((api, tool), _Sums())

    def families(self) -> list[Family]:
        """Return all numbers as they are now: nothing in them changes later."""
        return [*self._of_calls(), *(family for source in self._sources for family in source())]

    def _of_calls(self) -> Iterator[Family]:
        tools = [((one_line(api, _LONGEST_LABEL), tool), sums) for (api, tool), sums in list(self._sums.items())]
        yield counter(
            "calls",
            "Calls that have ended, by how: the kind of failure, and the class of the API's last status.",
            (*_OF_A_TOOL, "kind", "status"),
            [
                ((*name, kind, _NO_ANSWER if status is None else _CLASSES.get(status, "other")), count)
                for name, sums in tools
                for (kind, status), count in list(sums.ends.items())
            ],
        )
        yield Family(
            name="call_duration",
            help="How long calls took, until their result.",
            form=Form.HISTOGRAM,
            labels=_OF_A_TOOL,
            unit="seconds",
            samples=[(name, Spread(list(sums.spread.counts), sums.spread.total)) for name, sums in tools],
        )
        sent = [(name, sums.attempts) for name, sums in tools]
        yield counter("attempts", "Requests that were sent to the API, lookups not counted.", _OF_A_TOOL, sent)
        size = [(name, sums.size // 4) for name, sums in tools]
        yield counter("result_tokens", "Tokens of the results, as a quarter of their characters.", _OF_A_TOOL, size)
        yield from self._of_waits(tools)
        yield from self._of_help(tools)

    def _of_waits(self, tools: list[tuple[Name, _Sums]]) -> Iterator[Family]:
        waited = [(name, sums.waited) for name, sums in tools if sums.waited]
        yield counter("retry_wait", "How long calls waited before another attempt.", _OF_A_TOOL, waited, "seconds")
        held = [(name, sums.held) for name, sums in tools if sums.is_held]
        yield counter("rate_limit_wait", "How long calls waited for the rate limit.", _OF_A_TOOL, held, "seconds")
        count = [(name, sums.is_held) for name, sums in tools if sums.is_held]
        yield counter("rate_limit_waits", "Calls that waited for the rate limit.", _OF_A_TOOL, count)

    def _of_help(self, tools: list[tuple[Name, _Sums]]) -> Iterator[Family]:
        named = [((name,), count) for name, count in list(self._strategies.items())]
        yield counter("repairs", "Arguments that were repaired, by strategy.", ("strategy",), named)
        lookups = [
            ((*name, outcome), count)
            for name, sums in tools
            for outcome, count in (("found", sums.lookups - sums.failed_lookups), ("failed", sums.failed_lookups))
            if count
        ]
        yield counter("lookups", "Lookups that were made for calls.", (*_OF_A_TOOL, "outcome"), lookups)
        caches = [((*name, state), count) for name, sums in tools for state, count in list(sums.caches.items())]
        yield counter("cache", "Calls in which the cache had a part, by which.", (*_OF_A_TOOL, "state"), caches)
