"""JSONPath (RFC 9535) in bounded time: whoever wrote the path, and whoever the value."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.regex import LONGEST_TEXT, cost, is_found, is_pattern
from openapi_mcp.workflow.work import SpentError, Work

LONGEST = 2_000  # characters
_MOST_STEPS = 500_000  # nodes that are visited, some microseconds each
_NEW_PATTERN = 2_000  # steps: what it is to make a pattern ready that an answer may hold
_COMPARED = re.compile(
    r"\s*\$(?P<names>(?:\.[A-Za-z_][A-Za-z0-9_]{0,80}){1,20})\s*(?P<rest>(?:[=!]=|[<>]=?)\s*[^\s=].{0,1000})"
)


def check_path(path: str) -> None:
    """Refuse a text that is no JSONPath.

    Raises:
        CriterionError: it is none.
    """
    _compiled(path, Work())


def names_to(path: str) -> tuple[str | int, ...] | None:
    """Return the names and indexes of a JSONPath that leads to one value at most, None of any other.

    Raises:
        CriterionError: it is no JSONPath.
    """
    from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

    found: list[str | int] = []
    for segment in (query := _compiled(path, Work())).segments:
        (one, *more) = segment.selectors
        if more or not query.singular_query() or not isinstance(one, NameSelector | IndexSelector):
            return None
        found.append(one.name if isinstance(one, NameSelector) else one.index)
    return None if any(isinstance(each, int) and each < 0 for each in found) else tuple(found)


def selects(path: str, value: Any, work: Work) -> bool:
    """Return whether a JSONPath selects at least one node of a value.

    Raises:
        CriterionError: it is no JSONPath, or takes too long to follow through this value.
        SpentError, GivenUpError: as `Work.spend`.
    """
    import jsonpath_rfc9535

    try:
        compiled = _compiled(path, _Steps(work))
        return compiled.find_one(value) is not None
    except _TooLongError:
        said = f"the JSONPath {one_line(path, 80)!r} takes too long to follow through what came"
        raise CriterionError(said, hint="name the steps to it instead of searching with `..`") from None
    except (jsonpath_rfc9535.JSONPathError, RecursionError) as error:
        said = f"the JSONPath {one_line(path, 80)!r} cannot be followed: {one_line(str(error), 120)}"
        raise CriterionError(said, hint="name the steps to it instead of searching with `..`") from None


def _size(value: Any) -> int:
    """Return how many items or members a value has."""
    return len(value) if isinstance(value, dict | list) else 0


class _TooLongError(Exception):
    """More nodes were visited than there may be."""


class _Steps(Work):
    """The steps of one path, which are the run's, too."""

    def __init__(self, run: Work) -> None:
        super().__init__(_MOST_STEPS)
        self._run = run

    def spend(self, steps: int) -> None:
        self._run.spend(steps)
        try:
            super().spend(steps)
        except SpentError:
            raise _TooLongError from None


def _compiled(path: str, work: Work) -> Any:
    import jsonpath_rfc9535

    if len(path) > LONGEST:
        raise CriterionError(f"a JSONPath has more than {LONGEST:,} characters", hint="write a shorter one")
    try:
        return _environment_type()(path, work).compile(path)
    except jsonpath_rfc9535.JSONPathError as error:
        said = f"{one_line(path, 80)!r} is no JSONPath: {one_line(str(error), 120)}"
        raise CriterionError(said, hint=_hint(path)) from None
    except (RecursionError, ValueError, IndexError):  # nested without end, a number of any length, half an escape
        said = f"{one_line(path, 80)!r} is no JSONPath that can be read"
        raise CriterionError(said, hint="write it by RFC 9535: $.items[?@.price > 10]") from None


def _hint(path: str) -> str:
    """Return how a text is written that is no path: "$.token != null" compares, which only a filter of a path does."""
    compared = _COMPARED.fullmatch(path)
    if compared is None:
        return "write it by RFC 9535: $.items[?@.price > 10]"
    names, rest = compared["names"], one_line(compared["rest"], 80)
    there = f"@{names} && " if rest.startswith("!=") else ""  # RFC 9535, 2.3.5.2.2: what is not there is != null
    return (
        f"write ${names}, which is met where that is there, or for the items of a list $[?{there}@{names} {rest}]; "
        f"or compare it with type simple: $response.body#{names.replace('.', '/')} {rest}"
    )


@cache
def _environment_type() -> Any:
    """Return what reads one path and counts the steps it takes; its patterns are matched in linear time."""
    from jsonpath_rfc9535 import JSONPathEnvironment
    from jsonpath_rfc9535.filter_expressions import ComparisonExpression, FilterExpressionLiteral
    from jsonpath_rfc9535.function_extensions import ExpressionType, FilterFunction
    from jsonpath_rfc9535.node import JSONPathNodeList
    from jsonpath_rfc9535.parse import Parser
    from jsonpath_rfc9535.segments import JSONPathChildSegment, JSONPathRecursiveDescentSegment
    from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

    class Linear(FilterFunction):
        arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - the library's own class has it so
        return_type = ExpressionType.LOGICAL

        def __init__(self, form: str, spend: Callable[[int], None]) -> None:
            self._form = form
            self._spend = spend
            self._seen: set[str] = set()

        def __call__(self, text: Any, pattern: Any) -> bool:
            if not isinstance(text, str) or not isinstance(pattern, str):
                return False
            if len(pattern) > LONGEST:
                return False
            whole = self._form.format(pattern)
            if whole not in self._seen:
                self._spend(_NEW_PATTERN)
                self._seen.add(whole)
            self._spend(cost(whole, text))
            if len(text) > LONGEST_TEXT:
                raise _TooLongError
            return is_pattern(whole) and is_found(whole, text)

    def selected(nodes: Iterable[Any], selectors: Iterable[Any], environment: Any) -> Iterator[Any]:
        """Yield what is selected of each node: a filter looks at all within it, as often as it has queries."""
        for node in nodes:
            for selector in selectors:
                looks_at_all = not isinstance(selector, NameSelector | IndexSelector)
                environment.work.spend(1 + (_size(node.value) * environment.weight if looks_at_all else 0))
                yield from selector.resolve(node)

    class Weighed(ComparisonExpression):
        """A comparison that is counted: it looks at all of both sides, in depth."""

        def evaluate(self, context: Any) -> bool:
            left, right = (_value_of(side.evaluate(context)) for side in (self.left, self.right))
            context.env.work.compare(left, right)
            both = (FilterExpressionLiteral(self.token, side) for side in (left, right))
            return ComparisonExpression(self.token, next(both), self.operator, next(both)).evaluate(context)

    def _value_of(side: Any) -> Any:
        return side[0].value if isinstance(side, JSONPathNodeList) and len(side) == 1 else side

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

        def parse_infix_expression(self, stream: Any, left: Any) -> Any:
            made = super().parse_infix_expression(stream, left)
            if isinstance(made, ComparisonExpression):
                return Weighed(made.token, made.left, made.operator, made.right)
            return made

    class Environment(JSONPathEnvironment):
        parser_class = Counting

        def __init__(self, path: str, work: Work) -> None:
            super().__init__()
            self.work = work
            self.weight = max(1, path.count("@") + path.count("$") - 1)  # of looking at one child: queries in filters
            self.function_extensions |= {
                "match": Linear("^(?:{})$", work.spend),
                "search": Linear("{}", work.spend),
            }

    return Environment
