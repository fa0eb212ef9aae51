"""Path parameters held against the template of their path: each placeholder gets exactly one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from openapi_mcp.model.document import Location, Parameter
from openapi_mcp.model.template import path_and_query, placeholders
from openapi_mcp.model.text import one_line

_NO_LETTER = re.compile(r"[^a-z0-9]")


def fit_to_template(
    path: str, parameters: Sequence[Parameter], pointer: str
) -> tuple[tuple[Parameter, ...], tuple[tuple[str, str], ...]]:
    """Return the parameters as the template needs them, and what was wrong, each with its pointer.

    A placeholder that no parameter names takes the one that differs in case and punctuation only, else the only one
    left over; without any it is text. A path parameter that the template does not have cannot be sent, and is left out.

    OAS 3.1.1, 4.8.2.2: each template expression must correspond to a path parameter, and each path parameter to one.
    """
    path_part, query_part = path_and_query(path)
    wanted = placeholders(path_part)
    in_query = [name for name in placeholders(query_part) if name not in wanted]
    declared = {parameter.name: parameter for parameter in parameters if parameter.location is Location.PATH}
    in_own_query = {parameter.name for parameter in parameters if parameter.location is Location.QUERY}
    open_names = [name for name in wanted if name not in declared]
    open_names += [name for name in in_query if name not in declared and name not in in_own_query]
    unplaced = [name for name in declared if name not in wanted and name not in in_query]
    renamed = dict(_renamed(open_names, unplaced))
    fitted = [
        replace(parameter, name=renamed[parameter.name])
        if parameter.location is Location.PATH and parameter.name in renamed
        else parameter
        for parameter in parameters
        if parameter.location is not Location.PATH or parameter.name not in unplaced or parameter.name in renamed
    ]
    added = [_undeclared(name, pointer, required=name in wanted) for name in open_names if name not in renamed.values()]
    faults = [_said(declared[name], renamed.get(name)) for name in unplaced]
    faults += [
        (pointer, f"the path parameter {one_line(parameter.name, 80)!r} is declared nowhere") for parameter in added
    ]
    return (*added, *fitted), tuple(faults)


def _renamed(open_names: list[str], unplaced: list[str]) -> Iterator[tuple[str, str]]:
    """Yield a parameter's name with the placeholder it is for, where that is beyond doubt."""
    left, free = list(unplaced), list(open_names)
    for name in unplaced:
        alike = [other for other in open_names if _plain(other) == _plain(name)]
        if len(alike) == 1 and sum(_plain(other) == _plain(name) for other in unplaced) == 1:
            yield name, alike[0]
            left.remove(name)
            free.remove(alike[0])
    if len(left) == len(free) == 1:
        yield left[0], free[0]


def _plain(name: str) -> str:
    """Return a name without case, punctuation and pattern: "Order_ID", "orderId:[0-9]+" -> "orderid"."""
    return _NO_LETTER.sub("", name.partition(":")[0].lower())


def _said(parameter: Parameter, placeholder: str | None) -> tuple[str, str]:
    name = one_line(parameter.name, 80)
    if placeholder is None:
        return parameter.pointer, f"the path template has no place for the path parameter {name!r}; it is left out"
    return parameter.pointer, f"the path parameter {name!r} is {one_line(placeholder, 80)!r} in the path template"


def _undeclared(name: str, pointer: str, *, required: bool) -> Parameter:
    return Parameter(
        name=name,
        location=Location.PATH,
        required=required,
        schema={"type": "string"},
        style="simple",
        explode=False,
        pointer=pointer,
    )
