"""An argument under a name that is near to the declared one: "orderId" for "order_id", "id" for the only id."""

from openapi_mcp.model.fault import Repair
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.naming.alike import Likeness, are_akin
from openapi_mcp.recovery.naming.level import Level, is_missing, level_of, renamed_in
from openapi_mcp.recovery.naming.namesake import Meant, meant_by, rivals
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once
from openapi_mcp.request.near import near_arguments
from openapi_mcp.schema.words import quoted

_MOST_UNKNOWN = 20  # names of one object that are looked at
_MOST_NEAR = 3
_LONGEST = 80  # characters of a name that others are held against
_CUTOFF = 0.55  # of difflib's ratio: below, names have little in common


def near_name(case: Case) -> Rewrite | Told | None:
    """Return the call with an argument under its declared name, where exactly one declared argument fits it.

    What is missing is looked for among the unknown names, and for what is unknown the names that it may stand for.
    """
    if case.fault.rule not in ("required", "unknown"):
        return None
    level = level_of(case)
    if level is None or not 0 < len(level.unknown) <= _MOST_UNKNOWN:
        return None
    if case.fault.rule == "required":
        return _for_missing(case, level, str(case.fault.path[-1])) if is_missing(case) else None
    return _for_unknown(case, level)


def _for_missing(case: Case, level: Level, name: str) -> Rewrite | Told | None:
    """Return the call with the one unknown argument that stands for the missing one under its name."""
    found = [
        (given, meant) for given in level.unknown if (meant := meant_by(case, level, given)) and name in meant.names
    ]
    nearest = min((meant.likeness for _, meant in found), default=None)
    best = [(given, meant) for given, meant in found if meant.likeness is nearest]
    if not best:
        return _akin(case, level, name)
    given, meant = best[0]
    if len(best) > 1:
        return _either(level, name, [given for given, _ in best])
    return _renamed(case, level, given, meant) if meant.only == name else _unclear(given, meant)


def _akin(case: Case, level: Level, name: str) -> Told | None:
    """Say which name to use, where one unknown one is likely meant for the missing one: "fullName" for "name"."""
    missing = level.required - level.given.keys()
    pairs = [(given, each) for given in level.unknown for each in missing if are_akin(given, each, level, case.tool)]
    found = [given for given, each in pairs if each == name]
    if len(found) != 1 or sum(given == found[0] for given, _ in pairs) > 1:
        return None
    return Told(near=(name,), hint=f'rename "{one_line(found[0], _LONGEST)}" to "{name}"')


def _for_unknown(case: Case, level: Level) -> Rewrite | Told | None:
    """Return the call with each unknown argument under the name that it stands for; what stays is told."""
    known = case.fault.path[len(level.path) :]
    names = known[:1] if known else level.unknown
    told: Told | None = None
    for given in map(str, names):
        found = _one(case, level, given) if given in level.given else None
        if isinstance(found, Rewrite):
            return found
        told = told or found
    return told


def _one(case: Case, level: Level, given: str) -> Rewrite | Told:
    meant = meant_by(case, level, given)
    if meant is None or not meant.names:
        near = (*(meant.alike if meant else ()), *nearest_names(given, level))
        return Told(near=tuple(dict.fromkeys(near))[:_MOST_NEAR])
    if meant.is_given:
        return _twice(case, level, given, meant)
    if meant.only is None:
        return _unclear(given, meant)
    others = rivals(case, level, given, meant)
    return _either(level, meant.only, [given, *others]) if others else _renamed(case, level, given, meant)


def _renamed(case: Case, level: Level, given: str, meant: Meant) -> Rewrite:
    name = meant.names[0]
    return renamed_in(case, level, given, name, _how(given, name, level.wire.get(name, name), meant.likeness))


def _how(given: str, name: str, wire: str, likeness: Likeness) -> str:
    """Say why a name stands for another one, and which one to use."""
    shown = f'"{one_line(given, _LONGEST)}"'
    match likeness:
        case Likeness.SPELLED if given == wire:
            return f'the API calls it {shown}, and this tool "{name}"; use the name of the tool'
        case Likeness.SPELLED | Likeness.NUMBER:
            return f'the argument is spelled "{name}" here, not {shown}'
        case Likeness.WORD:
            return f'what is {shown} elsewhere is "{name}" here'
        case Likeness.KEY:
            return f'"{name}" is the only argument that {shown} can stand for here; use that name'
    return f'{shown} was taken for "{name}", the only argument that is spelled nearly so'


def _unclear(given: str, meant: Meant) -> Told:
    near = meant.names[:_MOST_NEAR]
    return Told(near=near, hint=f'"{one_line(given, _LONGEST)}" may stand for {quoted(near)}: use one of these names')


def _either(level: Level, name: str, given: list[str]) -> Told:
    hint = f'each of {quoted(given[:_MOST_NEAR])} may stand for "{name}": give one value, as "{name}"'
    return Told(near=(name,), hint=hint)


def _twice(case: Case, level: Level, given: str, meant: Meant) -> Rewrite | Told:
    """Return the call without what it gives under two names, where both say the same."""
    name = next(each for each in meant.names if each in level.given)
    value, other = level.given[given], level.given[name]
    if len(meant.names) == 1 and type(value) is type(other) and value == other:
        path = (*level.path, given)
        repair = Repair(path=path, before=value, after=None, how=f'"{name}" says the same; give it once')
        return Rewrite(arguments=case.dropped(path), repairs=(repair,))
    hint = f'"{one_line(given, _LONGEST)}" may stand for "{name}", which is given too: leave one of them out'
    return Told(near=meant.names[:_MOST_NEAR], hint=hint)


def nearest_names(given: str, level: Level) -> tuple[str, ...]:
    """Return the declared names that are most like an unknown one, three at most."""
    return tuple(near_arguments(given, level.declared, _MOST_NEAR, _CUTOFF))


STRATEGY = Strategy(
    name="near_name",
    rank=300,
    about="an argument under a near name (orderId, order-id, id for the only id) gets the declared one, where one fits",
    repair=at_once(near_name),
)
