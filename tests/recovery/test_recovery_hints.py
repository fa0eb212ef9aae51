"""What to do about a failure, in a sentence."""

from typing import Any

import pytest

from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import RULES, Fault, Suggestion
from openapi_mcp.recovery.strategy import Told
from openapi_mcp.recovery.telling.hints import hint_of


def hint(*faults: Fault, said: str = "", kind: FailureKind = FailureKind.REJECTED, tries: tuple[str, ...] = ()) -> str:
    steps = tuple(Suggestion(tool=name, why="") for name in tries)
    failure = Failure(kind=kind, message="", faults=faults, hint="do so", tries=steps)
    return hint_of(failure, (Told(hint=said),))


def fault(rule: str, limit: Any = None, **more: Any) -> Fault:
    return Fault(**{"path": ("size",), "rule": rule, "limit": limit, **more})


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (fault("required"), 'add "size"'),
        (fault("enum", ("a", "b")), 'correct "size": it must be one of a, b; then call again'),
        (fault("enum"), 'correct "size": it does not fit; then call again'),
        (fault("maximum", 100), 'correct "size": it must be at most 100; then call again'),
        (fault("minimum", 0), 'correct "size": it must be at least 0; then call again'),
        (fault("minLength", 3), 'correct "size": it must be at least 3 characters long; then call again'),
        (fault("format", "date"), 'correct "size": it must be of the format date; then call again'),
        (fault("type", ["integer", "null"]), 'correct "size": it must be integer, null; then call again'),
        (fault("exists"), 'correct "size": it names nothing that is there; then call again'),
        (fault("taken", path=(), named="email"), 'correct "email": it is taken already; then call again'),
        (fault("type", "integer", path=("items", 0, "n")), 'correct "items[0].n": it must be integer; then call again'),
        (fault("unknown"), "do so"),
        (fault("invalid", path=()), "do so"),
    ],
)
def test_the_field_the_rule_and_what_is_allowed_are_said(broken: Fault, said: str) -> None:
    """Issue 7, Tell: the field, the rule, the allowed values."""
    assert hint(broken) == said


def test_the_tools_that_yield_it_are_named() -> None:
    assert hint(fault("required"), tries=("a", "b", "c")) == 'add "size"; a or b yields it'


def test_of_several_that_may_name_nothing_all_are_named() -> None:
    both = (fault("exists", path=("owner",)), fault("exists", path=("repo",)))
    assert hint(*both, tries=("repos",)) == 'one of "owner", "repo" names nothing that is there; repos yields it'
    assert hint(*both, said="ask") == 'one of "owner", "repo" names nothing that is there; ask'


def test_other_failures_keep_their_hint() -> None:
    assert hint(fault("invalid"), kind=FailureKind.INVALID_ARGUMENTS) == "do so"
    assert hint(fault("type", "integer"), kind=FailureKind.TIMEOUT) == "do so"
    assert hint(kind=FailureKind.NOT_FOUND) == "do so"
    assert hint(fault("type"), said="ask") == "ask"


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_hint_is_short(rule: str) -> None:
    """What upstreams and documents say may be endless."""
    long = fault(rule, tuple("x" * 500 for _ in range(500)), path=("y" * 5_000,))
    assert len(hint(long, long, tries=("t" * 64, "u" * 64, "v" * 64))) <= 300
    assert len(hint(long, said="z" * 5_000)) <= 300
    many = tuple(fault(rule, path=(f"{number}" * 50,)) for number in range(20))
    assert len(hint(*many, said="z" * 5_000, tries=("t" * 64,))) <= 300


CUSTOMER = fault("type", "integer", path=("customer",))


def test_each_of_several_faults_is_told_with_its_own_tools() -> None:
    """A tool that yields a customer yields no items."""
    step = Suggestion(tool="customers", why="", path=("customer",))
    failure = Failure(
        kind=FailureKind.INVALID_ARGUMENTS,
        message="",
        faults=(fault("required", path=("items",)), CUSTOMER),
        tries=(step,),
    )
    assert hint_of(failure) == 'add "items"; correct "customer": it must be integer (customers yields it)'


def test_three_of_many_faults_are_told() -> None:
    faults = tuple(fault("required", path=(name,)) for name in "abcde")
    assert hint(*faults) == 'add "a"; add "b"; add "c"; and 2 more'


def test_an_unknown_name_is_told_with_what_is_near_once() -> None:
    missing, one, other = fault("required", path=("name",)), fault("unknown", path=("fullName",)), fault("unknown")
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="", faults=(missing, one, other))
    rename = Told(hint='rename "fullName" to "name"', path=("name",))
    assert hint_of(failure, (rename,)) == 'rename "fullName" to "name"; "size" is unknown: leave it out'
    near = Told(near=("sizes",), path=("size",))
    assert hint_of(failure, (rename, near)).endswith('"size" is unknown: did you mean "sizes"?')


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (fault("invalid", at="#", said="Not open today."), 'correct "size": Not open today; then call again'),
        (fault("invalid", at="#", said="Invalid value for size"), 'correct "size": it was refused; then call again'),
        (fault("minItems", 1), 'give at least one of "size"; then call again'),
        (fault("minLength", 1), 'correct "size": it must not be empty; then call again'),
        (
            fault("type", "string", schema={"type": "string", "pattern": "^[0-9]+$"}),
            'correct "size": it must be text of the pattern ^[0-9]+$; then call again',
        ),
    ],
)
def test_what_helps_most_is_said(broken: Fault, said: str) -> None:
    """The API's own words where they say more; the pattern that would be broken next; one of what is empty."""
    assert hint(broken) == said
