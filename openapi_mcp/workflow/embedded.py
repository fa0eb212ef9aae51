"""Expressions in braces within a pattern or a path, put in before it is read (Arazzo 1.1.0, Criterion Object).

"$.items[?@.name == '{$inputs.name}']" -> "$.items[?@.name == 'Ana']". In a path a value never is more than a value: a
quote in it ends no text. In a pattern it is a part of the pattern, as the specification has it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.expressions import Expression, pieces
from openapi_mcp.workflow.faults import CriterionError, ExpressionError
from openapi_mcp.workflow.state import Missing, State

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTES = "'\""

Value = Callable[[Expression, str], Any]
"""The value of an expression, and what stands before it."""


def expressions_within(criterion: Criterion) -> tuple[Expression, ...]:
    """Return the expressions in the braces of a condition.

    Raises:
        CriterionError: something in braces begins as an expression does, and is none.
    """
    return tuple(piece for piece in _pieces(criterion) if isinstance(piece, Expression))


def sampled(criterion: Criterion) -> str:
    """Return a condition as it may be read before anything is known."""
    return "".join(_put_in(criterion, lambda _, before: "a" if before.endswith(".") else 0))


def condition_of(criterion: Criterion, state: State) -> str | Missing:
    """Return a condition with the values of its expressions; the first Missing of any.

    Raises:
        CriterionError: as `expressions_within`.
        SpentError, GivenUpError: as `Work.spend`.
    """
    if "{$" not in criterion.condition:
        return criterion.condition
    values = {each.text: evaluate(each, state) for each in expressions_within(criterion)}
    for value in values.values():
        if isinstance(value, Missing):
            return value
        state.work.weigh(value)
    return "".join(_put_in(criterion, lambda read, _: values[read.text]))


def _put_in(criterion: Criterion, value_of: Value) -> Iterator[str]:
    is_path, quote, before = criterion.kind is CriterionKind.JSONPATH, "", ""
    for piece in _pieces(criterion):
        if isinstance(piece, str):
            quote, before = _quote_after(piece, quote), piece
            yield piece
        elif is_path:
            yield _in_path(value_of(piece, before), quote, before)
        else:
            value = value_of(piece, before)
            yield value if isinstance(value, str) else write_json(value)


def _in_path(value: Any, quote: str, before: str) -> str:
    """Return a value as a path has it: within quotes its text, else the literal, behind a dot a name."""
    if not quote:
        is_name = isinstance(value, str) and before.endswith(".") and _NAME.fullmatch(value)
        return str(value) if is_name else write_json(value)
    text = write_json(value if isinstance(value, str) else write_json(value))[1:-1]
    return text if quote == '"' else text.replace('\\"', '"').replace("'", "\\'")


def _quote_after(text: str, quote: str) -> str:
    """Return the quote that is open behind a part of a path, "" for none."""
    is_escaped = False
    for sign in text:
        if is_escaped:
            is_escaped = False
        elif quote and sign == "\\":
            is_escaped = True
        elif sign == quote:
            quote = ""
        elif not quote and sign in _QUOTES:
            quote = sign
    return quote


def _pieces(criterion: Criterion) -> tuple[str | Expression, ...]:
    try:
        return pieces(criterion.condition)
    except ExpressionError as error:
        raise CriterionError(error.message, hint=error.hint) from None
