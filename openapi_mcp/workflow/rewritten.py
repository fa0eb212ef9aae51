"""Conditions that are not written as Arazzo has them, but mean one thing: as the simple ones that they are.

A text in double quotes, `$response.body#/status == "open"`, and a path that compares, which by RFC 9535 only a filter
does: `$.status == 'open'` with the context $response.body is `$response.body#/status == 'open'`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.condition import LONGEST, Compared, Joined, Node, Not, parse_condition
from openapi_mcp.workflow.expressions import Expression, Root, begins_one, parse, without_braces
from openapi_mcp.workflow.faults import CriterionError, ExpressionError

_STEP = r"\.[A-Za-z_][\w-]*+|\[(?:0|[1-9][0-9]{0,8})\]|\['[^']*+'\]|\[\"[^\"\\]*+\"\]"
_PIECE = re.compile(
    r"(?P<single>'(?:[^']|'')*+')"
    r'|(?P<double>"(?:[^"\\]|\\.)*+")'
    rf"|\$(?![A-Za-z])(?P<path>(?:{_STEP})*+)(?![.\[\w*])"
    r"|(?P<expression>\$[A-Za-z][^\s=!<>&|()\[\]{}'\"]*+)"
    r"|(?P<other>[^'\"$@]++)"
)
_STEPS = re.compile(_STEP)
_IN_NO_EXPRESSION = re.compile(r"[\s=!<>&|()\[\]{}'\"]")  # as `condition` reads one
_WITHIN = (Root.REQUEST, Root.RESPONSE, Root.INPUTS, Root.OUTPUTS, Root.STEPS, Root.WORKFLOWS)


class _UnclearError(Exception):
    """A condition that has no one meaning."""


def as_simple(criterion: Criterion) -> Criterion | None:
    """Return the simple criterion that one is meant as, which cannot be read; None where that is not sure.

    A path has to compare: that `$.a && $.b` are there, or hold, are two meanings.
    """
    is_path = criterion.kind is CriterionKind.JSONPATH
    if not (is_path or criterion.kind is CriterionKind.SIMPLE) or len(criterion.condition) > LONGEST:
        return None
    with suppress(_UnclearError, ExpressionError, CriterionError):
        context = parse(without_braces(criterion.context)) if is_path else None
        condition = "".join(_pieces(criterion.condition, context))
        tree = parse_condition(condition)
        if _compares(tree) or not is_path:
            return replace(criterion, kind=CriterionKind.SIMPLE, condition=condition, context="")
    return None


def _compares(tree: Node) -> bool:
    """True where each part of a condition holds two values against each other."""
    match tree:
        case Joined():
            return all(_compares(each) for each in tree.operands)
        case Not():
            return _compares(tree.operand)
    return isinstance(tree, Compared)


def _pieces(condition: str, context: Expression | None) -> Iterator[str]:
    """Yield a condition piece by piece, as a simple one has it."""
    at = 0
    while at < len(condition):
        found = _PIECE.match(condition, at)
        if found is None:
            raise _UnclearError
        at = found.end()
        if found["path"] is not None:
            yield _within(context, found["path"])
        elif found["double"]:
            yield _literal(_text(found["double"]))
        elif found["single"]:
            yield _literal(found["single"][1:-1].replace("''", "'"))
        else:
            yield found[0]


def _text(quoted: str) -> str:
    """Return the text of one in double quotes, which has the escapes of JSON; half a surrogate pair is no text."""
    try:
        return json.loads(quoted, strict=False).encode().decode()  # type: ignore[no-any-return]
    except ValueError:
        raise _UnclearError from None


def _literal(text: str) -> str:
    """Return a text in single quotes; one that is all an expression in braces, as that: a simple text has no others."""
    inner = without_braces(text)
    if inner != text and begins_one(inner):
        return inner
    if "{$" in text:
        raise _UnclearError
    return "'" + text.replace("'", "''") + "'"


def _within(context: Expression | None, path: str) -> str:
    """Return the expression of what a path leads to in its context: ".a[0]" of $response.body as "#/a/0"."""
    if context is None:
        raise _UnclearError
    steps = [_name(step) for step in _STEPS.findall(path)]
    has_parts = context.root in _WITHIN and context.part not in ("header", "query", "path")
    if steps and (not has_parts or any(_IN_NO_EXPRESSION.search(step) for step in steps)):
        raise _UnclearError
    if not steps:
        return context.text
    mark = "#" if context.pointer is None else ""
    return context.text + mark + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _name(step: str) -> str:
    if step.startswith("."):
        return step[1:]
    return step[1:-1] if step[1:-1].isdigit() else step[2:-2]
