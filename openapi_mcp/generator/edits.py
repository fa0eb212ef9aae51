"""What the operator changes in tools, [tool.NAME] of a config file: which operations it is about, names and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.inputs import Inputs, fitting
from openapi_mcp.generator.mentions import with_new_names, without_mentions
from openapi_mcp.generator.naming import is_name
from openapi_mcp.generator.select import is_selected
from openapi_mcp.model.document import Operation, Problem, Severity
from openapi_mcp.model.policy import ArgumentEdit, Selection, ToolEdit
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool

MAX_TITLE = 80  # characters, as generator/describe.py cuts titles
NO_EDIT = ToolEdit()
NO_SUCH = "an edit finds nothing to change: "
"""What a problem begins with that names no operation, or no argument, of the document."""
_RETURNS = "\nReturns: "  # the line that generator/describe.py ends a description with


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """For each operation, in order, the name of its tool and what is changed in it; and what changes nothing."""

    names: Sequence[str]
    edits: Sequence[ToolEdit]
    problems: tuple[Problem, ...] = ()


def planned(operations: Sequence[Operation], names: Sequence[str], selection: Selection, longest: int) -> Plan:
    """Return what becomes of tools with these names, each of at most `longest` characters.

    Raises:
        ConfigError: two edits are about one operation; a new name is not legal for every client, or is taken.
    """
    if not selection.edits:
        return Plan(names=names, edits=[NO_EDIT] * len(operations))
    edits, problems = [NO_EDIT] * len(operations), []
    for key, edit in selection.edits.items():
        found = _named(key, operations, names, selection.prefix)
        for index in found:
            if edits[index] is not NO_EDIT:
                said = f"it is about the same operation as {edits[index].where}: {_said(operations[index])}"
                raise ConfigError(said, where=edit.where, hint="write both into one table")
            edits[index] = edit
        if not found:
            problems.append(
                _require_nothing_withheld(_no_operation(key, edit, operations, names), edit.arguments.values())
            )
    new = [_new_name(name, edit, selection.prefix, longest) for name, edit in zip(names, edits, strict=True)]
    _require_unique(new, edits, operations, selection)
    return Plan(names=new, edits=edits, problems=tuple(problems))


def _named(key: str, operations: Sequence[Operation], names: Sequence[str], prefix: str) -> list[int]:
    """Return the operations that a key names: by a tool's name, else by operationId, else by method and path."""
    method, _, path = key.partition(" ")
    plain = f"{method.upper()} {path.strip()}"
    ways = (
        [index for index, name in enumerate(names) if name in (key, f"{prefix}{key}")],
        [index for index, operation in enumerate(operations) if operation.operation_id == key],
        [index for index, operation in enumerate(operations) if _said(operation) == plain],
    )
    return next(filter(None, ways), [])


def _said(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _no_operation(key: str, edit: ToolEdit, operations: Sequence[Operation], names: Sequence[str]) -> Problem:
    known = [*names, *(one.operation_id for one in operations if one.operation_id), *map(_said, operations)]
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "openapi-mcp inspect without a name lists the tools"
    hint += " (operations alone are edited here, no workflows)"
    return _nothing(f"there is no operation {key[:80]!r}", edit.where, hint)


def shortcomings(inputs: Inputs, edit: ToolEdit) -> list[Problem]:
    """Return warnings: of arguments that an edit is about and its tool does not have; of what else it costs."""
    problems = []
    for name in inputs.unknown:
        near = get_close_matches(name, inputs.known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"its arguments: {', '.join(inputs.known) or 'none'}"
        problem = _nothing(f"there is no argument {name[:80]!r}", edit.arguments[name].where, hint)
        problems.append(_require_nothing_withheld(problem, [edit.arguments[name]]))
    if inputs.twins:
        said = f"{one_line(', '.join(inputs.twins), 200)} cannot be given either"
        hint = "servers read it as what is fixed or hidden here"
        problems.append(Problem(severity=Severity.WARNING, pointer=edit.where, message=said, hint=hint))
    if inputs.lost_types:
        said = f"its body is not offered as {one_line(', '.join(inputs.lost_types), 200)}"
        hint = "what is fixed or hidden would be missing there, or a caller's to give"
        problems.append(Problem(severity=Severity.WARNING, pointer=edit.where, message=said, hint=hint))
    return problems


def _require_nothing_withheld(problem: Problem, edits: Iterable[ArgumentEdit]) -> Problem:
    """Refuse to serve where what was to be fixed or hidden is not there: under a new name it would be for callers."""
    if any(edit.withholds for edit in edits):
        raise ConfigError(problem.message, where=problem.pointer, hint=problem.hint)
    return problem


def _nothing(said: str, where: str, hint: str) -> Problem:
    return Problem(severity=Severity.WARNING, pointer=where, message=f"{NO_SUCH}{said}", hint=hint)


def _new_name(name: str, edit: ToolEdit, prefix: str, longest: int) -> str:
    if edit.name is None:
        return name
    new = f"{prefix}{edit.name.removeprefix(prefix)}"
    if not is_name(new, longest):
        hint = f"letters, digits, _ and -, a letter first, {longest} characters in all; not the name of a tool of ours"
        raise ConfigError(f"{new[:80]!r} cannot be the name of a tool", where=edit.where, hint=hint)
    return new


def _require_unique(
    names: Sequence[str], edits: Sequence[ToolEdit], operations: Sequence[Operation], selection: Selection
) -> None:
    taken: dict[str, int] = {}
    for index, name in enumerate(names):
        if edits[index].left_out or not is_selected(operations[index], selection):
            continue
        other = taken.setdefault(name, index)
        if other != index:
            renamed = index if edits[index].name is not None else other
            owner = operations[other if renamed == index else index]
            said = f"the name {name!r} is taken, by {_said(owner)[:200]}"
            raise ConfigError(said, where=edits[renamed].where, hint="choose another name")


def worded(operation: Operation, inputs: Inputs) -> Operation:
    """Return an operation whose words, and whose parameters, are about what a caller may give."""
    if not inputs.withheld and not inputs.renamed:
        return operation
    summary = without_mentions(operation.summary, inputs.gone)
    details = without_mentions(operation.description, inputs.gone, is_detail=bool(summary))
    offered = [one for one in operation.parameters if (one.location.value, one.name) not in inputs.withheld]
    return replace(
        operation,
        summary=with_new_names(summary, inputs.renamed),
        description=with_new_names(details, inputs.renamed),
        parameters=tuple(offered),
    )


def edited(tool: Tool, edit: ToolEdit, longest: int) -> Tool:
    """Return a tool, and its operation for whatever else reads that, in the operator's words; `Returns:` stays.

    `longest` is for the description.

    Raises:
        ConfigError: a text is too long.
    """
    tool = replace(tool, limits=edit.limits)
    if edit.title is not None:
        title = fitting(edit.title, MAX_TITLE, f"{edit.where} title")
        tool = replace(tool, title=title, operation=replace(tool.operation, summary=title))
    if edit.description is None:
        return tool
    _, mark, returns = tool.description.rpartition(_RETURNS)
    said = fitting(edit.description, longest - len(mark) - len(returns), f"{edit.where} description")
    summary = "" if edit.title is None else tool.title
    operation = replace(tool.operation, summary=summary, description=said)
    return replace(tool, description=f"{said}{mark}{returns}", operation=operation)
