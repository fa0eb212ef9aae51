"""Which answer each argument of a session's calls came from."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from openapi_mcp.workflow.known import Known, Taken
from openapi_mcp.workflow.scalars import Path, Scalar, scalars
from openapi_mcp.workflow.sessions import Called, Session

_REMEMBERED = 16  # places of one value: the last ones
_MOST_LINKS = 4  # of one call
_TELLING = 10_000  # a number from which on it is no count, page or small id that stands everywhere
_SHORTEST = 6  # characters of a text that tells as much
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True, slots=True)
class Link:
    """An argument's value came from the answer of the session's call number `call`, where `path` says."""

    call: int
    path: Path


Links = Mapping[str, Link]
"""By argument."""


def links(session: Session, known: Mapping[str, Known]) -> list[Links]:
    """Return for each call of a session which of its arguments came from answers that were there when it began.

    An argument takes from where it needs to take (needs and yields); from an answer's field of the same name; or from
    one with a value that is no chance: a long number, a text with digits; the latter two only where the document names
    the field. What the caller gave before is the caller's.
    """
    reading = _Reading(session, known)
    return [reading.links_of(at) for at in range(len(session))]


@dataclass(slots=True)
class _Reading:
    """What is known at a moment of a session: where values stand in answers, and which ones were given."""

    session: Session
    known: Mapping[str, Known]
    waiting: list[int] = field(default_factory=list)  # calls whose answers are not there yet
    ended: list[int] = field(default_factory=list)
    places: dict[str, deque[Link]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=_REMEMBERED)))
    given: dict[tuple[str, bool, str], Link | None] = field(default_factory=dict)

    def links_of(self, at: int) -> Links:
        call = self.session[at]
        self._hear(call.began)
        takes = self.known[call.tool].takes
        found = dict(self._by_order(takes) if call.given is None else self._by_value(call, takes))
        self.waiting.append(at)
        return dict(list(found.items())[:_MOST_LINKS])

    def _hear(self, now: float) -> None:
        """Take in the answers of calls that had ended by now."""
        for at in [each for each in self.waiting if self.session[each].ended <= now]:
            self.waiting.remove(at)
            self.ended.append(at)
            self._take_in(at)

    def _take_in(self, at: int) -> None:
        call = self.session[at]
        own = {str(value) for value in (call.given or {}).values() if value is not None}
        for path, value in scalars(call.answer):
            if str(value) not in own and "_note" not in path[:1]:  # what was asked for by its value is no news
                self.places[str(value)].append(Link(at, self.known[call.tool].in_body(path)))

    def _by_order(self, takes: Mapping[str, Taken]) -> Iterator[tuple[str, Link]]:
        """Yield what has to come from somewhere, from the last call that yields it."""
        for name, taken in takes.items():
            if taken.is_required and (link := self._last(taken)) is not None:
                yield name, link

    def _by_value(self, call: Called, takes: Mapping[str, Taken]) -> Iterator[tuple[str, Link]]:
        for name, value in (call.given or {}).items():
            taken = takes.get(name)
            if taken is None or value is None:
                continue
            link = self._link(call.tool, name, value, taken)
            self.given.setdefault((taken.kind, taken.is_id, str(value)), link)
            if link is not None:
                yield name, link

    def _link(self, tool: str, name: str, value: Scalar, taken: Taken) -> Link | None:
        candidates = list(reversed(self.places.get(str(value), ())))
        if sure := [each for each in candidates if (self._tool(each), each.path) in taken.places]:
            return sure[0]
        if (given := (taken.kind, taken.is_id, str(value))) in self.given:
            return self.given[given]
        others = [each for each in candidates if self._tool(each) != tool]  # of its own kind: the next page
        if near := [each for each in others if self._is_near(each, name, value)]:
            return near[0]
        return self._cut(taken) if not candidates else None

    def _is_near(self, link: Link, name: str, value: Scalar) -> bool:
        is_meant = _is_telling(value) or _is_named(link.path, name, value)
        return is_meant and self.known[self._tool(link)].answer.has(link.path)

    def _cut(self, taken: Taken) -> Link | None:
        """Return the last call that yields what is needed, where only the beginning of its answer is known."""
        link = self._last(taken) if taken.is_required else None
        return link if link is not None and _is_cut(self.session[link.call].answer) else None

    def _last(self, taken: Taken) -> Link | None:
        paths = dict(reversed(taken.places))
        return next((Link(at, paths[tool]) for at in reversed(self.ended) if (tool := self._name(at)) in paths), None)

    def _tool(self, link: Link) -> str:
        return self._name(link.call)

    def _name(self, at: int) -> str:
        return self.session[at].tool


def _is_telling(value: Scalar) -> bool:
    if isinstance(value, int):
        return abs(value) >= _TELLING
    return len(value) >= _SHORTEST and _DIGIT.search(value) is not None


def _is_named(path: Path, name: str, value: Scalar) -> bool:
    """True where a text stands under the argument's own name; small numbers do so by chance: pages, counts."""
    last = next((each for each in reversed(path) if each is not None), "")
    return isinstance(value, str) and len(value) > 2 and _folded(last) == _folded(name)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _is_cut(answer: str) -> bool:
    return answer.endswith(" characters)")
