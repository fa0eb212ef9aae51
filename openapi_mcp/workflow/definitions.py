"""The `$defs` of a workflow's inputs, moved to where a document has them: components/inputs."""

from typing import Any

from openapi_mcp.model.pointer import join, tokens
from openapi_mcp.model.workflow import Workflow

_OWN = "#/$defs/"


def inputs_in(workflow: Workflow, components: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of a workflow as they stand in a document; `components` takes what they lead to.

    In a document "#" is the document, and no longer the schema.
    """
    definitions = workflow.inputs.get("$defs", {})
    as_read = {name for name, schema in definitions.items() if components.get(name, _OWN) == _led(schema, {})}
    names = {
        name: name if name in as_read else _name(name, workflow.id, components, definitions) for name in definitions
    }
    components |= {names[name]: _led(schema, names) for name, schema in definitions.items() if name not in as_read}
    return {word: _led(each, names) for word, each in workflow.inputs.items() if word != "$defs"}


def _name(name: str, workflow_id: str, components: dict[str, Any], own: dict[str, Any]) -> str:
    """Return a name that no other component has; a document that was read has its own already."""
    found, number = name, 1
    while found in components or (found != name and found in own):
        found, number = f"{workflow_id}.{name}" if number == 1 else f"{workflow_id}.{name}.{number}", number + 1
    return found


def _led(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_led(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {word: _reference(each, names) if word == "$ref" else _led(each, names) for word, each in value.items()}


def _reference(value: Any, names: dict[str, str]) -> Any:
    if not isinstance(value, str) or not value.startswith(_OWN):
        return value
    name, *rest = tokens(value)[1:]
    return join("#/components/inputs", names.get(name, name), *rest)
