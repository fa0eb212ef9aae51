"""The name of a thing under a name of its own where its id is meant: "customer_name" for "customer_id"."""

from openapi_mcp.model.fault import Repair
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.recovery.lookup.beside import named
from openapi_mcp.recovery.lookup.find import Taken, find
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, need_at, schema_of
from openapi_mcp.recovery.naming.level import level_of
from openapi_mcp.recovery.steps import Learn
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Told


def name_instead(case: Case) -> Remedy:
    """Return the call with the id of what an argument names that the document does not have, as a lookup brings it.

    {"customer_name": "Bob"} -> {"customer_id": 7}, where "customer_id" is the only argument for a customer.
    """
    pair = _pair(case)
    if pair is None:
        return None
    argument, source = pair
    known = Known(tools=case.tools, learned=(yield Learn()))
    need = need_at(known.of(case.tool.name), (argument,))
    if need is None or " or " in need.entity:
        return None
    wanted = Wanted(
        text=" ".join(str(case.call.arguments[source]).split()),
        entity=need.entity,
        producers=need.producers,
        tool=case.tool,
        schema=schema_of(case.tool, argument),
        given={name: value for name, value in case.call.arguments.items() if name != source},
        for_write=case.tool.operation.method not in SAFE_METHODS,
    )
    found = yield from find(wanted, known)
    if isinstance(found, Taken):
        return _rewritten(case, argument, source, found)
    if found is None:
        return None
    return Told(near=found.near, tries=found.tries, hint=f'"{argument}" takes an id: {found.hint}')


def _pair(case: Case) -> tuple[str, str] | None:
    """Return what a fault is about of the arguments that are given by name: the missing one, or the unknown."""
    level = level_of(case) if case.fault.rule in ("required", "unknown") else None
    if level is None or not level.is_root:
        return None
    pairs = list(named(case.call.arguments, case.tool))
    mine = [pair for pair in pairs if case.fault.path[-1] in pair]
    return mine[0] if len(mine) == 1 else None


def _rewritten(case: Case, argument: str, source: str, found: Taken) -> Rewrite:
    text = case.call.arguments[source]
    arguments = {name: value for name, value in case.call.arguments.items() if name != source}
    how = f'{found.how}; give the id, as "{argument}"'
    repair = Repair(path=(argument,), before={source: text}, after=found.id, how=how)
    return Rewrite(arguments={**arguments, argument: found.id}, repairs=(repair,))
