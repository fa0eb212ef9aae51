"""Reusable objects: `reference: $components.parameters.page` replaced by what it names (4.6.10)."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.workflow.expressions import without_braces
from openapi_mcp.workflow.fields import Fields, JsonObject, quoted
from openapi_mcp.workflow.findings import Findings

REFERENCE = "reference"
_SECTIONS = ("inputs", "parameters", "successActions", "failureActions")
_MOST = 10_000  # of a section


def components_of(root: Fields) -> JsonObject:
    """Return the components of a document as they stand, once their names are looked at."""
    held = root.get("components")
    if held is None:
        return {}
    fields = Fields(held, root.at("components"), root.findings, "components")
    fields.know(_SECTIONS)
    return {section: {name: value for name, value, _ in fields.members(section, _MOST)} for section in _SECTIONS}


def resolved(
    value: JsonValue, pointer: str, section: str, components: JsonObject, findings: Findings
) -> tuple[JsonValue, str]:
    """Return an object and its place: that of the component where it is a reference to one, else as it stands.

    `section` is the one that it must come from. A `value` beside the reference takes the place of a parameter's own.
    A reference that leads nowhere is found, and an empty object comes of it.
    """
    if not isinstance(value, dict) or REFERENCE not in value:
        return value, pointer
    reference, has_value = value[REFERENCE], section == "parameters"
    for name in value:
        if name != REFERENCE and not (has_value and name == "value"):
            said = f"{quoted(name)} beside a reference is ignored"
            findings.warn(join(pointer, name), said, "remove it, or write the whole object without a reference")
    begin = f"$components.{section}."
    name = without_braces(reference).removeprefix(begin) if isinstance(reference, str) else ""
    held = components.get(section)
    component = held.get(name) if isinstance(held, dict) else None
    if not isinstance(reference, str) or not without_braces(reference).startswith(begin):
        findings.error(join(pointer, "reference"), "the reference leads to no such component", f"write {begin}NAME")
        return None, pointer
    if not isinstance(component, dict):
        said = f"there is no {quoted(name)} in components/{section}"
        names = held if isinstance(held, dict) else {}
        findings.error(join(pointer, "reference"), said, findings.meant(name, names, "correct the name"))
        return None, pointer
    if "value" in value and has_value:
        component = {**component, "value": value["value"]}
    return component, join("#", "components", section, name)
