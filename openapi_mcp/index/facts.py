"""What one operation takes and gives: arguments that identify, words to search for, places of ids in its answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openapi_mcp.index.answers import Answers
from openapi_mcp.index.entities import IDS, is_wrapper, parameter_in, parse, segments, split, split_as_is
from openapi_mcp.index.inputs import Input, inputs_of, takes_words
from openapi_mcp.index.shapes import answers
from openapi_mcp.index.spot import Spot
from openapi_mcp.index.vocabulary import Vocabulary
from openapi_mcp.index.wants import Want, wants_of
from openapi_mcp.index.whose import Whose, whose
from openapi_mcp.model.tool import Tool

_READS = frozenset(("GET", "QUERY"))
_LOOKS = frozenset(("search", "query", "find", "lookup", "list", "filter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A tool with what it wants and where its answers hold keys of things.

    `path` is its template, without a slash at its end. `finds` are the arguments that take words. `asked` are the kinds
    that it cannot be called without, `narrowed` those of which it may be given one, `named` those that its title speaks
    of, `subject` is what its path says that it answers. `unsaid` is how many keys its path has that identify nothing: a
    date, the name of a secret.
    """

    tool: Tool
    path: str
    wants: tuple[Want, ...] = ()
    spots: tuple[Spot, ...] = ()
    finds: tuple[str, ...] = ()
    asked: frozenset[str] = field(default_factory=frozenset)
    named: frozenset[str] = field(default_factory=frozenset)
    subject: str = ""
    narrowed: frozenset[str] = field(default_factory=frozenset)
    unsaid: int = 0
    whose: Whose = field(default_factory=Whose)

    @property
    def reads(self) -> bool:
        """True for an operation that changes nothing, by its method or by its name: `POST /search`."""
        return self.tool.operation.method in _READS or self.is_search

    @property
    def is_search(self) -> bool:
        """True for a POST whose path says that it looks for something."""
        words = {word for part in segments(self.path)[-1:] for word in split(part)}
        return self.tool.operation.method == "POST" and bool(words & _LOOKS)


def read_facts(tools: Sequence[Tool], vocabulary: Vocabulary, linked: Iterable[tuple[str, str]] = ()) -> list[Facts]:
    """Return what each tool takes and gives; `linked` are the arguments, by tool, that a link has a value for."""
    walker = Answers(vocabulary)
    by_tool: dict[str, set[str]] = defaultdict(set)
    for name, argument in linked:
        by_tool[name].add(argument)
    return [_facts_of(tool, vocabulary, walker, frozenset(by_tool.get(tool.name, ()))) for tool in tools]


