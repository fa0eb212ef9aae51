"""Falling over from one model to the next, driven by hand."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.ask.fallback import LONGEST_WAIT, MOST_TRIES, ask_models
from openapi_mcp.ask.standing import Standing
from openapi_mcp.ask.steps import Pause, Think, Tried, Try, TryOutcome, TryStep
from openapi_mcp.flow import drive_at_once
from openapi_mcp.model.chat import Asked, FaultKind, ModelFault, Turn

THINK = Think(history=(Asked(text="?"),), tools=(), instructions="")
TWO = Standing(models=("one", "two"))


def fault(kind: FaultKind, model: str = "one", **rest: Any) -> ModelFault:
    return ModelFault(model=model, kind=kind, message=f"{model}: {kind}", **rest)


@dataclass
class World:
    """Answers tries from a list of each model's outcomes, the last one again and again, and keeps what was wanted."""

    outcomes: dict[str, list[Turn | ModelFault]]
    now: float = 100.0
    tried: list[tuple[str, float]] = field(default_factory=list)
    paused: list[float] = field(default_factory=list)

    def perform(self, step: TryStep) -> TryOutcome:
        if isinstance(step, Pause):
            self.paused.append(step.seconds)
            self.now += step.seconds
            return self.now
        assert isinstance(step, Try)
        self.tried.append((step.model, self.now))
        left = self.outcomes[step.model]
        return Tried(came=left.pop(0) if len(left) > 1 else left[0], now=self.now)

    def think(
        self, standing: Standing = TWO, jitter: Callable[[], float] = lambda: 0.0, think: Think = THINK
    ) -> tuple[Turn | tuple[ModelFault, ...], Standing]:
        return drive_at_once(ask_models(think, standing, self.now, jitter), self.perform)

    @property
    def models(self) -> list[str]:
        return [model for model, _ in self.tried]


def turn(model: str) -> Turn:
    return Turn(model=model, text="Yes.")


def test_a_model_that_answers_is_the_only_one_asked() -> None:
    """Issue 11: --model is repeatable: primary, then secondary."""
    world = World({"one": [turn("one")], "two": [turn("two")]})
    came, standing = world.think()
    assert (came, standing, world.models) == (turn("one"), TWO, ["one"])


def test_a_spent_quota_goes_to_the_next_at_once_and_the_spent_one_is_left_alone() -> None:
    """Issue 11: quota is not a blip; the next provider at once, the spent one left alone until its reset."""
    world = World({"one": [fault(FaultKind.QUOTA, seconds_to_reset=500.0), turn("one")], "two": [turn("two")]})
    came, standing = world.think()
    assert (came, world.models, world.paused) == (turn("two"), ["one", "two"], [])
    world.now += 499
    came, standing = world.think(standing)
    assert world.models == ["one", "two", "two"]
    world.now += 1
    came, standing = world.think(standing)
    assert (came, world.models[-1], standing) == (turn("one"), "one", TWO)


def test_a_quota_without_a_reset_is_spent_for_the_run() -> None:
    """Issue 11, as above; our choice where the provider does not say."""
    world = World({"one": [fault(FaultKind.QUOTA)], "two": [turn("two")]})
    _, standing = world.think()
    world.now += 1e6
    world.think(standing)
    assert world.models == ["one", "two", "two"]


@pytest.mark.parametrize(
    "kind", [FaultKind.RATE_LIMITED, FaultKind.OVERLOADED, FaultKind.UNREACHABLE, FaultKind.SERVER]
)
def test_a_blip_is_waited_for_first(kind: FaultKind) -> None:
    """Issue 11: overload, resets, plain rate limits: back-off first, then the next."""
    world = World({"one": [fault(kind), fault(kind), turn("one")], "two": [turn("two")]})
    came, _ = world.think()
    assert (came, world.models, world.paused) == (turn("one"), ["one"] * 3, [1.0, 2.0])


def test_a_blip_that_lasts_goes_to_the_next_and_the_model_rests() -> None:
    """Issue 11, as above; a model that rests comes after the others for a minute, and then first again."""
    world = World({"one": [fault(FaultKind.OVERLOADED)], "two": [turn("two")]})
    came, standing = world.think()
    assert (came, world.models) == (turn("two"), ["one"] * MOST_TRIES + ["two"])
    world.think(standing)
    assert world.models[-1] == "two"
    world.now += 60
    world.think(standing)
    assert world.models[-2:] == ["one", "two"]


def test_a_model_that_rests_is_asked_where_no_other_is_left() -> None:
    """Our choice: resting is not being spent."""
    world = World({"one": [fault(FaultKind.OVERLOADED)] * 3 + [turn("one")]})
    alone = Standing(models=("one",))
    came, standing = world.think(alone)
    assert came == (fault(FaultKind.OVERLOADED),)
    came, standing = world.think(standing)
    assert (came, standing) == (turn("one"), alone)


