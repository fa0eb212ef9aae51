"""What a reader cannot see has no place in a list: names and values of a schema that hold hidden characters."""

from typing import Any

from openapi_mcp.model.text import holds_hidden

_SAID = ("default", "const", "example")


def leave_out_unseen(schema: dict[str, Any]) -> None:
    r"""Take from one schema, not from those inside it, the names and values that hold hidden characters.

    {"enum": ["a", "a\u200b"], "default": "\u202ea"} -> {"enum": ["a"]}

    A person who approves a call sees such a value as another one, and a model reads in it what no person does
    (Security, C31). Without them the list says less; what they may be, the API decides.
    """
    for word in _SAID:
        if word in schema and _is_unseen(schema[word]):
            del schema[word]
    for word in ("enum", "examples"):
        if word in schema and _is_unseen(schema[word]):
            _keep(schema, word, [value for value in schema[word] if not _is_unseen(value)])
    for word in ("properties", "dependentRequired", "dependentSchemas"):
        if word in schema and any(map(holds_hidden, schema[word])):
            _keep(schema, word, {name: value for name, value in schema[word].items() if not holds_hidden(name)})
    _leave_out_names(schema)


def _leave_out_names(schema: dict[str, Any]) -> None:
    if _is_unseen(schema.get("required")):
        _keep(schema, "required", [name for name in schema["required"] if not holds_hidden(name)])
    if _is_unseen(schema.get("dependentRequired")):
        seen = {
            name: [needed for needed in names if not holds_hidden(needed)]
            for name, names in schema["dependentRequired"].items()
        }
        _keep(schema, "dependentRequired", {name: needed for name, needed in seen.items() if needed})


def _keep(schema: dict[str, Any], word: str, left: Any) -> None:
    """Put what is left in its place; nothing where nothing is: an empty `enum` allows nothing at all."""
    if left:
        schema[word] = left
    else:
        del schema[word]


def _is_unseen(value: Any) -> bool:
    """True where hidden characters stand anywhere in a JSON value."""
    match value:
        case str():
            return holds_hidden(value)
        case list():
            return any(map(_is_unseen, value))
        case dict():
            return any(map(holds_hidden, value)) or any(map(_is_unseen, value.values()))
        case _:
            return False
