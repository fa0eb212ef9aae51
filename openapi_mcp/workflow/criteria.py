"""Criteria held against what a run knows (Arazzo 1.0.1, 4.6.11)."""

from collections.abc import Iterable, Mapping
from typing import Any

from openapi_mcp.model.jsontext import begin_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.compare import found, is_met
from openapi_mcp.workflow.condition import Named, named_in, parse_condition
from openapi_mcp.workflow.embedded import condition_of, expressions_within, sampled
from openapi_mcp.workflow.evaluate import evaluate
from openapi_mcp.workflow.expressions import Expression, parse, without_braces
from openapi_mcp.workflow.faults import CriterionError, ExpressionError
from openapi_mcp.workflow.jsonpath import check_path, selects
from openapi_mcp.workflow.regex import LONGEST, LONGEST_TEXT, cost, is_found, is_pattern
from openapi_mcp.workflow.state import Missing, State

_SHOWN = 80  # characters of a value
_MOST_SHOWN = 5
_PATH, _PATTERN = 5, 1_000  # steps: what it is to read a character of a path, and a pattern
_WRITTEN = 3  # characters of JSON that are written in a step, where it need not be all of it


def check_criterion(criterion: Criterion) -> tuple[Expression, ...]:
    """Return the expressions of a criterion, once it is sure that it can be held against something.

    Raises:
        CriterionError: its condition or its context cannot be read, or is of a kind that we do not know.
    """
    if criterion.kind is CriterionKind.XPATH:
        said = "a condition is an XPath, and XML is not read here"
        raise CriterionError(said, hint="use type jsonpath, regex or simple")
    if criterion.kind is CriterionKind.SIMPLE:
        return tuple(named.expression for named in named_in(parse_condition(criterion.condition)))
    _check(criterion, sampled(criterion))
    return (_context(criterion), *expressions_within(criterion))


def _check(criterion: Criterion, condition: str) -> None:
    """Refuse a path or pattern that cannot be read."""
    if criterion.kind is CriterionKind.JSONPATH:
        check_path(condition)
    elif not is_pattern(condition):
        said = f"{one_line(condition, 80)!r} is no pattern that can be matched in linear time"
        raise CriterionError(said, hint=f"write it for RE2, without look-around, in at most {LONGEST:,} characters")


def holds(criterion: Criterion, state: State) -> bool:
    """Return whether a criterion is met. What an expression does not find counts as null.

    Raises:
        CriterionError: it cannot be held against what came: a path that takes too long to follow.
        SpentError, GivenUpError: as `Work.spend`.
    """
    work = state.work
    if criterion.kind is CriterionKind.SIMPLE:
        work.spend(len(criterion.condition))  # it is read anew where it was not read lately
        return is_met(parse_condition(criterion.condition), state)
    condition = condition_of(criterion, state)
    value = evaluate(_context(criterion), state)
    if isinstance(value, Missing) or isinstance(condition, Missing):
        return False
    if criterion.kind is CriterionKind.JSONPATH:  # which is read as it is followed
        work.spend(_PATH * len(condition))
        return selects(condition, value, work)
    _check(criterion, condition)
    text = _text(value)
    if not isinstance(value, str):
        work.spend(len(text) // _WRITTEN)
    work.spend(_PATTERN + cost(condition, text))
    return is_found(condition, text)


def _text(value: Any) -> str:
    """Return what a pattern is held against.

    Raises:
        CriterionError: more than is matched in bearable time, however the pattern is written.
    """
    text = value if isinstance(value, str) else begin_json(value, LONGEST_TEXT + 1)
    if len(text) > LONGEST_TEXT:
        said = f"a pattern is held against at most {LONGEST_TEXT:,} characters, and more came"
        raise CriterionError(said, hint="name the part that it is about in the context: $response.body#/status")
    return text


def first_unmet(criteria: Iterable[Criterion], state: State) -> Criterion | None:
    """Return the first criterion that is not met, None where all are: they are joined by "and".

    Raises:
        CriterionError: as `holds`.
    """
    return next((each for each in criteria if not holds(each, state)), None)


def looks_at_members(criterion: Criterion, state: State) -> bool:
    """True for "$[?...]" held against an object: a filter looks at the values of its members, not at itself."""
    if criterion.kind is not CriterionKind.JSONPATH or not criterion.condition.lstrip().startswith("$[?"):
        return False
    return isinstance(evaluate(_context(criterion), state), Mapping)


def observed(criterion: Criterion, state: State) -> str:
    """Return what the expressions of a criterion found, in short: "$statusCode is 404"."""
    if criterion.kind is CriterionKind.SIMPLE:
        named = named_in(parse_condition(criterion.condition))
    else:
        named = (Named(expression=each) for each in (_context(criterion), *expressions_within(criterion)))
    said = dict.fromkeys(f"{_written(each)} is {_shown(found(each, state))}" for each in named)
    return ", ".join(list(said)[:_MOST_SHOWN])


def _context(criterion: Criterion) -> Expression:
    try:
        return parse(without_braces(criterion.context))
    except ExpressionError as error:
        said = "the criterion has no context" if not criterion.context else f"in the context, {error.message}"
        hint = "say what the condition is held against: context: $response.body"
        raise CriterionError(said, where="context" if criterion.context else None, hint=hint) from None


def _written(named: Named) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in named.steps)
    return one_line(f"{named.expression.text}{steps}", _SHOWN)


def _shown(value: Any) -> str:
    return "not there" if isinstance(value, Missing) else one_line(begin_json(value, 2 * _SHOWN), _SHOWN)