def test_the_providers_own_seconds_are_waited_for_and_never_less() -> None:
    """RFC 9110, 10.2.3: Retry-After is a minimum; the jitter only adds."""
    world = World({"one": [fault(FaultKind.RATE_LIMITED, retry_after=7.0), turn("one")], "two": [turn("two")]})
    world.think(jitter=lambda: 1.0)
    assert world.paused == [9.0]


def test_one_that_wants_long_is_left_alone_until_then_and_the_next_asked_at_once() -> None:
    """Our choice: half a minute is long while another model can answer."""
    world = World({"one": [fault(FaultKind.RATE_LIMITED, retry_after=45.0)], "two": [turn("two")]})
    came, standing = world.think()
    assert (came, world.models, world.paused) == (turn("two"), ["one", "two"], [])
    assert standing.ready(world.now + 44) == ("two",)


@pytest.mark.parametrize("kind", [FaultKind.CREDENTIALS, FaultKind.UNKNOWN_MODEL, FaultKind.REJECTED])
def test_what_will_not_change_is_asked_once_in_a_run(kind: FaultKind) -> None:
    """Issue 11: bad credentials, unknown models: a clear message, never a loop."""
    world = World({"one": [fault(kind)], "two": [turn("two")]})
    _, standing = world.think()
    world.now += 1e6
    world.think(standing)
    assert (world.models, world.paused) == (["one", "two", "two"], [])
    assert standing.all_faults() == (fault(kind),)


@pytest.mark.parametrize("kind", [FaultKind.CREDENTIALS, FaultKind.UNKNOWN_MODEL, FaultKind.REJECTED, FaultKind.QUOTA])
def test_before_another_question_a_person_may_have_put_it_right(kind: FaultKind) -> None:
    """A user's finding: in a chat one refused request ended a model for good, and its error was told again unasked."""
    world = World({"one": [fault(kind), turn("one")], "two": [turn("two")]})
    _, standing = world.think()
    came, standing = world.think(standing.anew(world.now))
    assert (came, world.models) == (turn("one"), ["one", "two", "one"])
    assert standing == TWO


def test_a_reset_that_is_known_is_waited_for_over_questions_and_the_model_asked_where_no_other_is_left() -> None:
    """Issue 11: the spent one left alone until its reset; our choice: a person may have topped it up."""
    spent = fault(FaultKind.QUOTA, seconds_to_reset=500.0)
    world = World({"one": [spent, turn("one")], "two": [turn("two"), turn("two"), fault(FaultKind.REJECTED, "two")]})
    _, standing = world.think()
    standing = standing.anew(world.now)
    assert standing.left_alone(world.now) == ((spent, 500.0),)
    came, standing = world.think(standing)
    assert (came, world.models) == (turn("two"), ["one", "two", "two"])
    came, standing = world.think(standing.anew(world.now))
    assert (came, world.models[3:]) == (turn("one"), ["two", "one"])
    assert standing.left_alone(world.now) == ()


def test_a_model_whose_reset_has_not_come_is_asked_once_for_a_question() -> None:
    """Our choice, as above: it said when it is back, again."""
    world = World({"one": [fault(FaultKind.QUOTA, seconds_to_reset=500.0)]})
    _, standing = world.think(Standing(models=("one",)))
    _, standing = world.think(standing.anew(world.now))
    came, _ = world.think(standing)
    assert (came, world.models) == ((fault(FaultKind.QUOTA, seconds_to_reset=500.0),), ["one", "one"])


def test_a_context_that_is_too_long_is_handed_up() -> None:
    """Issue 11: a context too long: a shorter history, never a loop."""
    world = World({"one": [fault(FaultKind.TOO_LONG), turn("one")], "two": [turn("two")]})
    came, standing = world.think(think=replace(THINK, can_be_shorter=True))
    assert (came, world.models) == ((fault(FaultKind.TOO_LONG),), ["one"])
    assert world.think(standing)[0] == turn("one")


def test_a_context_that_is_too_long_and_cannot_be_shorter_goes_to_the_next() -> None:
    """Issue 11: falls over; the next may take more, and is asked first from then on."""
    world = World({"one": [fault(FaultKind.TOO_LONG)], "two": [turn("two")]})
    came, standing = world.think()
    assert (came, world.models, world.paused) == (turn("two"), ["one", "two"], [])
    world.think(standing)
    assert world.models == ["one", "two", "two"]


def test_where_it_is_too_long_for_all_each_was_asked() -> None:
    """Issue 11: an honest word: "no model is left" is said where all were asked."""
    faults = (fault(FaultKind.TOO_LONG), fault(FaultKind.TOO_LONG, "two"))
    world = World({"one": [faults[0]], "two": [faults[1]]})
    assert world.think()[0] == faults


