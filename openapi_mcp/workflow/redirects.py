"""Whether a step is about a redirect itself: then it is not followed, for what follows it would hide it."""

import re
from collections.abc import Iterator

from openapi_mcp.model.workflow import Criterion, CriterionKind, Step
from openapi_mcp.workflow.regex import is_found

_STATUS = "$statusCode"
_LOCATION = "$response.header.location"
_REDIRECTS = ("301", "302", "303", "307", "308")
_SUCCESSES = ("200", "201", "202", "204")
_IS = r"\$statusCode\s*(?:==|>=)\s*{0}[0-9][0-9]\b|\b{0}[0-9][0-9]\s*(?:==|<=)\s*\$statusCode"
_IS_REDIRECT = re.compile(_IS.format(3))
_IS_SUCCESS = re.compile(_IS.format(2))


def is_about_redirect(step: Step) -> bool:
    """True where a criterion asks for a status of 3xx, or Location is named and none asks for one of 2xx.

    A step without criteria expects a success, which a redirect is none.
    """
    if any(_asks(each, _IS_REDIRECT, _REDIRECTS, _SUCCESSES) for each in _criteria(step)):
        return True
    if not step.criteria or any(_asks(each, _IS_SUCCESS, _SUCCESSES, _REDIRECTS) for each in step.criteria):
        return False
    said = [*step.outputs.values(), *(f"{each.context} {each.condition}" for each in step.criteria)]
    return any(_LOCATION in text.lower() for text in said)


def _criteria(step: Step) -> Iterator[Criterion]:
    yield from step.criteria
    for action in (*step.on_success, *step.on_failure):
        yield from action.criteria


def _asks(criterion: Criterion, said: re.Pattern[str], wanted: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """True for a criterion that only these statuses meet."""
    if criterion.kind is CriterionKind.SIMPLE:
        return said.search(criterion.condition) is not None
    if criterion.kind is not CriterionKind.REGEX or criterion.context.strip("{} ") != _STATUS:
        return False
    return any(is_found(criterion.condition, each) for each in wanted) and not any(
        is_found(criterion.condition, each) for each in others
    )
