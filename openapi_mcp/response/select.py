"""A part of an answer by a JMESPath expression, in bounded time and memory: whoever writes it may be hostile.

An expression of a few characters can double what it made at every step, so all that is looked at or made costs steps,
and of those there are only so many. What an expression names without making anything is free: it is there already.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from jmespath.exceptions import IncompleteExpressionError, JMESPathError, JMESPathTypeError, LexerError, ParseError
from jmespath.functions import Functions, signature
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter

from openapi_mcp.model.jsontext import JsonValue, without_lone_surrogates, write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.response.decode import is_deep

MAX_EXPRESSION = 1_000  # characters
MAX_STEPS = 2_000_000  # a second or two; what is made of them stays below 100 MB
_CHARACTERS = 8  # of a text that cost one step
_PATH = frozenset({"field", "index", "subexpression", "index_expression", "identity", "current", "pipe"})
_DEEP = frozenset({"to_string", "contains", "join", "sort", "max", "min"})  # look at all that is in their arguments
_CONTAINERS = (list, dict, str)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
EXAMPLES = "such as results[0].name, results[].{id: id, name: name} or results[?price > `10`]"

Node = Any
"""A node of the library's syntax tree: {"type", "children", and "value" where it has one}."""


class SelectError(ValueError):
    """An expression that cannot be read, or not be applied to this answer; the message goes on after its name."""


class Select:
    """A JMESPath expression, read.

    Raises:
        SelectError: it is none; the message says where it goes wrong.
    """

    def __init__(self, expression: str) -> None:
        self._root = parsed(expression)
        for node in _nodes(self._root):
            _check_function(node)

    @property
    def tree(self) -> Node:
        """The syntax tree."""
        return self._root

    def apply(self, value: JsonValue) -> JsonValue:
        """Return the part of a JSON value that the expression selects; null where that has none.

        ("results[].id", {"results": [{"id": 1}, {"id": 2}]}) -> [1, 2]

        Raises:
            SelectError: a function does not fit the value, the work has no bounds, or JSON has no form for the outcome.
        """
        meter = _Meter()
        try:
            found = _Interpreter(meter).visit(self._root, value)
            if not all(node["type"] in _PATH for node in _nodes(self._root)):
                return _as_json(found)
        except JMESPathTypeError as error:
            raise SelectError(_misfit(error)) from None
        except RecursionError:
            raise SelectError("is nested too deeply") from None
        except (TypeError, ArithmeticError, JMESPathError) as error:
            raise SelectError(f"does not fit this answer: {one_line(str(error), 200)}") from None
        selected: JsonValue = found
        return selected


def select_path(tokens: tuple[str | int, ...]) -> str:
    """Return the expression for a place: ("results", 3, "a b") -> 'results[3]."a b"'."""
    parts = [f"[{token}]" if isinstance(token, int) else f".{_identifier(token)}" for token in tokens]
    return "".join(parts).removeprefix(".")


def _identifier(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
    return name if plain else write_json(name)


def parsed(expression: str) -> Node:
    """Return an expression as the library's tree.

    Raises:
        SelectError: it is none, or too long.
    """
    if len(expression) > MAX_EXPRESSION:
        raise SelectError(f"has {len(expression):,} characters, but must have at most {MAX_EXPRESSION:,}")
    try:
        return Parser().parse(expression).parsed
    except IncompleteExpressionError:
        raise SelectError("is no whole JMESPath expression: it ends too early") from None
    except LexerError as error:
        raise _unreadable(error.message, error.lexer_position) from None
    except ParseError as error:
        raise _unreadable(error.msg, error.lex_position) from None
    except RecursionError:
        raise SelectError("is nested too deeply") from None
    except ValueError as error:  # an empty one, and a slice of no step
        raise SelectError(f"is no JMESPath expression: {one_line(str(error), 200)}") from None


def _unreadable(reason: str, position: int) -> SelectError:
    said = one_line(reason, 100).removesuffix(".")
    return SelectError(f"is no JMESPath expression: {said} (at character {position + 1})")


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):  # the children of a slice are numbers
            yield node
            waiting.extend(node.get("children", ()))


def _check_function(node: Node) -> None:
    if node["type"] != "function_expression":
        return
    name, given = node["value"], len(node["children"])
    known = _Functions.FUNCTION_TABLE.get(name)
    if known is None:
        raise SelectError(f"calls {one_line(name, 60)}(), which JMESPath does not have")
    wanted = known["signature"]
    is_variadic = bool(wanted and wanted[-1].get("variadic"))
    if given < len(wanted) or (given > len(wanted) and not is_variadic):
        raise SelectError(f"calls {name}() with {given} arguments; it takes {len(wanted)}")


