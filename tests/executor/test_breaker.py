"""An API that fails again and again is left alone."""

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from openapi_mcp.executor.breaker import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_FAILURES,
    PATIENCE,
    Breaker,
    Breakers,
    is_answer,
    is_failure,
)
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


def failing(times: int) -> Breakers:
    """Return breakers after so many failures, a second apart, the last one at 100."""
    breakers = Breakers()
    for number in range(times):
        breakers.failed(HERE, 100.5 - times + number, 101.0 - times + number)
    return breakers


def refusal(breakers: Breakers, now: float) -> tuple[int, float]:
    with pytest.raises(LeftAloneError) as raised:
        breakers.begin(HERE, now)
    return raised.value.failures, raised.value.wait


@pytest.mark.parametrize("outcome", [DOWN, LostError("reset"), answered(502), answered(503), answered(504)])
def test_an_api_that_is_not_there_fails(outcome: Outcome) -> None:
    """Issue 7, Retry: no connection, a reset, or a gateway that says so."""
    assert is_failure(outcome, None)


@pytest.mark.parametrize(
    "outcome",
    [answered(200), answered(404), answered(429), answered(500), TooLargeError("x"), BrokenAnswerError("no HTTP"),
     TimeoutError()],
)  # fmt: skip
def test_any_real_answer_is_a_sign_of_life(outcome: Outcome) -> None:
    """A refusal is one, and so is what was still coming at the deadline, or is no HTTP."""
    assert is_answer(outcome)
    assert not is_failure(outcome, None)


def test_who_says_when_to_come_back_is_there() -> None:
    """A 503 with Retry-After is waited for, each by itself."""
    assert not is_failure(answered(503), 2.0)


@pytest.mark.parametrize("outcome", [CertificateError("not believed"), NoTurnError("busy"), SilenceError()])
def test_what_says_nothing_of_the_api_is_neither(outcome: Outcome) -> None:
    """A certificate is told as such each time; ten slow reports close the API to nobody."""
    assert not is_failure(outcome, None)
    assert not is_answer(outcome)


def test_ten_failures_in_a_row_end_in_a_pause() -> None:
    """Issue 7, Retry: a circuit breaker for each origin; another origin is not its business."""
    assert failing(MOST_FAILURES - 1).begin(HERE, 100.0) is False
    breakers = failing(MOST_FAILURES)
    assert refusal(breakers, 101.0) == (MOST_FAILURES, FIRST_PAUSE - 1.0)
    assert breakers.begin(THERE, 101.0) is False


def test_an_answer_counts_anew() -> None:
    """In a row: what answers in between ends the row."""
    breakers = failing(MOST_FAILURES - 1)
    breakers.answered(HERE)
    assert not breakers
    breakers.failed(HERE, 101.0, 101.0)
    assert breakers.begin(HERE, 101.0) is False


def test_calls_that_began_together_fail_as_one() -> None:
    """A hundred calls in flight have one reason to fail, however far apart they do."""
    breakers = failing(1)
    for number in range(100):
        breakers.failed(HERE, 99.0, 101.0 + number)
    assert breakers.left(HERE, 300.0) == 0.0
    assert breakers.begin(HERE, 201.0) is False


def test_a_blip_opens_nothing() -> None:
    """What many calls try again for a second, each at once, fails for one reason, too."""
    breakers = Breakers()
    for number in range(500):
        breakers.failed(HERE, 100.0 + number / 1000, 100.0 + number / 1000)
    assert breakers.begin(HERE, 100.5) is False


def test_after_the_pause_one_call_alone_asks() -> None:
    """An answer closes the breaker, whoever has got it; until then the others know when they may ask."""
    breakers = failing(MOST_FAILURES)
    assert breakers.begin(HERE, 105.0) is True
    assert refusal(breakers, 106.0) == (MOST_FAILURES, PATIENCE - 1.0)
    breakers.answered(HERE)
    assert breakers.begin(HERE, 106.0) is False


