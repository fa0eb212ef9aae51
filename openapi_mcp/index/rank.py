"""Which tools yield what is wanted, best first.

A tool costs more the more it needs itself, the deeper its answer holds the value, and if it changes anything; one that
finds by words costs less. Of tools that cost alike, those come first that start from something else: from words, from
nothing, from an album, from a playlist. So that one of the five is a way for whatever the caller has.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from openapi_mcp.index.asking import NEEDS_MORE, adds, asking_of, place
from openapi_mcp.index.entities import HANDLES, IDS, REFERENCES, parse, segments, split
from openapi_mcp.index.facts import Facts
from openapi_mcp.index.linked import Linked, LinkedArguments
from openapi_mcp.index.spot import Spot
from openapi_mcp.index.wants import Want
from openapi_mcp.model.capability import Producer
from openapi_mcp.model.tool import Tool

MOST = 5
_FROM_NOTHING = 2  # of them that ask for nothing
_MOST_PAIRS = 24  # that are looked at
_MOST_ON_A_PATH = 16  # operations that are looked at, more than there are methods
_MOST_WEIGHED = 200_000  # places, for all wants together; then only the first tools that hold a thing are looked at
_MOST_CANDIDATES = 48  # that are weighed for one want, the nearest of all that hold its kind
_SEARCH, _FILTER = -3.0, -1.0
_NAMED, _LATER_KIND, _LIST, _ALONE, _INSIDE = -0.5, 1.5, 0.25, 0.25, 0.3
_STEP, _REFERRING, _KEY = 1.5, 1.0, 0.3
_UNSAID, _OTHER_FORM, _NO_TEXT = 4.0, 3.0, 3.0
_CREATES, _CHANGES, _DEPRECATED = 3.0, 8.0, 3.0
_ITS_COLLECTION, _TOGETHER = -6.0, -4.0
_WORDS = frozenset(("q", "query", "search", "keyword", "keywords", "term", "text"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tool that holds what is wanted at a place, and what that costs whoever asks."""

    facts: Facts
    spot: Spot
    cost: float