def test_what_is_no_answer_is_asked_for_once_more() -> None:
    """Our choice: once may be a slip."""
    world = World({"one": [fault(FaultKind.MALFORMED)], "two": [turn("two")]})
    assert world.think()[0] == turn("two")
    assert world.models == ["one", "one", "two"]


def test_where_none_is_left_all_faults_are_told() -> None:
    """Issue 11: each run ends right or with an honest word."""
    faults = (fault(FaultKind.CREDENTIALS), fault(FaultKind.QUOTA, "two"))
    world = World({"one": [faults[0]], "two": [faults[1]]})
    came, standing = world.think()
    assert came == faults
    assert world.think(standing)[0] == faults
    assert world.models == ["one", "two"]


def test_where_all_are_spent_a_reset_that_is_near_is_waited_for() -> None:
    """Our choice: up to a minute."""
    spent = fault(FaultKind.QUOTA, seconds_to_reset=40.0)
    world = World({"one": [spent, turn("one")], "two": [fault(FaultKind.QUOTA, "two")]})
    came, _ = world.think()
    assert (came, world.models, world.paused) == (turn("one"), ["one", "two", "one"], [40.5])


def test_who_is_never_ready_is_not_waited_for_without_end() -> None:
    """Our choice: two such waits in a turn."""
    world = World({"one": [fault(FaultKind.QUOTA, seconds_to_reset=1.0)]})
    came, _ = world.think(Standing(models=("one",)))
    assert isinstance(came, tuple)
    assert world.models == ["one"] * 3


def test_a_clock_that_stands_still_makes_no_loop() -> None:
    """Our choice: what was waited has passed."""
    steps: list[TryStep] = []

    def perform(step: TryStep) -> TryOutcome:
        steps.append(step)
        spent = fault(FaultKind.QUOTA, seconds_to_reset=1.0)
        return Tried(came=spent, now=5.0) if isinstance(step, Try) else 5.0

    drive_at_once(ask_models(THINK, Standing(models=("one",)), 5.0, lambda: 0.0), perform)
    assert len(steps) == 5


def some_fault(model: str) -> st.SearchStrategy[ModelFault]:
    seconds = st.none() | st.floats(0, 1e6, allow_nan=False) | st.sampled_from([0.0, 1.0, 59.9, math.inf])
    return st.builds(
        ModelFault,
        model=st.just(model),
        kind=st.sampled_from(FaultKind),
        message=st.just("x"),
        retry_after=seconds,
        seconds_to_reset=seconds,
    )


NAMES = ("one", "two", "three")


@given(
    outcomes=st.fixed_dictionaries(
        {name: st.lists(st.one_of(st.just(turn(name)), some_fault(name)), min_size=1, max_size=8) for name in NAMES}
    ),
    jitter=st.floats(0, 1),
    gaps=st.lists(st.floats(0, 1000), min_size=1, max_size=5),
)
def test_every_turn_ends_within_bounds_and_no_spent_model_is_asked_before_its_reset(
    outcomes: dict[str, list[Turn | ModelFault]], jitter: float, gaps: list[float]
) -> None:
    """Issue 11, as a law over any sequence of outcomes and turns."""
    world = World(outcomes)
    standing = Standing(models=NAMES)
    for gap in gaps:
        before, known, began = len(world.tried), standing, world.now
        came, standing = world.think(standing, lambda: jitter)
        asked = world.tried[before:]
        assert len(asked) <= len(NAMES) * MOST_TRIES + 2 * MOST_TRIES
        assert world.now - began <= 2 * (LONGEST_WAIT + 1) + len(asked) * 32
        assert not {model for model, _ in asked} & known.gone
        assert all(at >= known.spent.get(model, -math.inf) for model, at in asked)
        assert isinstance(came, Turn) or (came and all(isinstance(each, ModelFault) for each in came))
        world.now += gap


@given(
    outcomes=st.fixed_dictionaries(
        {name: st.lists(st.one_of(st.just(turn(name)), some_fault(name)), min_size=1, max_size=8) for name in NAMES}
    ),
    gaps=st.lists(st.floats(0, 1000), min_size=1, max_size=5),
)
def test_every_question_asks_a_model_anew_or_all_of_them(
    outcomes: dict[str, list[Turn | ModelFault]], gaps: list[float]
) -> None:
    """As above, question after question: no error is told of a model that was not asked for this one."""
    world = World(outcomes)
    standing = Standing(models=NAMES)
    for gap in gaps:
        before = len(world.tried)
        came, standing = world.think(standing.anew(world.now))
        asked = world.models[before:]
        assert len(asked) <= len(NAMES) * MOST_TRIES + 2 * MOST_TRIES
        assert asked
        assert isinstance(came, Turn) or {each.model for each in came} == set(asked) == set(NAMES)
        world.now += gap
