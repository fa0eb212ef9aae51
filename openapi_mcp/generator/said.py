"""What one schema says in words: its description as plain text, with an example where that shows a form."""

import re
from typing import Any

from openapi_mcp.generator.prose import without_pointers
from openapi_mcp.model.text import one_line

_LONGEST_EXAMPLE = 40  # characters
_SHOWS_FORM = re.compile(r"\be\.?g\b|example|such as|\bformat\b|\bform of\b|[`\"“]|\d", re.IGNORECASE)
_PLACEHOLDERS = frozenset({"string", "text", "example", "value", "name", "foo", "bar", "test", "null", "none"})
_PLAIN_TYPES = frozenset({"integer", "number", "boolean", "null"})


def say(schema: dict[str, Any], longest: int) -> None:
    """Put a schema's words, not those of schemas inside it, in at most `longest` characters.

    {"type": "string", "description": "The **day**.", "examples": ["2024-05-01"]}
    -> {"type": "string", "description": "The day. E.g. 2024-05-01"}

    Examples of what is no plain string stay where they show a structure, and go where the type says it all.
    """
    said = one_line(without_pointers(schema["description"]), longest) if "description" in schema else ""
    if "examples" in schema and (schema.get("type") in ("string", *_PLAIN_TYPES) or "enum" in schema):
        said = _with_example(schema, said, longest)
        del schema["examples"]
    if said:
        schema["description"] = said
    else:
        schema.pop("description", None)


def _with_example(schema: dict[str, Any], said: str, longest: int) -> str:
    example = next(iter(schema["examples"]), None)
    if schema.get("type") != "string" or "enum" in schema or not isinstance(example, str):
        return said
    shown = one_line(example, 2 * _LONGEST_EXAMPLE)
    if not shown or len(shown) > _LONGEST_EXAMPLE or shown.lower() in _PLACEHOLDERS or _SHOWS_FORM.search(said):
        return said
    longer = f"{said}{'' if said[-1] in '.!?:…' else '.'} E.g. {shown}" if said else f"E.g. {shown}"
    return longer if len(longer) <= longest else said
