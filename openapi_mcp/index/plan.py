"""The calls that lead to a tool: what it needs, followed back through the tools that yield it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from openapi_mcp.model.capability import Capabilities, Need, Producer

Allowed = Callable[[str], bool]
Asks = Callable[[Need], bool]
_LONGEST = 5  # calls; a longer way is no help
_MOST_FOLLOWED = 16  # needs
_READS = ("GET", "HEAD", "QUERY")


@dataclass(frozen=True, slots=True)
class _Step:
    """A call, and those of its arguments that come from the calls before it."""

    tool: str
    given: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.tool}({', '.join(self.given)})" if self.given else self.tool


def plan(
    tool: str,
    capabilities: Capabilities,
    near: Collection[str] = (),
    named: Collection[str] = (),
    allowed: Allowed | None = None,
    asks: Asks | None = None,
) -> str:
    """Return the calls that lead to a tool, only of those that are `allowed`; "" where it needs none before it.

    "customers_list -> orders_list(customer) -> products_retrieve(id)": in parentheses is what comes from the calls
    before. What must be given is followed back; what may be given only where its best source is `near`, among what a
    search found, and of the tool itself only what the request `asks` for: all orders are listed without a customer. A
    source that is about something else, as an order that has a product, comes first where the words of the request
    have `named` it.
    """
    steps = _Planner(capabilities, near, named, allowed, asks).way(tool, ())
    if len(steps) < 2:
        return ""
    cut = "... -> " if len(steps) > _LONGEST else ""
    return cut + " -> ".join(map(str, steps[-_LONGEST:]))


class _Planner:
    """Finds the way to tools with these capabilities."""

    def __init__(
        self,
        capabilities: Capabilities,
        near: Collection[str],
        named: Collection[str],
        allowed: Allowed | None,
        asks: Asks | None,
    ) -> None:
        self._capabilities = capabilities
        self._near, self._named, self._allowed, self._asks = near, named, allowed, asks
        self._known: dict[tuple[str, int, tuple[str, ...]], bool] = {}
        self._left = _MOST_FOLLOWED

    def way(self, tool: str, above: tuple[str, ...]) -> list[_Step]:
        """Return the calls that lead to a tool, and its own; those `above` wait for it, and so cannot be among them."""
        above = (*above, tool)
        steps: list[_Step] = []
        sources = self._sources(tool, above)
        for source in dict.fromkeys(sources.values()):
            before = {step.tool for step in steps}
            if source not in before:
                steps += [step for step in self.way(source, above) if step.tool not in before]
        return [*steps, _Step(tool, tuple(sources))]

    def _sources(self, tool: str, above: tuple[str, ...]) -> dict[str, str]:
        """Return for each argument of a tool that is followed back the tool to take it from.

        Where the best for one argument yields another one too, both come from there: what stands together in one
        answer belongs together.
        """
        needs = list(self._followed(tool, is_last=len(above) == 1))
        best = {need.argument: found for need in needs if (found := self._choose(need, above)) is not None}
        met = {source: sum(_yields(source, need) for need in needs) for source in best.values()}
        return {need.argument: _most(need, best[need.argument], met) for need in needs if need.argument in best}

    def _followed(self, tool: str, *, is_last: bool) -> Iterator[Need]:
        """Yield the needs of a tool that are followed back: of a document full of circles only so many."""
        for need in self._needs(tool):
            if need.is_required or (self._is_near(tool, need) and (not is_last or self._is_asked(need))):
                self._left -= 1
                if self._left >= 0:
                    yield need

    def _is_near(self, tool: str, need: Need) -> bool:
        return any(each != tool and each in self._near for each in self._candidates(tool, need)[:1])

    def _is_asked(self, need: Need) -> bool:
        return self._asks is not None and self._asks(need)

    def _needs(self, tool: str) -> tuple[Need, ...]:
        known = self._capabilities.get(tool)
        if known is None or self._allowed is None:
            return known.needs if known is not None else ()
        return tuple(_within(need, self._allowed) for need in known.needs)

    def _choose(self, need: Need, above: tuple[str, ...]) -> str | None:
        """Return the best producer that can be reached; where none can, the best that does not wait for this one."""
        candidates = [tool for tool in self._candidates(above[-1], need) if tool not in above]
        room = _LONGEST - len(above)
        if room < 1 or not candidates:
            return None
        return next((tool for tool in candidates if self._can_reach(tool, room, above)), candidates[0])

    def _candidates(self, tool: str, need: Need) -> list[str]:
        """Return the producers, best first; those that write come last: nothing is made to be looked up."""
        own = (need.entity, self._subject(tool))
        producers = [each for each in need.producers if need.is_required or not _writes(each)]
        return [each.tool for each in sorted(producers, key=lambda each: (_writes(each), not self._leads(each, own)))]

    def _leads(self, producer: Producer, own: Collection[str]) -> bool:
        """Return whether the request names a producer that is about something else than what is to be called."""
        subject = self._subject(producer.tool)
        about = {subject, *(need.entity for need in self._needs(producer.tool) if need.is_required)}
        return producer.tool in self._named and subject != "" and about.isdisjoint(own)

    def _subject(self, tool: str) -> str:
        known = self._capabilities.get(tool)
        return known.yields[0].entity if known is not None and known.yields else ""

    def _can_reach(self, tool: str, room: int, above: tuple[str, ...]) -> bool:
        """Return whether a tool can be called with so many calls, its own the last, that follow on each other.

        What no tool yields only a person knows; those `above` wait for it themselves.
        """
        key = tool, room, above
        if key not in self._known:
            required = [need for need in self._needs(tool) if need.is_required]
            self._known[key] = not required or (
                room > 1 and all(self._can_meet(need, room - 1, above) for need in required)
            )
        return self._known[key]

    def _can_meet(self, need: Need, room: int, above: tuple[str, ...]) -> bool:
        return any(each.tool not in above and self._can_reach(each.tool, room, above) for each in need.producers)


def _within(need: Need, allowed: Allowed) -> Need:
    return replace(need, producers=tuple(each for each in need.producers if allowed(each.tool)))


def _writes(producer: Producer) -> bool:
    return producer.method not in _READS


def _yields(tool: str, need: Need) -> bool:
    return any(each.tool == tool for each in need.producers)


def _most(need: Need, best: str, met: Mapping[str, int]) -> str:
    """Return which of the tools that are called anyway yields what is needed: one that meets most, else the best."""
    offered = [source for source in met if _yields(source, need)]
    return max(offered, key=lambda source: (met[source], source == best))
