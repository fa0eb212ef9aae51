"""What a step calls, as the document names it: an operation or a workflow, of this document or of a source."""

import re
from dataclasses import dataclass

from openapi_mcp.model.pointer import tokens
from openapi_mcp.workflow.faults import WorkflowError

SOURCES = "$sourceDescriptions."
_PATH = re.compile(r"\{?\$sourceDescriptions\.([^.{}#]+)\.url\}?(#.*)", re.DOTALL)
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An operation or a workflow by its `id`, or an operation by `method` and `path`; `source` is "" for none named.

    A path that is named without a method has the one that it has alone, where that only reads.
    """

    source: str = ""
    id: str = ""
    method: str = ""
    path: str = ""


def by_id(text: str) -> Target:
    """Return what an operationId or workflowId names: "$sourceDescriptions.shop.getOrder" -> source "shop".

    Raises:
        WorkflowError: it begins with a source description and names none.
    """
    if not text.startswith("$"):
        return Target(id=text)
    source, _, name = text.removeprefix(SOURCES).partition(".")
    if not text.startswith(SOURCES) or not source or not name:
        hint = "write the id alone, or $sourceDescriptions.NAME.ID"
        raise WorkflowError(f"{text[:80]!r} names nothing of a source description", hint=hint)
    return Target(source=source, id=name)


def by_path(text: str) -> Target:
    """Return what an operationPath names: "{$sourceDescriptions.shop.url}#/paths/~1orders/get" -> GET /orders.

    Raises:
        WorkflowError: it is none.
    """
    found = _PATH.fullmatch(text.strip())
    try:
        steps = tokens(found[2]) if found else ()
    except ValueError:
        steps = ()
    is_operation = len(steps) == 3 and steps[2].lower() in _METHODS
    is_path = len(steps) == 2 and steps[1].startswith("/")
    if found is None or steps[0] != "paths" or not (is_operation or is_path):
        hint = "write {$sourceDescriptions.NAME.url}#/paths/~1orders~1{id}/get"
        raise WorkflowError(f"{text[:80]!r} leads to no operation", hint=hint)
    return Target(source=found[1], method="" if is_path else steps[2].upper(), path=steps[1])
