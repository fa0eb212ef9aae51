"""JSONPath (RFC 9535) in bounded time: whoever wrote the path, and whoever the value."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.regex import LONGEST_TEXT, cost, is_found, is_pattern

LONGEST = 2_000  # characters
_MOST_STEPS = 500_000  # nodes that are visited, some microseconds each
_COMPARED_PER_STEP = 64  # items or characters


def check_path(path: str) -> None:
    """Refuse a text that is no JSONPath.

    Raises:
        CriterionError: it is none.
    """
    _compiled(path)


def selects(path: str, value: Any) -> bool:
    """Return whether a JSONPath selects at least one node of a value.

    Raises:
        CriterionError: it is no JSONPath, or takes too long to follow through this value.
    """
    import jsonpath_rfc9535

    try:
        compiled = _compiled(path)
        if "$" in path[1:]:  # a filter may compare the whole value for each part of it
            compiled.env.weight += _size(value) // _COMPARED_PER_STEP
        return compiled.find_one(value) is not None
    except _TooLongError:
        said = f"the JSONPath {one_line(path, 80)!r} takes too long to follow through what came"
        raise CriterionError(said, hint="name the steps to it instead of searching with `..`") from None
    except (jsonpath_rfc9535.JSONPathError, RecursionError) as error:
        said = f"the JSONPath {one_line(path, 80)!r} cannot be followed: {one_line(str(error), 120)}"
        raise CriterionError(said, hint="name the steps to it instead of searching with `..`") from None


def _size(value: Any) -> int:
    """Return how many items, members or characters a value has."""
    return len(value) if isinstance(value, dict | list | str) else 0


class _TooLongError(Exception):
    """More nodes were visited than there may be."""


def _compiled(path: str) -> Any:
    import jsonpath_rfc9535

    if len(path) > LONGEST:
        raise CriterionError(f"a JSONPath has more than {LONGEST:,} characters", hint="write a shorter one")
    try:
        return _environment_type()().compile(path)
    except jsonpath_rfc9535.JSONPathError as error:
        said = f"{one_line(path, 80)!r} is no JSONPath: {one_line(str(error), 120)}"
        raise CriterionError(said, hint="write it by RFC 9535: $.items[?@.price > 10]") from None
    except (RecursionError, ValueError, IndexError):  # nested without end, a number of any length, half an escape
        said = f"{one_line(path, 80)!r} is no JSONPath that can be read"
        raise CriterionError(said, hint="write it by RFC 9535: $.items[?@.price > 10]") from None


@cache
def _environment_type() -> Any:
    """Return what reads one path and counts the steps it takes; its patterns are matched in linear time."""
    from jsonpath_rfc9535 import JSONPathEnvironment
    from jsonpath_rfc9535.function_extensions import ExpressionType, FilterFunction
    from jsonpath_rfc9535.parse import Parser
    from jsonpath_rfc9535.segments import JSONPathChildSegment, JSONPathRecursiveDescentSegment
    from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

    class Linear(FilterFunction):
        arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - the library's own class has it so
        return_type = ExpressionType.LOGICAL

        def __init__(self, form: str, spend: Callable[[int], None]) -> None:
            self._form = form
            self._spend = spend

        def __call__(self, text: Any, pattern: Any) -> bool:
            if not isinstance(text, str) or not isinstance(pattern, str):
                return False
            whole = self._form.format(pattern)
            self._spend(cost(whole, text))
            if len(text) > LONGEST_TEXT:
                raise _TooLongError
            return is_pattern(whole) and is_found(whole, text)

    def selected(nodes: Iterable[Any], selectors: Iterable[Any], environment: Any) -> Iterator[Any]:
        """Yield what is selected of each node: a filter looks at all within it, and compares what it finds."""
        for node in nodes:
            for selector in selectors:
                looks_at_all = not isinstance(selector, NameSelector | IndexSelector)
                environment.spend(1 + (_size(node.value) * environment.weight if looks_at_all else 0))
                for found in selector.resolve(node):
                    environment.spend(_size(found.value) // _COMPARED_PER_STEP)
                    yield found

    class Child(JSONPathChildSegment):
        def resolve(self, nodes: Iterable[Any]) -> Iterable[Any]:
            return selected(nodes, self.selectors, self.env)

    class Descendants(JSONPathRecursiveDescentSegment):
        def resolve(self, nodes: Iterable[Any]) -> Iterable[Any]:
            visited = (each for node in nodes for each in self._visit(node))
            return selected(visited, self.selectors, self.env)

    class Counting(Parser):
        def parse_query(self, stream: Any, *, in_filter: bool = False) -> Iterable[Any]:
            for each in super().parse_query(stream, in_filter=in_filter):
                kind = Descendants if isinstance(each, JSONPathRecursiveDescentSegment) else Child
                yield kind(env=each.env, token=each.token, selectors=each.selectors)

    class Environment(JSONPathEnvironment):
        parser_class = Counting

        def __init__(self) -> None:
            super().__init__()
            self._left = _MOST_STEPS
            self.weight = 1  # of looking at one child
            self.function_extensions |= {
                "match": Linear("^(?:{})$", self.spend),
                "search": Linear("{}", self.spend),
            }

        def spend(self, steps: int) -> None:
            self._left -= steps
            if self._left < 0:
                raise _TooLongError

    return Environment