def _facts_of(tool: Tool, vocabulary: Vocabulary, walker: Answers, linked: frozenset[str]) -> Facts:
    inputs = inputs_of(tool)
    wants = tuple(wants_of(tool, inputs, vocabulary, linked))
    subject = subjects_of(tool, inputs, wants, vocabulary)
    found = [spot for schema in answers(tool.operation) for spot in walker.spots(schema)]
    if tool.operation.method not in _READS:
        found = [spot for spot in found if spot.steps == 0]
    told = _told(tool, inputs, wants)
    held = _without_envelope(found, told) or _undescribed(tool, told)
    settled = [spot for each in held for spot in _settled(each, subject, vocabulary)]
    spots = (*settled, *_not_shown(settled, subject))
    return Facts(
        tool=tool,
        path=tool.operation.path.rstrip("/"),
        wants=wants,
        spots=tuple(spot for spot in spots if not _echoes(spot, tool, wants)),
        subject=subject.surely,
        narrowed=frozenset(
            kind for want in wants if not (want.given.is_required or want.given.is_list) for kind in want.kinds
        ),
        unsaid=sum(
            given.location == "path" and not given.values and all(want.given is not given for want in wants)
            for given in inputs
        ),
        whose=whose(tool.operation.path, told),
        finds=tuple(given.argument for given in inputs if takes_words(tool, given)),
        asked=frozenset(kind for want in wants if want.given.is_required for kind in want.kinds),
        named=frozenset(
            "_".join(words[:size])
            for words in (split(tool.title)[at:] for at in range(len(split(tool.title))))
            for size in (1, 2)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a path says its answer is about: surely, perhaps, or one of several that an argument chooses from."""

    surely: str = ""
    perhaps: str = ""
    chosen: tuple[str, ...] = ()


def subjects_of(tool: Tool, inputs: Sequence[Input], wants: Sequence[Want], vocabulary: Vocabulary) -> Subject:
    """Return what the path of an operation says its answers are about."""
    parts = _told(tool, inputs, wants)
    chosen = _choices(inputs, vocabulary)
    if parts and "{" in parts[-1]:
        last = [want.kinds[0] for want in wants if want.above and want.given.name == parameter_in(parts[-1])]
        return Subject(surely=last[-1] if last else "", chosen=chosen)
    tail: list[str] = []
    for part in reversed(parts):
        if "{" in part:
            break
        tail.append(part)
        if _is_many(part):  # /users/saved_filters are no users
            break
    named = [split(part) for part in tail]
    surely = next((vocabulary.known(words) for words in named if vocabulary.is_exact(words)), "")
    perhaps = next((known for words in named if (known := vocabulary.known(words))), "")
    raw = vocabulary.entity(named[0]) if named and named[0] else ""
    return Subject(surely=surely, perhaps=perhaps or ("" if chosen else raw), chosen=chosen)


def _told(tool: Tool, inputs: Sequence[Input], wants: Sequence[Want]) -> tuple[str, ...]:
    """Return the segments of a path without what at its end only says how to answer: `/comments/{sort}`.

    What is called like the segment before it is of that: `/languages/{language}`.
    """
    parts = segments(tool.operation.path)
    loose = {given.name for given in inputs} - {want.given.name for want in wants}
    while len(parts) > 1 and (name := parameter_in(parts[-1])) in loose and split(name) != split(parts[-2]):
        parts = parts[:-1]
    return parts


def _is_many(part: str) -> bool:
    """True for a segment in the plural that says of what: "comments", not "results" nor "{ids}"."""
    return "{" not in part and split(part) != split_as_is(part) and not is_wrapper(part)


def _choices(inputs: Sequence[Input], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the kinds of things that an argument chooses from: `type=artist,album`."""
    for given in inputs:
        kinds = [vocabulary.known(split(value)) for value in given.values if isinstance(value, str)]
        named = tuple(dict.fromkeys(filter(None, kinds)))
        if named and 2 * len(named) >= len(kinds) and split(given.name)[-1:] in (("type",), ("kind",), ("entity",)):
            return named
    return ()


def _without_envelope(found: list[Spot], told: Sequence[str]) -> list[Spot]:
    """Return the places without those of what is wrapped around a list: {"id": 7, "cast": [...]} to /movie/7/credits.

    Where a path asks for several things, the id beside them is not that of one of them.
    """
    last = next(reversed(told), "")
    is_list = "{" not in last and split(last) != split_as_is(last)
    if not (is_list and any(spot.is_listed for spot in found)):
        return found
    root = [spot for spot in found if not (spot.kind or spot.is_listed or spot.steps or spot.parent)]
    if not root:
        return found
    return [replace(spot, steps=max(0, spot.steps - 1)) for spot in found if spot not in root]


def _undescribed(tool: Tool, told: Sequence[str]) -> list[Spot]:
    """Return the whole of an answer that the document says nothing of: `GET /customers` answers customers."""
    is_list = tool.operation.method == "GET" and not next(reversed(told), "").endswith("}")
    says_nothing = not any(schema.keys() - {"type", "description"} for schema in answers(tool.operation))
    return [Spot("", "", "")] if is_list and says_nothing else []


def _settled(spot: Spot, subject: Subject, vocabulary: Vocabulary) -> Iterator[Spot]:
    """Yield a place with the kind that the path gives it, where the answer alone does not say one."""
    if spot.kind:
        yield spot
        return
    if not spot.key and (spot.steps or spot.parent):
        return
    sure = subject.surely or (spot.guess if vocabulary.known((spot.guess,)) else "")
    kinds = (sure,) if sure else subject.chosen or (spot.guess or subject.perhaps,)
    for kind in kinds:
        if kind and (spot.key or kind in vocabulary.keyed | vocabulary.held):
            yield replace(spot, kind=kind)


def _not_shown(spots: Sequence[Spot], subject: Subject) -> Iterator[Spot]:
    """Yield the places of what an argument chooses and the answer does not show, beside that which it shows.

    Where `type=movie,show` has an example with `movie.id`, there is a `show.id` for shows.
    """
    near = [spot for spot in spots if spot.kind in subject.chosen and spot.is_own and not spot.steps]
    shown = {spot.kind for spot in near}
    for kind in subject.chosen if near else ():
        if kind not in shown:
            yield replace(near[0], kind=kind, field=_renamed(near[0].field, near[0].kind, kind))


def _renamed(way: str, kind: str, other: str) -> str:
    """Return a way with one kind in the place of another: "results[].movie.ids" -> "results[].show.ids"."""
    steps = way.split(".")
    return ".".join(step.replace(kind, other) if "_".join(split(step)) == kind else step for step in steps)


def _echoes(spot: Spot, tool: Tool, wants: Sequence[Want]) -> bool:
    """True for a key that the caller had to have: the id of the album in the answer of `GET /albums/{id}`."""
    had = (want for want in wants if want.given.is_required and spot.kind in want.kinds)
    return any(_is_same(spot, want) for want in had)


def _is_same(spot: Spot, want: Want) -> bool:
    if want.given.location != "path":
        return not spot.is_own and split(spot.field.rpartition(".")[2]) == split(want.given.name)
    name = parse(want.given.name)
    labels = {"_".join(name.words) or want.kinds[0], want.kinds[0] if name.key else ""}
    if spot.steps == 0 and spot.is_own:
        return not spot.is_listed
    if spot.is_own:
        return "_".join(split(spot.parent)) in labels and not spot.field.rpartition(".")[0].endswith("[]")
    if split(spot.field.rpartition(".")[2]) == split(want.given.name):
        return True
    referred = "_".join(parse(spot.field.rpartition(".")[2]).words)
    return referred in labels and spot.steps == 0 and not spot.field.endswith("[]")


def telling(facts: Facts, wanted: Mapping[str, frozenset[str]], vocabulary: Vocabulary) -> Iterator[Spot]:
    """Yield the places that are worth telling, each kind once, the nearest first; `wanted` are the keys by kind."""
    things = vocabulary.keyed | vocabulary.held
    seen: set[str] = set()
    order = sorted(facts.spots, key=lambda spot: (spot.steps, not spot.is_own, spot.key not in IDS))
    for spot in order:
        asked = wanted.get(spot.kind, frozenset())
        is_told = (
            spot.key in asked
            or (spot.key in IDS and spot.kind in things)
            or (not spot.key and not spot.steps and spot.kind == facts.subject)
        )
        if spot.kind not in seen and (is_told or (spot.kind in wanted and spot.key in IDS)):
            seen.add(spot.kind)
            yield spot