def _misfit(error: JMESPathTypeError) -> str:
    wanted = " or ".join(error.expected_types)
    return f"does not fit this answer: {error.function_name}() takes {wanted}, and is given {error.actual_type}"


class _Meter:
    """Counts steps, and ends the work where they are used up."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise SelectError("takes too much work on this answer; select less, step by step")

    def spend_for(self, value: Any) -> None:
        """Spend what a value is long: its own items, or its characters."""
        if isinstance(value, _CONTAINERS):
            self.spend(1 + (len(value) // _CHARACTERS if isinstance(value, str) else len(value)))

    def spend_for_all(self, value: Any) -> None:
        """Spend what all of a value is long as JSON text, however often one part of it occurs."""
        waiting = [value]
        while waiting:
            node = waiting.pop()
            self.spend(1)
            self.spend_for(node)
            if isinstance(node, list):
                waiting.extend(node)
            elif isinstance(node, dict):
                waiting.extend(node)
                waiting.extend(node.values())


class _Functions(Functions):
    """JMESPath's functions, each of which pays for what it looks at before it does."""

    def __init__(self, meter: _Meter) -> None:
        self._meter = meter

    def call_function(self, function_name: str, resolved_args: Any) -> Any:
        for argument in resolved_args:
            (self._meter.spend_for_all if function_name in _DEEP else self._meter.spend_for)(argument)
        return super().call_function(function_name, resolved_args)

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, array: list[str]) -> str:
        self._meter.spend(len(separator) * len(array) // _CHARACTERS)
        return separator.join(array)

    @signature({"types": []})
    def _func_to_string(self, arg: Any) -> str:
        """Write JSON as we do everywhere: no character is escaped that need not be."""
        return arg if isinstance(arg, str) else write_json(arg)

    @signature({"types": []})
    def _func_to_number(self, arg: Any) -> int | float | None:
        """Return no number that JSON has no form for."""
        if isinstance(arg, bool) or not isinstance(arg, (int, float, str)):
            return None
        try:
            return arg if isinstance(arg, (int, float)) else _number(arg)
        except ValueError:
            return None

    def _create_key_func(self, expref: Any, allowed_types: Any, function_name: str) -> Any:
        key: Any = super()._create_key_func(expref, allowed_types, function_name)  # type: ignore[misc]

        def paid(element: Any) -> Any:
            found = key(element)
            self._meter.spend_for(found)
            return found

        return paid


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return number if math.isfinite(number) else None


class _Interpreter(TreeInterpreter):
    def __init__(self, meter: _Meter) -> None:
        super().__init__(Options(custom_functions=_Functions(meter)))
        self._meter = meter

    def visit(self, node: Node, *args: Any, **kwargs: Any) -> Any:
        self._meter.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_comparator(self, node: Node, value: Any) -> Any:
        """Compare two values; where both are of a kind whose comparison takes time, that is paid for.

        A text and a number have no order: null, as for all else that has none.
        """
        left, right = (self.visit(child, value) for child in node["children"])
        if node["value"] not in ("eq", "ne") and isinstance(left, str) != isinstance(right, str):
            return None
        if isinstance(left, _CONTAINERS) and type(left) is type(right):
            self._meter.spend_for_all(left)
        seen: Node = {**node, "children": [{"type": "literal", "value": each} for each in (left, right)]}
        return super().visit_comparator(seen, value)

    def visit_flatten(self, node: Node, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self._meter.spend(sum(len(item) if isinstance(item, list) else 1 for item in base))
        return [part for item in base for part in (item if isinstance(item, list) else (item,))]

    def visit_slice(self, node: Node, value: Any) -> Any:
        if not isinstance(value, list):
            return None
        begin, end, step = node["children"]
        if step == 0:
            raise SelectError("holds a slice whose step is 0")
        part = slice(begin, end, step)
        self._meter.spend(len(range(*part.indices(len(value)))))
        return value[part]


def _as_json(found: Any) -> JsonValue:
    """Return what an expression made, where it is JSON that can be written and read by clients."""
    _Meter().spend_for_all(found)
    try:
        text = write_json(found)
    except (ValueError, TypeError):
        raise SelectError("comes to a value that JSON has no form for") from None
    if is_deep(found, text):
        raise SelectError("comes to a value that is nested too deeply")
    value: JsonValue = without_lone_surrogates(found) if _LONE_SURROGATE.search(text) else found
    return value
