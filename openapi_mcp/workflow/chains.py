"""Chains of calls that were made again and again: each step but the first takes something from one before it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openapi_mcp.workflow.known import Known
from openapi_mcp.workflow.links import Links, links
from openapi_mcp.workflow.scalars import Path
from openapi_mcp.workflow.sessions import Session

LONGEST = 5  # steps
_MOST_CHAINS = 10_000  # that are counted: an API that makes up its answers could make any number
_MOST_CALLERS = 1_000  # that are told apart, of one chain
_MOST_COMPARED = 300
_MOSTLY = 0.9  # the share of times from which on an argument is part of a chain


@dataclass(frozen=True, slots=True)
class Node:
    """A step as what it is: a tool, and the steps and places that its arguments come from."""

    tool: str
    sources: "tuple[tuple[str, Node, Path], ...]" = ()

    @property
    def level(self) -> int:
        """How many steps have to go before it, one after the other."""
        return 1 + max((source.level for _, source, _ in self.sources), default=-1)


Chain = tuple[Node, ...]
"""Steps, each after those that it takes from."""


@dataclass(slots=True)
class Counted:
    """How often steps were called together, in which orders, by which callers, with what given from outside."""

    orders: Counter[Chain] = field(default_factory=Counter)
    times: int = 0
    callers: set[str] = field(default_factory=set)
    given: Counter[tuple[Node, str]] = field(default_factory=Counter)

    @property
    def chain(self) -> Chain:
        """The steps in the order in which they were called most often."""
        return self.orders.most_common(1)[0][0]

    def usual(self, node: Node) -> list[str]:
        """Return the arguments that a step was given nearly each time."""
        least = _MOSTLY * self.times
        return [name for (each, name), count in self.given.items() if each == node and count >= least]


def count_chains(all_sessions: Iterable[Session], known: Mapping[str, Known]) -> list[Counted]:
    """Return the chains of these sessions, uncommon ones too, in the order in which they were met."""
    found: dict[frozenset[Node], Counted] = {}
    for session in all_sessions:
        for chain, given in _chains(session, links(session, known)):
            steps = frozenset(chain)
            if steps not in found and len(found) >= _MOST_CHAINS:
                continue
            counted = found.setdefault(steps, Counted())
            counted.times += 1
            counted.orders[chain] += 1
            counted.given.update(given)
            if len(counted.callers) < _MOST_CALLERS:
                counted.callers.add(session[0].caller)
    return list(found.values())


def common(counted: Iterable[Counted], least: int) -> list[Counted]:
    """Return chains that were called so many times, most times first; a part of one only where it is commoner by far.

    It is that where it was called more than twice as often as any chain that has all of its steps.
    """
    often = [each for each in counted if each.times >= least]
    often.sort(key=lambda each: (-each.times, -len(each.chain), [node.tool for node in each.chain]))
    often = often[:_MOST_COMPARED]
    return [each for each in often if not any(_is_part(each, whole) for whole in often)]


def _is_part(part: Counted, whole: Counted) -> bool:
    return len(part.chain) < len(whole.chain) and part.times <= 2 * whole.times and set(part.chain) <= set(whole.chain)


def _chains(session: Session, links_of: Sequence[Links]) -> Iterator[tuple[Chain, set[tuple[Node, str]]]]:
    """Yield each chain of a session once for each time that it was begun, with what was given in it.

    What an answer is used for many times is one use of it: a list whose items are read one by one.
    """
    nodes = _nodes(session, links_of)
    for calls in _begun(nodes, links_of):
        given: defaultdict[Node, set[str]] = defaultdict(set)
        for each in sorted({each for needed in calls.values() for each in needed}):
            if (node := nodes[each]) is not None:
                given[node] |= {*(session[each].given or {})} - {*links_of[each]}
        steps = tuple(given)  # in the order of their first calls
        ways = dict.fromkeys(_only(steps, {nodes[each] for each in needed}) for needed in calls.values())
        if 1 < len(steps) <= LONGEST:
            ways[steps] = None
        for chain in ways:
            yield chain, {(node, name) for node in chain for name in given[node]}


def _only(steps: Chain, wanted: Collection[Node | None]) -> Chain:
    return tuple(node for node in steps if node in wanted)


def _nodes(session: Session, links_of: Sequence[Links]) -> list[Node | None]:
    """Return each call as a step; None for one that has too many before it."""
    nodes: list[Node | None] = []
    for call, found in zip(session, links_of, strict=True):
        sources = [(name, nodes[link.call], link.path) for name, link in sorted(found.items())]
        whole = tuple((name, source, path) for name, source, path in sources if source is not None)
        node = Node(call.tool, whole)
        nodes.append(node if len(whole) == len(sources) and node.level < LONGEST else None)
    return nodes


def _begun(nodes: Sequence[Node | None], links_of: Sequence[Links]) -> Iterator[dict[int, frozenset[int]]]:
    """Yield by the calls that chains begin with, the same for several, their last calls with all that each needs."""
    needed: list[frozenset[int]] = []  # of each call, its own among them; more than LONGEST for what is too long
    groups: defaultdict[frozenset[int], dict[int, frozenset[int]]] = defaultdict(dict)
    for at, node in enumerate(nodes):
        calls = frozenset((at,)).union(*(needed[link.call] for link in links_of[at].values()))
        needed.append(frozenset(sorted(calls)[: LONGEST + 1]))
        if node is not None and 1 < len(calls) <= LONGEST:
            groups[frozenset(each for each in calls if not links_of[each])][at] = calls
    yield from groups.values()
