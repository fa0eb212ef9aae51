"""A circuit breaker: an API that fails again and again is left alone for a while, then asked by one call alone."""

from dataclasses import dataclass, field

from openapi_mcp.executor.faults import (
    BrokenAnswerError,
    CertificateError,
    LeftAloneError,
    LostError,
    SilenceError,
    TooLargeError,
    UnreachableError,
)
from openapi_mcp.executor.retry import Outcome
from openapi_mcp.model.message import HttpResponse

MOST_FAILURES = 10  # in a row
FIRST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 60.0
_MOST_ORIGINS = 100  # that are known to fail; a document may name any number of servers


@dataclass(slots=True)
class Breaker:
    """The failures in a row of one origin, and how long it is left alone; times are of any clock that only goes on.

    closed: calls pass; at MOST_FAILURES it opens. open: no call begins until `until`. Then one does, the probe: any
    answer closes it, a failure opens it for twice as long.
    """

    failures: int = 0
    until: float = 0.0
    pause: float = FIRST_PAUSE
    is_probed: bool = False

    def wait(self, now: float) -> float:
        """Return the seconds for which no call may begin; 0 where this one may, which then is the probe if open."""
        if self.failures < MOST_FAILURES:
            return 0.0
        if now < self.until:
            return self.until - now
        if self.is_probed:
            return FIRST_PAUSE
        self.is_probed = True
        return 0.0

    def failed(self, now: float, *, is_probe: bool) -> None:
        """Take note of a failure. Those of calls that began before it opened do not open it for longer."""
        self.failures += 1
        if is_probe:
            self.is_probed = False
            self.pause = min(2 * self.pause, LONGEST_PAUSE)
            self.until = now + self.pause
        elif self.failures == MOST_FAILURES:
            self.until = now + self.pause


@dataclass(slots=True)
class Breakers:
    """The breakers of the origins that fail, by any name for each. Where nothing fails there is none."""

    _failing: dict[object, Breaker] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._failing)

    def begin(self, origin: object, now: float) -> bool:
        """Return whether the call that begins now is a probe.

        Raises:
            LeftAloneError: no call may begin.
        """
        breaker = self._failing.get(origin)
        if breaker is None:
            return False
        if wait := breaker.wait(now):
            raise LeftAloneError(breaker.failures, wait)
        return breaker.is_probed

    def note(self, origin: object, outcome: Outcome, told: float | None, now: float, *, is_probe: bool) -> None:
        """Take note of what became of a request to an origin; `told` is the time that its answer says to wait."""
        if _is_failure(outcome, told):
            self._of(origin).failed(now, is_probe=is_probe)
        elif _is_answer(outcome):
            self._failing.pop(origin, None)
        elif is_probe:
            self.let_go(origin)

    def let_go(self, origin: object) -> None:
        """Take note that a probe came to nothing: it was cancelled, or never sent. Another one may go."""
        if breaker := self._failing.get(origin):
            breaker.is_probed = False

    def _of(self, origin: object) -> Breaker:
        while len(self._failing) >= _MOST_ORIGINS and origin not in self._failing:
            del self._failing[next(iter(self._failing))]
        return self._failing.setdefault(origin, Breaker())


def _is_failure(outcome: Outcome, told: float | None) -> bool:
    """True where the API gave no sign of life, or a gateway said so for it without a time to come back."""
    match outcome:
        case CertificateError():
            return False
        case HttpResponse(status=status):
            return status in (502, 503, 504) and told is None
        case _:
            return isinstance(outcome, UnreachableError | LostError | SilenceError)


def _is_answer(outcome: Outcome) -> bool:
    """True where the API has answered, whatever it says, and however long it went on."""
    is_timeout = isinstance(outcome, TimeoutError) and not isinstance(outcome, SilenceError)
    return is_timeout or isinstance(outcome, HttpResponse | TooLargeError | BrokenAnswerError)
