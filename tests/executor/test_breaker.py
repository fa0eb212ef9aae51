"""An API that fails again and again is left alone."""

from typing import Any

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openapi_mcp.executor.breaker import FIRST_PAUSE, LONGEST_PAUSE, MOST_FAILURES, Breakers
from openapi_mcp.executor.faults import (
    BrokenAnswerError,
    CertificateError,
    LeftAloneError,
    LostError,
    NoTurnError,
    SilenceError,
    TooLargeError,
    UnreachableError,
)
from openapi_mcp.executor.retry import Outcome
from openapi_mcp.model.message import HttpResponse

HERE, THERE = "here", "there"
DOWN = UnreachableError("refused")


def answered(status: int) -> HttpResponse:
    return HttpResponse(status=status, url="https://api.example.com/")


def failing(times: int, outcome: Outcome = DOWN, now: float = 100.0) -> Breakers:
    breakers = Breakers()
    for _ in range(times):
        breakers.note(HERE, outcome, None, now, is_probe=False)
    return breakers


def refusal(breakers: Breakers, now: float) -> tuple[int, float]:
    with pytest.raises(LeftAloneError) as raised:
        breakers.begin(HERE, now)
    return raised.value.failures, raised.value.wait


@pytest.mark.parametrize(
    "outcome", [DOWN, LostError("reset"), SilenceError(), answered(502), answered(503), answered(504)]
)
def test_ten_failures_in_a_row_end_in_a_pause(outcome: Outcome) -> None:
    """Issue 7, Retry: a circuit breaker for each origin; another origin is not its business."""
    assert failing(MOST_FAILURES - 1, outcome).begin(HERE, 100.0) is False
    breakers = failing(MOST_FAILURES, outcome)
    assert refusal(breakers, 101.0) == (MOST_FAILURES, FIRST_PAUSE - 1.0)
    assert breakers.begin(THERE, 101.0) is False


@pytest.mark.parametrize(
    "outcome", [answered(200), answered(404), answered(429), answered(500), TooLargeError("x"), TimeoutError()]
)
def test_any_real_answer_counts_anew(outcome: Outcome) -> None:
    """A refusal is a sign of life, and so is what was still coming at the deadline."""
    breakers = failing(MOST_FAILURES - 1)
    breakers.note(HERE, outcome, None, 100.0, is_probe=False)
    assert not breakers
    breakers.note(HERE, DOWN, None, 100.0, is_probe=False)
    assert breakers.begin(HERE, 100.0) is False


@pytest.mark.parametrize("outcome", [answered(503), BrokenAnswerError("no HTTP")])
def test_who_says_when_to_come_back_is_there(outcome: Outcome) -> None:
    """A 503 with Retry-After is waited for, each by itself; what is no HTTP came from somewhere."""
    breakers = failing(MOST_FAILURES - 1)
    breakers.note(HERE, outcome, 2.0, 100.0, is_probe=False)
    assert not breakers


@pytest.mark.parametrize("outcome", [CertificateError("not believed"), NoTurnError("busy")])
def test_what_says_nothing_of_the_api_changes_nothing(outcome: Outcome) -> None:
    """A certificate is told as such each time."""
    breakers = failing(MOST_FAILURES - 1)
    breakers.note(HERE, outcome, None, 100.0, is_probe=False)
    breakers.note(HERE, DOWN, None, 100.0, is_probe=False)
    assert refusal(breakers, 100.0)[0] == MOST_FAILURES


def test_after_the_pause_one_call_alone_asks() -> None:
    """Its success closes the breaker."""
    breakers = failing(MOST_FAILURES)
    assert breakers.begin(HERE, 105.0) is True
    assert refusal(breakers, 105.0) == (MOST_FAILURES, FIRST_PAUSE)
    breakers.note(HERE, answered(200), None, 105.0, is_probe=True)
    assert breakers.begin(HERE, 105.0) is False


def test_each_failed_probe_doubles_the_pause_up_to_a_minute() -> None:
    """Issue 7, Retry."""
    breakers, now, pauses = failing(MOST_FAILURES), 105.0, []
    for _ in range(6):
        assert breakers.begin(HERE, now) is True
        breakers.note(HERE, DOWN, None, now, is_probe=True)
        pauses.append(refusal(breakers, now)[1])
        now += pauses[-1]
    assert pauses == [10.0, 20.0, 40.0, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_calls_that_began_before_do_not_open_it_for_longer() -> None:
    """A hundred calls in flight fail together."""
    breakers = failing(100)
    assert refusal(breakers, 100.0) == (100, FIRST_PAUSE)


@pytest.mark.parametrize("outcome", [None, NoTurnError("busy")])
def test_a_probe_that_came_to_nothing_leaves_its_place_to_another(outcome: Any) -> None:
    """It was cancelled, or never sent."""
    breakers = failing(MOST_FAILURES)
    assert breakers.begin(HERE, 105.0) is True
    if outcome is None:
        breakers.let_go(HERE)
    else:
        breakers.note(HERE, outcome, None, 105.0, is_probe=True)
    assert breakers.begin(HERE, 105.0) is True


def test_only_so_many_origins_are_known() -> None:
    """A document may name any number of servers."""
    breakers = Breakers()
    for number in range(1000):
        breakers.note(number, DOWN, None, 100.0, is_probe=False)
    assert len(breakers._failing) == 100
    breakers.let_go("never seen")


class Calls(RuleBasedStateMachine):
    """Any calls, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.breakers, self.now, self.in_a_row = Breakers(), 0.0, 0
        self.refusals: list[tuple[bool, bool]] = []

    @rule()
    def fails(self) -> None:
        self.call(DOWN)

    @rule()
    def works(self) -> None:
        self.call(answered(200))

    @rule()
    def waits(self) -> None:
        self.now += 4.0

    def call(self, outcome: Outcome) -> None:
        try:
            is_probe = self.breakers.begin(HERE, self.now)
        except LeftAloneError as error:
            self.refusals.append((error.failures == self.in_a_row, 0 < error.wait <= LONGEST_PAUSE))
            return
        self.breakers.note(HERE, outcome, None, self.now, is_probe=is_probe)
        self.in_a_row = self.in_a_row + 1 if outcome is DOWN else 0

    @invariant()
    def says_how_often_and_for_how_long(self) -> None:
        assert set(self.refusals) <= {(True, True)}

    @invariant()
    def is_never_closed_to_an_api_that_answers(self) -> None:
        if self.in_a_row < MOST_FAILURES:
            assert self.breakers.begin(HERE, self.now) is False


TestCalls = Calls.TestCase
