"""The kinds of things that an API knows, learned from its paths, its components and its answers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_mcp.index.entities import IDS, bare, is_wrapper, parameter_in, parse, segments, split
from openapi_mcp.index.shapes import Shapes, answers, component
from openapi_mcp.index.vocabulary import Vocabulary, Words, holder_of, spellings
from openapi_mcp.model.tool import Tool

_NO_THING = frozenset(
    (
        "me", "self", "search", "find", "lookup", "count", "batch", "bulk", "query", "export", "by", "path", "filename",
        "filepath", "version", "format", "date", "year", "month", "day", "lang", "language", "locale", "type", "kind",
    )
)  # fmt: skip
_SHORTEST = 3  # letters of an abbreviation
_WRAPPED = 4  # lists and wrappers around what an answer is about


def read_vocabulary(tools: Sequence[Tool], shapes: Shapes) -> Vocabulary:
    """Return the kinds that the operations of some tools speak of."""
    vocabulary = Vocabulary(shapes)
    for tool in tools:
        _read_path(segments(tool.operation.path), choices(tool), vocabulary)
    subjects = [(tool, *_subject(tool, shapes)) for tool in tools if tool.operation.method == "GET"]
    objects = list(_objects(tools, shapes))
    for ref, properties in objects:
        if ref and _has_id(properties):
            _hold(component(ref), vocabulary)
    for tool, name, properties in subjects:
        if not name and not _is_single(tool):
            _hold_listed(tool, properties, vocabulary)
    for tool, name, properties in sorted(subjects, key=lambda one: not _is_single(one[0])):
        _learn_subject(tool, name, properties, vocabulary)
    _learn_properties(objects, vocabulary)
    vocabulary.weigh()
    _learn_keys(tools, vocabulary)
    return vocabulary


def choices(tool: Tool) -> frozenset[str]:
    """Return the parameters of a path that are one of a few values, and no key: `/trending/{media_type}`."""
    properties = tool.input_schema.get("properties")
    held = properties if isinstance(properties, Mapping) else {}
    schemas = ((each.name, held.get(each.argument)) for each in tool.parameters if each.location == "path")
    return frozenset(name for name, schema in schemas if isinstance(schema, Mapping) and "enum" in schema)


def _read_path(parts: Sequence[str], chosen: frozenset[str], vocabulary: Vocabulary) -> None:
    for position, segment in enumerate(parts):
        name = parameter_in(segment)
        if name in chosen:
            continue
        if name and (words := holder_of(parts, position) or parse(name).words) and not _NO_THING & set(words):
            vocabulary.keyed.add("_".join(words))
        elif not name and position == len(parts) - 1 and not _NO_THING & set(split(segment)):
            vocabulary.listed.add("_".join(split(segment)))


def _hold(name: str, vocabulary: Vocabulary) -> None:
    """Take in a component that has an id, unless its name ends in that of a kind that paths know."""
    words = split(name)
    vocabulary.described.update(("_".join(words), "_".join(bare(words))))
    if bare(words) and not any(spelling in vocabulary.keyed for spelling in spellings(words)):
        vocabulary.held.add("_".join(bare(words)))


_NAMED = frozenset(("name", "title", "login", "username", "email"))


def _hold_listed(tool: Tool, properties: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """Take in what a list has whose things have an id and a name, though nothing else speaks of them: GET /users."""
    words = split(next(iter(reversed(segments(tool.operation.path))), ""))
    names = {parse(name).key or "_".join(parse(name).words) for name in properties}
    if words and "_".join(words) in vocabulary.listed and _has_id(properties) and names & _NAMED:
        vocabulary.held.add("_".join(words))


def _has_id(properties: Mapping[str, Any]) -> bool:
    return any(parse(name).key in IDS and not parse(name).words for name in properties)


def _is_single(tool: Tool) -> bool:
    return tool.operation.path.rstrip("/").endswith("}")


def _subject(tool: Tool, shapes: Shapes) -> tuple[str, dict[str, Any]]:
    """Return the component and the properties of what an answer is about, behind lists and wrappers."""
    schema: Any = next(iter(answers(tool.operation)), {})
    for _ in range(_WRAPPED):
        items = shapes.items(schema)
        if items is not None:
            schema = items
            continue
        properties = shapes.properties(schema)
        inner = [name for name in properties if is_wrapper(name)]
        if _has_id(properties) or not inner:
            return _named(schema, shapes), properties
        schema = properties[inner[0]]
    return "", {}


def _named(schema: Any, shapes: Shapes) -> str:
    return next((component(ref) for ref, _ in shapes.parts(schema) if ref), "")


def _learn_subject(tool: Tool, name: str, properties: Mapping[str, Any], vocabulary: Vocabulary) -> None:
    """Learn from `GET /repos/{repo}` that a FullRepository is a repo, and which properties it has."""
    kind, is_single = _kind_of_path(tool.operation.path, vocabulary), _is_single(tool)
    words = split(name)
    if not kind or not (_has_id(properties) or is_single):
        return
    if words and (_holds(words, kind) or not any(spelling in vocabulary.keyed for spelling in spellings(words))):
        if is_single or not any(spelling in vocabulary.alias for spelling in spellings(words)):
            vocabulary.alias.setdefault("_".join(bare(words) or words), kind)
    elif words:
        named = vocabulary.known(words)
        if is_single and _is_short_for(kind, named):
            vocabulary.same[kind] = named
        kind = named
    if is_single or words or kind not in vocabulary.profiles:
        vocabulary.learn(kind, properties)


def _holds(words: Words, kind: str) -> bool:
    """True where a component's name speaks of a kind, with more around it: RunnerGroupsOrg."""
    name = f"_{'_'.join(words)}_"
    return f"_{kind}_" in name


