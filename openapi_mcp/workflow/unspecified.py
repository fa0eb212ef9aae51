"""Operations that a step names otherwise than the specification has it, where one alone can be meant."""

from collections.abc import Iterable

from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import SourceDescription, Step
from openapi_mcp.workflow.named import UnboundError
from openapi_mcp.workflow.targets import SOURCES
from openapi_mcp.workflow.warned import Warned

_READING = ("GET", "HEAD")


def of_source(wanted: str, sources: Iterable[SourceDescription]) -> Warned | None:
    """Return what is said of "shop.getOrder" where a source is named so, and no operation: it is the source's.

    None where no source is.
    """
    name = wanted.partition(".")[0]
    if all(each.name != name or each.kind == "arazzo" for each in sources):
        return None
    shown = one_line(wanted, 120)
    said = f"no operation is called {shown!r}, and it is taken for one of the source description {one_line(name, 80)!r}"
    return Warned(said, f"write {SOURCES}{shown}", "/operationId")


def only_read(step: Step, path: str, tools: Iterable[Tool], left_out: Iterable[str]) -> tuple[Tool, Warned]:
    """Return the operation of a path that is named without a method, and what is said of it.

    Of what is `left_out`, the operations are named by method and path.

    Raises:
        UnboundError: the path has none, or several, or one that may write: which one is meant is never guessed.
    """
    found = [tool for tool in tools if tool.operation.path == path]
    others = [method for method, _, of in (each.partition(" ") for each in left_out) if of == path]
    methods = sorted({tool.operation.method for tool in found}.union(others))
    written = f"{step.operation_path.strip()}/"
    if len(found) == 1 and not others and methods[0] in _READING:
        said = f"the operationPath has no method, and {methods[0]}, the only one of {one_line(path, 80)}, is taken"
        return found[0], Warned(said, f"write {one_line(written, 160)}{methods[0].lower()}", "/operationPath")
    there = f"it has {', '.join(methods)}" if methods else "the API has no such path"
    said = f"step {step.id!r}: its operationPath names {one_line(path, 80)!r} without a method; {there}"
    hint = f"write {one_line(written, 160)}{methods[0].lower() if methods else 'get'}"
    raise UnboundError(said, step.pointer, hint=hint)
