"""The call that finds the thing that is there already, where the API takes no second one of the same value."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.fault import Suggestion
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, fits, schema_of
from openapi_mcp.recovery.lookup.ways import searches
from openapi_mcp.recovery.telling.state import list_beside
from openapi_mcp.recovery.values import value_at

_LONGEST = 200  # characters of a value that is searched for


def is_taken(failure: Failure) -> bool:
    """True where a value is refused as there is one already."""
    return any(each.rule == "taken" for each in failure.faults)


def finder_of(call: Call, failure: Failure, known: Known) -> Suggestion | None:
    """Return the read of the list in which the value is: {"email": "a@b.c"} -> customers_list(search="a@b.c").

    By the argument of the same name, else by words; all of the list where it takes neither.
    """
    step = list_beside(call, known.tools)
    if step is None:
        return None
    path = next(each.path for each in failure.faults if each.rule == "taken")
    value = value_at(call.arguments, path) if path else None
    arguments = dict(step.arguments or {})
    if isinstance(value, str) and 0 < len(value) <= _LONGEST:
        arguments |= _asking(known.tools[step.tool], str(path[-1]), value, arguments, known)
    return Suggestion(tool=step.tool, why="finds the one that is there", arguments=arguments, path=path)


def _asking(reader: Tool, field: str, text: str, given: Mapping[str, Any], known: Known) -> dict[str, str]:
    """Return the argument by which a list is asked for a text of a field, {} where there is none."""
    is_declared = field in reader.input_schema.get("properties", {}) and field not in given
    if is_declared and fits(text, schema_of(reader, field), reader):
        return {field: text}
    wanted = Wanted(text=text, entity="", producers=(), tool=reader)
    return next(({name: text} for name in searches(reader, wanted, known) if name not in given), {})
