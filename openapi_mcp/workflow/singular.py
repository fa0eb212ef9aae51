"""Selectors that lead to one value, as JSON Pointers: "$.user.emails[0]" -> "/user/emails/0"."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.workflow.faults import CriterionError, WorkflowError
from openapi_mcp.workflow.fields import quoted
from openapi_mcp.workflow.jsonpath import names_to

_POINTER, _PATH = "jsonpointer", "jsonpath"


def pointer_of(selector: str, kind: JsonValue) -> str:
    """Return the JSON Pointer that a selector of this type is; "" for the whole value.

    Raises:
        WorkflowError: it is none, or may lead to several values.
    """
    name = kind.get("type") if isinstance(kind, dict) else kind
    if name == _POINTER:
        if selector and not selector.startswith("/"):
            raise WorkflowError(f"{quoted(selector)} is no JSON Pointer", hint="write /items/0/id")
        return selector
    if name != _PATH:
        said = f"a value is selected with {quoted(str(name))}, and by JSON Pointer or JSONPath alone here"
        raise WorkflowError(said, hint="write type jsonpointer, and the selector as /items/0/id")
    try:
        names = names_to(selector)
    except CriterionError as error:
        raise WorkflowError(error.message, hint=error.hint) from None
    if names is None:
        said = f"{quoted(selector)} may select several values, and one is taken here"
        raise WorkflowError(said, hint="name one: $.items[0].id")
    return "".join(f"/{each.replace('~', '~0').replace('/', '~1')}" for each in map(str, names))
