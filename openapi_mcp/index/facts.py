"""What one operation takes and gives: arguments that identify, words to search for, places of ids in its answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openapi_mcp.index.answers import Answers, Spot
from openapi_mcp.index.entities import IDS, parse, segments, split, split_as_is
from openapi_mcp.index.inputs import Input, inputs_of, takes_words
from openapi_mcp.index.shapes import answers
from openapi_mcp.index.vocabulary import Vocabulary
from openapi_mcp.index.wants import Want, wants_of
from openapi_mcp.model.tool import Tool

_READS = frozenset(("GET", "QUERY"))
_LOOKS = frozenset(("search", "query", "find", "lookup", "list", "filter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A tool with what it wants and where its answers hold keys of things.

    `finds` are the arguments that take words. `asked` are the kinds that it cannot be called without, `named` those
    that its title speaks of, `subject` is what its path says that it answers.
    """

    tool: Tool
    wants: tuple[Want, ...] = ()
    spots: tuple[Spot, ...] = ()
    finds: tuple[str, ...] = ()
    asked: frozenset[str] = field(default_factory=frozenset)
    named: frozenset[str] = field(default_factory=frozenset)
    subject: str = ""

    @property
    def path(self) -> str:
        """The path template, without a slash at its end."""
        return self.tool.operation.path.rstrip("/")

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
    held = _without_envelope(found, tool) or _undescribed(tool)
    spots = tuple(spot for each in held for spot in _settled(each, subject, vocabulary))
    return Facts(
        tool=tool,
        wants=wants,
        spots=tuple(spot for spot in spots if not _echoes(spot, tool, wants)),
        subject=subject.surely,
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
    parts = segments(tool.operation.path)
    chosen = _choices(inputs, vocabulary)
    if parts and "{" in parts[-1]:
        last = [want for want in wants if want.above and tool.operation.path.rstrip("/").endswith("}")]
        return Subject(surely=last[-1].kinds[0] if last else "", chosen=chosen)
    tail: list[str] = []
    for part in reversed(parts):
        if "{" in part:
            break
        tail.append(part)
    named = [split(part) for part in tail]
    surely = next((vocabulary.known(words) for words in named if vocabulary.is_exact(words)), "")
    perhaps = next((known for words in named if (known := vocabulary.known(words))), "")
    raw = vocabulary.entity(named[0]) if named and named[0] else ""
    return Subject(surely=surely, perhaps=perhaps or ("" if chosen else raw), chosen=chosen)


def _choices(inputs: Sequence[Input], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the kinds of things that an argument chooses from: `type=artist,album`."""
    for given in inputs:
        kinds = [vocabulary.known(split(value)) for value in given.values if isinstance(value, str)]
        named = tuple(dict.fromkeys(filter(None, kinds)))
        if named and 2 * len(named) >= len(kinds) and split(given.name)[-1:] in (("type",), ("kind",), ("entity",)):
            return named
    return ()


def _without_envelope(found: list[Spot], tool: Tool) -> list[Spot]:
    """Return the places without those of what is wrapped around a list: {"id": 7, "cast": [...]} to /movie/7/credits.

    Where a path asks for several things, the id beside them is not that of one of them.
    """
    last = next(reversed(segments(tool.operation.path)), "")
    is_list = "{" not in last and "_".join(split(last)) != "_".join(split_as_is(last))
    if not (is_list and any(spot.is_listed for spot in found)):
        return found
    root = [spot for spot in found if not (spot.kind or spot.is_listed or spot.steps or spot.parent)]
    if not root:
        return found
    return [replace(spot, steps=max(0, spot.steps - 1)) for spot in found if spot not in root]


def _undescribed(tool: Tool) -> list[Spot]:
    """Return the whole of an answer that the document says nothing of: `GET /customers` answers customers."""
    is_list = tool.operation.method == "GET" and not tool.operation.path.rstrip("/").endswith("}")
    says_nothing = not any(schema.keys() - {"type", "description"} for schema in answers(tool.operation))
    return [Spot(field="", kind="", key="")] if is_list and says_nothing else []


def _settled(spot: Spot, subject: Subject, vocabulary: Vocabulary) -> Iterator[Spot]:
    """Yield a place with the kind that the path gives it, where the answer alone does not say one."""
    if spot.kind:
        yield spot
        return
    sure = subject.surely or (spot.guess if vocabulary.known((spot.guess,)) else "")
    kinds = (sure,) if sure else subject.chosen or (spot.guess or subject.perhaps,)
    for kind in kinds:
        if kind and (spot.key or kind in vocabulary.keyed | vocabulary.held):
            yield replace(spot, kind=kind)


def _echoes(spot: Spot, tool: Tool, wants: Sequence[Want]) -> bool:
    """True for a key that the caller had to have: the id of the album in the answer of `GET /albums/{id}`."""
    return any(want.given.location == "path" and spot.kind in want.kinds and _is_same(spot, want) for want in wants)


def _is_same(spot: Spot, want: Want) -> bool:
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