class Ranking:
    """The places of all tools by the kind of thing that they hold a key of."""

    def __init__(self, all_facts: Sequence[Facts], linked: LinkedArguments) -> None:
        self._linked = linked
        self._by_kind: dict[str, list[tuple[Facts, list[Spot]]]] = defaultdict(list)
        self._by_path: dict[str, list[Facts]] = defaultdict(list)
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[Candidate]] = {}
        self._known_pairs: dict[tuple[tuple[str, ...], ...], tuple[list[Candidate], list[Candidate]]] = {}
        self._left = _MOST_WEIGHED
        for facts in all_facts:
            self._by_path[facts.path].append(facts)
            kinds: dict[str, list[Spot]] = defaultdict(list)
            for spot in facts.spots:
                kinds[spot.kind].append(spot)
            for kind, spots in kinds.items():
                self._by_kind[kind].append((facts, spots))

    def producers(self, want: Want, consumer: Facts) -> tuple[Producer, ...]:
        """Return the tools that yield what is wanted, other than the one that wants it, best first."""
        asking = asking_of(want, consumer)
        found: dict[str, Candidate] = {}
        own = (*self._of_its_collection(want, consumer), *self._with_its_pair(want, consumer))
        for each in (*self._nearest(want), *own):
            known = found.get(each.facts.tool.name)
            if known is None or each.cost < known.cost:
                found[each.facts.tool.name] = each
        first = {each.tool.name: _producer(each.tool, each.field) for each in self._links_to(want, consumer)}
        for name in (consumer.tool.name, *first):
            found.pop(name, None)
        weighed = [
            (each.cost + asking.cost(each.facts, each.spot), position, each)
            for position, each in enumerate(found.values())
        ]
        weighed.sort(key=lambda one: one[:2])
        best = (_producer(each.facts.tool, each.spot.field) for each in _varied(weighed, want, asking.others))
        return (*first.values(), *best)[:MOST]

    def has_key(self, kinds: Iterable[str], key: str) -> bool:
        """True where an answer shows such a thing with this key of its own, or a path of that thing answers it."""
        held = ((facts, spot) for kind in kinds for facts, spots in self._by_kind.get(kind, ()) for spot in spots)
        return any(spot.key == key and (spot.is_own or _is_called(spot, facts)) for facts, spot in held)

    def _links_to(self, want: Want, consumer: Facts) -> Sequence[Linked]:
        return self._linked.get((consumer.tool.name, want.given.argument), ())

    def _nearest(self, want: Want) -> list[Candidate]:
        is_whole_number = want.given.is_whole_number
        about = (want.kinds, want.keys, is_whole_number)
        if about not in self._known:
            found = sorted(self._candidates(want), key=lambda one: one.cost + NEEDS_MORE * len(one.facts.asked))
            self._known[about] = found[:_MOST_CANDIDATES]
        return self._known[about]

    def _candidates(self, want: Want) -> Iterator[Candidate]:
        for kind in want.kinds:
            holding = self._by_kind.get(kind, ())
            for facts, spots in holding if self._left > 0 else holding[:_MOST_CANDIDATES]:
                self._left -= len(spots)
                costs = [(cost, spot) for spot in spots if (cost := _cost_of_spot(spot, want)) is not None]
                if not costs:
                    continue
                cost, spot = min(costs, key=lambda one: one[0])
                if (own := _cost_of_tool(facts, spot)) is not None:
                    about = _NAMED * ((kind in facts.named) + (kind == facts.subject))
                    yield Candidate(facts, spot, cost + own + about + _LATER_KIND * want.kinds.index(kind))

    def _of_its_collection(self, want: Want, consumer: Facts) -> Iterator[Candidate]:
        """Yield what lists or makes the members of the collection that a path's key is of: whatever they are called."""
        if not want.above or adds(want, consumer):
            return
        for facts in self._by_path.get(want.above, ())[:_MOST_ON_A_PATH]:
            makes = facts.tool.operation.method == "POST"
            members = _members(facts, want)
            if members and (makes or facts.reads):
                cost, spot = min(members, key=lambda one: one[0])
                yield Candidate(facts, spot, cost + (_CREATES if makes else _ITS_COLLECTION + _words(facts)))

    def _with_its_pair(self, want: Want, consumer: Facts) -> Sequence[Candidate]:
        """Return what holds both keys of a pair: `{owner}` and `{repo}` are better those of one repository."""
        second = next((other for other in consumer.wants if other.above == place(want)), None)
        if want.above and second is not None:
            return self._pairs(want, second)[0]
        first = next((other for other in consumer.wants if other.above and place(other) == want.above), None)
        return self._pairs(first, want)[1] if first is not None else ()

    def _pairs(self, first: Want, second: Want) -> tuple[list[Candidate], list[Candidate]]:
        """Return the places of both keys in what holds them in one record, in the order of those of the second."""
        about = (first.kinds, first.keys, second.kinds, second.keys)
        if about not in self._known_pairs:
            found: tuple[list[Candidate], list[Candidate]] = ([], [])
            for each in self._nearest(second)[:_MOST_PAIRS]:
                beside = _beside(each, first)
                if beside is not None:
                    cost = each.cost + _TOGETHER
                    found[0].append(replace(each, spot=beside, cost=cost))
                    found[1].append(replace(each, cost=cost))
            self._known_pairs[about] = found
        return self._known_pairs[about]


def _is_called(spot: Spot, facts: Facts) -> bool:
    """True for the `account_number` in the answer of `GET /account/details`."""
    kind = "_".join(parse(spot.field.rpartition(".")[2]).words)
    return kind == spot.kind and any("_".join(split(part)) == kind for part in segments(facts.path))


