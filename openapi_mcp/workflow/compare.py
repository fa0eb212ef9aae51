"""Values of conditions: what holds, what is equal, what comes first (Arazzo 1.0.1, 4.6.11: loose comparisons)."""

import json
import re
from dataclasses import replace
from typing import Any

from openapi_mcp.workflow.condition import Compared, Joined, Literal, Named, Node, Not
from openapi_mcp.workflow.dereference import by_index, by_name
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.state import Missing, State
from openapi_mcp.workflow.work import Work

_LONGEST_WORD = 6  # characters: longer than "false"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")


def is_met(tree: Node, state: State) -> bool:
    """Return whether a condition holds; a lone value does unless it is false, null, 0, "" or not there."""
    match tree:
        case Joined(sign="&&"):
            return all(is_met(operand, state) for operand in tree.operands)
        case Joined():
            return any(is_met(operand, state) for operand in tree.operands)
        case Not():
            return not is_met(tree.operand, state)
        case Compared():
            return _compared(tree.sign, value_of(tree.left, state), value_of(tree.right, state), state.work)
        case Literal() | Named():
            value = value_of(tree, state)
            return isinstance(value, dict | list) or bool(value)


def value_of(tree: Node, state: State) -> Any:
    """Return what stands on one side of a comparison; null for what is not there, true or false for a condition."""
    match tree:
        case Literal():
            return tree.value
        case Named():
            value = found(tree, state)
            return None if isinstance(value, Missing) else value
        case _:
            return is_met(tree, state)


def found(named: Named, state: State) -> Any:
    """Return what an expression and the steps after it lead to, or a Missing.

    The `length` of a list, which has no names, is how many items it has: `$response.body.items.length > 0`.
    """
    value = evaluate(named.expression, state)
    for step in named.steps:
        value = by_index(value, step) if isinstance(step, int) else by_name(value, step)
    if isinstance(value, Missing) and (whole := _before_length(named)) is not None:
        held = found(whole, state)
        return len(held) if isinstance(held, list) else value
    return value


def _before_length(named: Named) -> Named | None:
    """Return what is named before a `length` at the end, None where there is none."""
    read, length = named.expression, "length"
    if named.steps:
        return replace(named, steps=named.steps[:-1]) if named.steps[-1] == length else None
    before, _, last = (read.pointer or "").rpartition("/")
    return Named(expression=replace(read, pointer=before)) if last == length else None


def _compared(sign: str, left: Any, right: Any, work: Work) -> bool:
    if sign in ("==", "!="):
        return _are_equal(left, right, work) is (sign == "==")
    left, right = _alike(left, right, work)
    if not (_is_number(left) and _is_number(right)) and not (isinstance(left, str) and isinstance(right, str)):
        return False  # what has no order is neither less nor greater
    if left < right:
        return sign in ("<", "<=")
    return sign in (">", ">=") if left > right else sign in ("<=", ">=")


def _are_equal(left: Any, right: Any, work: Work) -> bool:
    work.compare(left, right)
    left, right = _alike(left, right, work)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    try:
        return bool(left == right)
    except RecursionError:  # two values nested without end
        return False


def _alike(left: Any, right: Any, work: Work) -> tuple[Any, Any]:
    """Return two values in forms that can be compared: texts in one letter case, a number's text as that number."""
    if isinstance(left, str) and isinstance(right, str):
        work.read(len(left) + len(right))
        return left.casefold(), right.casefold()
    if isinstance(left, str):
        return _like(left, right), right
    if isinstance(right, str):
        return left, _like(right, left)
    return left, right


def _like(text: str, other: Any) -> Any:
    if isinstance(other, bool):
        return {"true": True, "false": False}.get(text[:_LONGEST_WORD].casefold(), text)
    return json.loads(text) if _is_number(other) and _NUMBER.fullmatch(text) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
