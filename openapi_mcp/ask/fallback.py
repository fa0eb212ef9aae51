"""A turn of one of several models: back-off where a moment may help, the next one at once where it will not."""

from collections.abc import Callable, Generator

from openapi_mcp.ask.standing import LONGEST_PAUSE, Standing
from openapi_mcp.ask.steps import Pause, Think, Tried, Try, TryOutcome, TryStep
from openapi_mcp.model.chat import PASSING, FaultKind, ModelFault, Turn

MOST_TRIES = 3  # of one model in a turn
LONGEST_WAIT = 60.0  # seconds for a quota to come back, where all are spent
_MARGIN = 0.5  # seconds; clocks differ
_MOST_WAITS = 2  # of that kind in a turn: who says a few seconds each time would be waited for without an end
_TRIES = {FaultKind.MALFORMED: 2}  # what makes no sense once may be a slip; twice, it is not a model that is there

Jitter = Callable[[], float]
"""A number from 0 to 1, each time another: several that were refused together do not come back together."""
Flow = Generator[TryStep, TryOutcome, tuple[Turn | tuple[ModelFault, ...], Standing]]


def ask_models(think: Think, standing: Standing, now: float, jitter: Jitter) -> Flow:
    """Return the turn of the first model that answers, or all faults, and how the models stand then.

    One whose context is too short for a history that can be shorter ends the search: its fault alone is returned, and
    the history is to be shortened. Where it cannot, the next is asked: its context may be longer. What came of
    an answer that broke off is dropped, and asked for again as a whole.
    """
    waits = 0
    asked: set[str] = set()
    while True:
        left = (*standing.ready(now), *standing.last_resort())
        model = next((each for each in left if each not in asked), None)
        if model is None:
            reset = standing.next_reset(now)
            if reset is None or reset[1] > LONGEST_WAIT or waits == _MOST_WAITS:
                return standing.all_faults(), standing
            waits += 1
            now = yield from _pause(
                reset[1] + _MARGIN, f"every model is spent; {reset[0]} has its quota again then", now
            )
            asked.discard(reset[0])
            continue
        asked.add(model)
        came, now = yield from _ask(model, think, now, jitter)
        if isinstance(came, Turn):
            return came, standing.answered(model)
        standing = standing.failed(came, now)
        if came.kind is FaultKind.TOO_LONG:
            if think.can_be_shorter:
                return (came,), standing
            standing = standing.behind(model, now)


def _ask(
    model: str, think: Think, now: float, jitter: Jitter
) -> Generator[TryStep, TryOutcome, tuple[Turn | ModelFault, float]]:
    """Return what a model says, or its last fault after as many tries as its kind is worth, and the time then."""
    tries = 0
    while True:
        tries += 1
        came, now = yield from _try(model, think, now)
        if isinstance(came, Turn) or tries >= _most_tries(came):
            return came, now
        seconds = _back_off(came, tries, jitter)
        if seconds > LONGEST_PAUSE:
            return came, now
        now = yield from _pause(seconds, came.message, now)


def _most_tries(fault: ModelFault) -> int:
    return MOST_TRIES if fault.kind in PASSING else _TRIES.get(fault.kind, 1)


def _back_off(fault: ModelFault, tries: int, jitter: Jitter) -> float:
    """Return how long to wait before the next try: what the provider says, else 1, 2, 4 s; half as long again at most.

    It is never less than the provider says.
    """
    least = fault.retry_after if fault.retry_after is not None else 2.0 ** (tries - 1)
    return least + min(1.0, max(0.0, jitter())) * min(least, 4.0) / 2


def _try(model: str, think: Think, now: float) -> Generator[TryStep, TryOutcome, tuple[Turn | ModelFault, float]]:
    outcome = yield Try(model=model, think=think)
    if not isinstance(outcome, Tried):
        raise TypeError("a Try is answered with a Tried")
    return outcome.came, max(now, outcome.now)


def _pause(seconds: float, why: str, now: float) -> Generator[TryStep, TryOutcome, float]:
    """Wait, and return the time then: at least as much later, whatever a clock says."""
    outcome = yield Pause(seconds=seconds, why=why)
    if not isinstance(outcome, float):
        raise TypeError("a Pause is answered with the time")
    return max(now + seconds, outcome)
