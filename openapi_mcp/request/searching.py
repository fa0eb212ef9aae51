"""The arguments of the tools that search, describe and call operations, held against what these take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import read_mended_json
from openapi_mcp.model.searching import DEFAULT_LIMIT, MOST_HITS, MOST_NAMES
from openapi_mcp.request.arguments import validate_against
from openapi_mcp.request.lenient import as_texts, renamed, with_numbers
from openapi_mcp.schema.check import Check

_LONGEST_QUERY = 4_000  # characters: a task in words, and not a document
_STRING = {"type": "string"}
_WRITE_QUERY = 'say in words what is to be done, such as "the open orders of a customer"'
_WRITE_ARGUMENTS = 'write them as an object: {"name": "...", "arguments": {"id": 7}}'

_QUERY_WORDS = {"query": ("q", "words", "search", "text")}
_NAMES_WORDS = {"names": ("name", "operation", "operations", "tool", "tools")}
_CALL_WORDS = {"name": ("operation", "tool"), "arguments": ("args", "params", "parameters")}

SEARCH_SCHEMA = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "maxLength": _LONGEST_QUERY},
        "limit": {"type": "integer"},
    },
    "required": ["query"],
    "additionalProperties": False,
}
DESCRIBE_SCHEMA = {
    "type": "object",
    "properties": {"names": {"type": "array", "items": _STRING, "minItems": 1, "maxItems": MOST_NAMES}},
    "required": ["names"],
    "additionalProperties": False,
}
CALL_SCHEMA = {
    "type": "object",
    "properties": {"name": _STRING, "arguments": {"type": "object"}},
    "required": ["name"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Words that are searched for, and how many hits are wanted."""

    words: str
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The call of an operation by its name."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def read_query(arguments: Mapping[str, Any]) -> Query:
    """Return what `search_operations` is asked for; a limit out of bounds is the nearest one within.

    Raises:
        ArgumentsError: an argument breaks a rule, or there are no words.
    """
    given = _checked(with_numbers(renamed(arguments, _QUERY_WORDS), ("limit",)), SEARCH_SCHEMA)
    if not given["query"].strip():
        raise ArgumentsError('argument "query" is empty', field="query", hint=_WRITE_QUERY)
    return Query(words=given["query"], limit=int(min(max(given.get("limit", DEFAULT_LIMIT), 1), MOST_HITS)))


def read_names(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that `describe_operations` is asked for, each once; one alone may come without its list.

    Raises:
        ArgumentsError: an argument breaks a rule.
    """
    arguments = renamed(arguments, _NAMES_WORDS)
    named = {**arguments, "names": as_texts(arguments.get("names"))}
    return tuple(dict.fromkeys(_checked(named, DESCRIBE_SCHEMA)["names"]))


def read_call(arguments: Mapping[str, Any]) -> Named:
    """Return the call that `call_operation` is to make; its arguments may come as JSON text, as some models write them.

    {"name": "get", "arguments": '{"id": 7}'} -> get with {"id": 7}

    Raises:
        ArgumentsError: an argument breaks a rule, or the text is no object that can be read without loss.
    """
    arguments = renamed(arguments, _CALL_WORDS)
    if isinstance(text := arguments.get("arguments"), str):
        arguments = {**arguments, "arguments": _read_object(text)}
    try:
        given = _checked(arguments, CALL_SCHEMA)
    except ArgumentsError as error:
        if error.field != "name":  # the operation's own, in the wrong place or form
            error.hint = _WRITE_ARGUMENTS
        raise
    return Named(name=given["name"].strip(), arguments=given.get("arguments", {}))


def _read_object(text: str) -> dict[str, Any]:
    twice: list[str] = []
    try:
        value, is_mended = read_mended_json(text, twice)
    except ValueError as error:
        raise _no_object(f"is text that is not read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise _no_object("is text, and not that of a JSON object")
    if twice or is_mended:
        raise _no_object(f"is text that says {'a name twice' if twice else 'half a character'}")
    return value


def _no_object(what: str) -> ArgumentsError:
    return ArgumentsError(f'argument "arguments" {what}', field="arguments", hint=_WRITE_ARGUMENTS)


def _checked(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that were given, null being none, once they keep the rules."""
    given = {name: value for name, value in arguments.items() if value is not None}
    validate_against(given, Check(schema))
    return given