def test_each_failed_probe_doubles_the_pause_up_to_a_minute() -> None:
    """Issue 7, Retry."""
    breakers, now, pauses = failing(MOST_FAILURES), 105.0, []
    for _ in range(6):
        assert breakers.begin(HERE, now) is True
        breakers.failed(HERE, now, now)
        pauses.append(refusal(breakers, now)[1])
        now += pauses[-1]
    assert pauses == [10.0, 20.0, 40.0, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_probe_that_hangs_holds_up_nobody() -> None:
    """Else one caller whose calls hang would be the probe for ever, and the API closed to all others."""
    breakers = failing(MOST_FAILURES)
    assert breakers.begin(HERE, 105.0) is True
    assert refusal(breakers, 109.0) == (MOST_FAILURES, 1.0)
    assert [breakers.begin(HERE, 110.0) for _ in range(3)] == [True] * 3


def test_calls_that_fail_together_after_a_probe_that_hung_open_it_for_longer_once() -> None:
    """Those that began before it opened again have nothing more to say."""
    breakers = failing(MOST_FAILURES)
    for began in (105.0, 110.0, 110.0):
        assert breakers.begin(HERE, began) is True
    breakers.failed(HERE, 110.0, 110.5)
    breakers.failed(HERE, 110.0, 110.6)
    breakers.failed(HERE, 105.0, 111.0)
    assert refusal(breakers, 110.5) == (MOST_FAILURES + 1, 2 * FIRST_PAUSE)


def test_calls_that_began_before_do_not_open_it_for_longer() -> None:
    """They fail for the reason that is known."""
    breakers = failing(MOST_FAILURES)
    breakers.failed(HERE, 99.0, 104.0)
    assert refusal(breakers, 104.0) == (MOST_FAILURES, 1.0)


def test_a_probe_that_came_to_nothing_leaves_its_place_to_another() -> None:
    """It was cancelled, never sent, or not answered; that takes nothing from the patience of the others."""
    breakers = failing(MOST_FAILURES)
    assert breakers.begin(HERE, 105.0) is True
    breakers.let_go(HERE)
    assert breakers.begin(HERE, 109.0) is True
    assert refusal(breakers, 109.0) == (MOST_FAILURES, 1.0)
    assert breakers.begin(HERE, 110.0) is True


def test_only_so_many_origins_are_known() -> None:
    """A document may name any number of servers."""
    breakers = Breakers()
    for number in range(1000):
        breakers.failed(number, 100.0, 100.0)
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
        if self.begins():
            self.breakers.failed(HERE, self.now, self.now)
            self.in_a_row += 1
        self.now += 0.2

    @rule()
    def works(self) -> None:
        if self.begins():
            self.breakers.answered(HERE)
            self.in_a_row = 0

    @rule()
    def hangs(self) -> None:
        if self.begins():
            self.breakers.let_go(HERE)

    @rule()
    def waits(self) -> None:
        self.now += 4.0

    def begins(self) -> bool:
        try:
            self.breakers.begin(HERE, self.now)
        except LeftAloneError as error:
            self.refusals.append((error.failures == self.in_a_row, 0 < error.wait <= LONGEST_PAUSE))
            return False
        return True

    @invariant()
    def says_how_often_and_for_how_long(self) -> None:
        assert set(self.refusals) <= {(True, True)}

    @invariant()
    def is_never_closed_to_an_api_that_answers(self) -> None:
        if self.in_a_row < MOST_FAILURES:
            assert self.breakers.left(HERE, self.now) == 0.0

    @invariant()
    def lets_one_call_ask_when_it_said(self) -> None:
        assert self.breakers.left(HERE, self.now + self.breakers.left(HERE, self.now) + 0.001) == 0.0


TestCalls = Calls.TestCase


def test_one_that_opens_and_closes_has_one_line_each_with_its_origin_and_why(caplog: pytest.LogCaptureFixture) -> None:
    """An operator's finding: the API of the whole team was down, and no line of the night said so."""
    origin = ("https", "api.example.com", 443)
    breakers = Breakers()
    for number in range(MOST_FAILURES + 3):
        breakers.failed(origin, float(number), number + 0.5, "no connection")
    breakers.answered(origin)
    breakers.answered(origin)
    assert caplog.messages == [
        "breaker_opened origin=https://api.example.com failures=10 seconds=5 reason=no connection",
        "breaker_closed origin=https://api.example.com",
    ]


def test_what_another_replica_has_found_has_one_line_too(caplog: pytest.LogCaptureFixture) -> None:
    """Each replica's log says why its calls are refused; it hears of it once a second."""
    breakers = Breakers()
    for _ in range(3):
        breakers.learn(HERE, Breaker.of(failures=12, pause=5.0, until=9.0, probed_at=None, is_probed=False))
    assert caplog.messages == [
        "breaker_opened origin=here failures=12 seconds=5 reason=another replica has found it so"
    ]