def _is_short_for(name: str, whole: str) -> bool:
    """True for what paths call a repo and components a repository."""
    return len(name) >= _SHORTEST and name != whole and whole.startswith(name)


def _kind_of_path(path: str, vocabulary: Vocabulary) -> str:
    """Return the kind that the end of a path speaks of, where paths have a key for it."""
    parts = segments(path)
    last = parameter_in(parts[-1]) if parts else ""
    own, held = parse(last).words, holder_of(parts, len(parts) - bool(last))
    return next((name for name in ("_".join(own), "_".join(held)) if name in vocabulary.keyed), "")


def _objects(tools: Sequence[Tool], shapes: Shapes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects that answers are made of, each with the reference that names it, and its properties."""
    waiting: list[Any] = list({id(one): one for tool in tools for one in answers(tool.operation)}.values())
    seen: dict[int, Any] = {}  # with the parts themselves, so that the id of one is not given to another
    while waiting:
        schema = waiting.pop()
        fresh = [(ref, part) for ref, part in shapes.parts(schema) if id(part) not in seen]
        seen.update((id(part), part) for _, part in fresh)
        waiting += shapes.branches(schema) if fresh else []
        for ref, part in fresh:
            properties = part.get("properties")
            held = list(properties.values()) if isinstance(properties, Mapping) else []
            waiting += held
            waiting += [part["items"]] if isinstance(part.get("items"), Mapping) else []
            if held:
                yield ref, shapes.properties(part)


def _learn_properties(objects: Sequence[tuple[str, dict[str, Any]]], vocabulary: Vocabulary) -> None:
    """Learn what a property holds whose name is no component's, from what stands there: `owner` is a User.

    What paths have a key for is one of these too, where no component goes by that name: `/assignees/{assignee}`.
    """
    votes: dict[str, Counter[str]] = {}
    shapes, described = vocabulary.shapes, set()
    for ref, properties in objects:
        described.add(vocabulary.thing(split(component(ref))))
        for name, schema in properties.items():
            inner = _item(schema, shapes)
            kind = vocabulary.thing(split(_named(inner, shapes)))
            if is_wrapper(name) or not _has_id(shapes.properties(inner)):
                continue
            vocabulary.seen.add("_".join(split(name)))
            if kind:
                votes.setdefault("_".join(split(name)), Counter())[kind] += 1
    for name, counts in votes.items():
        kind = counts.most_common(1)[0][0]
        if kind == name or name in described:
            continue
        if name in vocabulary.keyed and kind in vocabulary.keyed:
            vocabulary.same.setdefault(name, kind)
        elif not vocabulary.is_exact(tuple(name.split("_"))):
            vocabulary.alias.setdefault(name, kind)


def _learn_keys(tools: Sequence[Tool], vocabulary: Vocabulary) -> None:
    """Learn by which key paths ask for things of a kind: users by their `username`, milestones by their `number`."""
    votes: dict[str, Counter[str]] = {}
    for path in dict.fromkeys(tool.operation.path for tool in tools):
        parts = segments(path)
        for position, segment in enumerate(parts):
            name = parse(parameter_in(segment))
            kind = vocabulary.known(name.words) or vocabulary.known(holder_of(parts, position))
            if (name.words or name.key) and kind:
                votes.setdefault(kind, Counter())[name.key] += 1
    vocabulary.keys = {kind: counts.most_common(1)[0][0] for kind, counts in votes.items()}


def _item(schema: Any, shapes: Shapes) -> Any:
    items = shapes.items(schema)
    return schema if items is None else items