def _beside(each: Candidate, first: Want) -> Spot | None:
    """Return where the record that a candidate holds says what it belongs to: `items[].owner.login`."""
    if each.spot.steps or not (each.spot.is_own and each.facts.reads):
        return None
    record = each.spot.field.rpartition(".")[0]
    held = [spot for spot in each.facts.spots if spot.kind in first.kinds and spot.field.startswith(f"{record}.")]
    costs = [(cost, spot.field, spot) for spot in held if (cost := _cost_of_spot(spot, first)) is not None]
    return min(costs, key=lambda one: one[:2])[2] if costs else None


def _members(facts: Facts, want: Want) -> list[tuple[float, Spot]]:
    """Return the places of the members of a collection, with their costs: those of the kind, else what has a key."""
    near = [spot for spot in facts.spots if spot.steps == 0 and (facts.reads or not spot.is_listed)]
    costs = [(cost, spot) for spot in near if (cost := _cost_of_spot(spot, want)) is not None]
    same = [one for one in costs if one[1].kind in want.kinds]
    if same or not want.is_member:
        return same
    return [one for one in costs if one[1].is_own] or (costs if len(costs) == 1 else [])


def _producer(tool: Tool, field: str) -> Producer:
    return Producer(tool=tool.name, method=tool.operation.method, path=tool.operation.path, field=field)


def _cost_of_spot(spot: Spot, want: Want) -> float | None:
    """Return what it costs to take a value from a place, None where it is no such key."""
    if want.given.is_whole_number and spot.key in HANDLES and not spot.is_whole_number:
        return None
    if not spot.is_own and spot.key == "name" and want.keys[0] != "name":
        return None  # `account_name` is no key of the account
    if spot.key in want.keys:
        cost = _KEY * want.keys.index(spot.key)
    elif not spot.key:
        cost = _UNSAID
    elif spot.key in REFERENCES and want.keys[0] in IDS:
        cost = _OTHER_FORM
    else:
        return None
    if spot.is_whole_number and want.is_handle:
        cost += _NO_TEXT
    is_alone = spot.is_own and not spot.is_listed and "." not in spot.field
    return (
        cost
        + _ALONE * is_alone
        + _STEP * spot.steps
        + _LIST * max(0, spot.field.replace("[][]", "[]").count("[]") - 1)
        + _INSIDE * (spot.parent != "" and not spot.field.startswith(spot.parent))
        + (0 if spot.is_own else _REFERRING)
    )


def _cost_of_tool(facts: Facts, spot: Spot) -> float | None:
    """Return what a call costs that is made for this place, None for one that nobody makes for it."""
    deprecated = _DEPRECATED if facts.tool.operation.deprecated else 0
    is_subject = spot.is_own and spot.steps == 0
    is_new = is_subject and not spot.is_listed
    if facts.reads:
        return deprecated + (_words(facts) if is_subject else 0)
    if facts.tool.operation.method == "POST" and is_new:
        return deprecated + _CREATES
    return deprecated + _CHANGES if facts.tool.operation.method == "PUT" and is_new else None


def _words(facts: Facts) -> float:
    """Return what it saves that a tool finds by words."""
    if not facts.finds:
        return 0
    return _SEARCH if any(name.lower() in _WORDS for name in facts.finds) or facts.is_search else _FILTER


def _varied(weighed: Sequence[tuple[float, int, Candidate]], want: Want, others: frozenset[str]) -> Iterable[Candidate]:
    """Return the best few, so that each way to start is among them before one of them comes often."""
    from_nothing = _FROM_NOTHING if len(want.kinds) == 1 else 1
    chosen: list[tuple[float, int, Candidate]] = []
    ways: Counter[object] = Counter()
    for one in weighed:
        facts = one[2].facts
        asked, finds = facts.asked - others, _words(facts) <= _SEARCH
        way = (asked, finds, facts.reads, finds and facts.whose.is_own, one[2].spot.kind)
        ways[way] += 1
        if ways[way] <= (1 if asked or finds or not facts.reads else from_nothing):
            chosen.append(one)
    chosen = chosen[:MOST]
    taken = {one[1] for one in chosen}
    chosen += [one for one in weighed if one[1] not in taken][: MOST - len(chosen)]
    return [one[2] for one in sorted(chosen, key=lambda one: one[:2])]
