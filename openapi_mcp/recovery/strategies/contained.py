"""A field that another argument contains: owner and repository in a slug, an id in a URL, both ends of a range."""

from collections.abc import Iterator, Sequence

from openapi_mcp.index.entities import split
from openapi_mcp.model.fault import Repair
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.lookup.wanted import need_at
from openapi_mcp.recovery.naming.level import Level, is_missing, level_of
from openapi_mcp.recovery.parts.email import user_names
from openapi_mcp.recovery.parts.inner import inner_ids
from openapi_mcp.recovery.parts.part import Finder, Part
from openapi_mcp.recovery.parts.point import points
from openapi_mcp.recovery.parts.prefixed import may_be_name, prefixed_id
from openapi_mcp.recovery.parts.slug import slugs
from openapi_mcp.recovery.parts.span import dates, spans
from openapi_mcp.recovery.parts.url import is_foreign, own_id, urls
from openapi_mcp.recovery.steps import Learn
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Strategy, Told
from openapi_mcp.recovery.values import value_at, with_value
from openapi_mcp.schema.words import quoted

_OF_THE_PATH: tuple[Finder, ...] = (slugs, urls)
_ANYWHERE: tuple[Finder, ...] = (inner_ids, points, spans, dates, user_names)
_BROKEN = frozenset(("type", "alternatives", "pattern", "format", "maxLength", "exists", "invalid"))
_MOST_NEAR = 4


def contained(case: Case) -> Remedy:
    """Return the call with a missing field that another argument contains, where there is one way to read it.

    "Box 3" may be what a box is called whose id is another: where boxes are listed, that is left to a lookup.
    """
    found = _as_given(case)
    if isinstance(found, Rewrite) and may_be_name(case.value):
        need = need_at((yield Learn())(case.tool.name), case.fault.path)
        return None if need is not None and need.producers else found
    return found


def _as_given(case: Case) -> Rewrite | Told | None:
    """Return the call with a missing field that another argument contains, where there is one way to read it.

    What was unknown is taken out once its parts have their places. A value that holds more than its own part, as a URL
    for an id does, is cut down to it.
    """
    level = level_of(case)
    if level is None or not case.fault.path:
        return None
    name = case.fault.path[len(level.path) :][:1]
    match case.fault.rule:
        case "required" if is_missing(case):
            return _one_of(
                case, level, [each for each in _all_parts(case, level) if case.fault.path[-1] in each.values]
            )
        case "unknown" if name and name[0] in level.given:
            return _one_of(case, level, [each for each in _all_parts(case, level) if each.source == name[0]])
        case rule if rule in _BROKEN and name and name[0] in level.declared:
            return _one_of(case, level, list(_own_parts(case, level, str(name[0]))))
    return None


def _all_parts(case: Case, level: Level) -> Sequence[Part]:
    """Return what the arguments contain, the same for each fault of one object."""
    fields = (level.path, tuple(level.declared))
    return case.work.once("parts", case.call.arguments, lambda: list(_parts(case, level)), *fields)


def _parts(case: Case, level: Level) -> Iterator[Part]:
    """Yield what the arguments contain whose places are free: a value that is given is not written over."""
    for find in (*(_OF_THE_PATH if level.is_root else ()), *_ANYWHERE):
        for part in find(case, level):
            if all(_is_free(level, part, name) for name in part.values):
                yield part


def _is_free(level: Level, part: Part, name: str) -> bool:
    """True where nothing else is given; the same may be."""
    return name not in level.given or name == part.source or str(level.given[name]) == str(part.values[name])


def _own_parts(case: Case, level: Level, name: str) -> Iterator[Part]:
    """Yield what a value that breaks a rule holds for the argument itself."""
    if name not in level.given:
        return
    yield from prefixed_id(case, level, name)
    if level.is_root:
        for part in (*own_id(case, level, name), *slugs(case, level)):
            if name in part.values and part.source == name and all(_is_free(level, part, each) for each in part.values):
                yield part


def _one_of(case: Case, level: Level, parts: Sequence[Part]) -> Rewrite | Told | None:
    """Return the call with the parts in their places, where they can be read in one way only."""
    readings = {repr(sorted(part.values.items())): part for part in parts}
    if len(readings) == 1:
        return _rewritten(case, level, parts[0])
    if readings:
        return _unclear(parts, list(readings.values()))
    return _not_taken(case, level)


def _rewritten(case: Case, level: Level, part: Part) -> Rewrite:
    """Return the call with the parts in their places; an unknown source is taken out, its value told as what was."""
    arguments, held = case.call.arguments, level.given[part.source]
    fields = dict(value_at(arguments, level.path))
    if part.source not in level.declared:
        del fields[part.source]
    before = {name: held if name == part.source else {part.source: held} for name in part.values}
    changed = {name: value for name, value in part.values.items() if name == part.source or name not in level.given}
    repairs = tuple(
        Repair(path=(*level.path, name), before=before[name], after=value, how=part.how)
        for name, value in changed.items()
    )
    fields |= changed
    return Rewrite(arguments=with_value(arguments, level.path, fields), repairs=repairs)


def _unclear(parts: Sequence[Part], readings: Sequence[Part]) -> Told:
    names = quoted(dict.fromkeys(name for part in readings for name in part.values))
    hint = f'"{one_line(parts[0].source, 80)}" can be read in {len(readings)} ways: give {names} each by its own name'
    return Told(near=tuple(str(dict(each.values)) for each in readings[:_MOST_NEAR]), hint=hint)


_NAMES = frozenset((("first", "name"), ("last", "name"), ("given", "name"), ("family", "name"), ("surname",)))
_FULL_NAMES = frozenset((("name",), ("full", "name"), ("fullname",), ("display", "name"), ("customer", "name")))


def _not_taken(case: Case, level: Level) -> Told | None:
    """Say why what looks as if it held the field is not taken apart."""
    missing = str(case.fault.path[-1])
    for source in level.unknown if case.fault.rule == "required" else ():
        if is_foreign(case, level.given[source]):
            return Told(hint=f'"{source}" is a URL of another host than the API\'s: give "{missing}" itself')
        if split(missing) in _NAMES and split(source) in _FULL_NAMES:
            return Told(hint=f'where "{source}" is to be parted is not certain: give "{missing}" itself')
    return None


STRATEGY = Strategy(
    name="contained",
    rank=400,
    about="a missing field that another argument contains (owner and repository in a slug, an id in a URL) is taken",
    repair=contained,
)
