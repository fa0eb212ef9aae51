"""A circuit breaker: an API that fails again and again is left alone for a while, then asked by one call alone."""

import logging
import math
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from openapi_mcp.executor.cache_writes import origin_text
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

log = logging.getLogger(__name__)

MOST_FAILURES = 10  # in a row
FIRST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 60.0
PATIENCE = 5.0  # seconds for which the others wait for a probe's answer
_APART = 0.1  # seconds between failures that count: what is over within ten of them opens nothing
_MOST_ORIGINS = 100  # that are known to fail; a document may name any number of servers


class Mark(NamedTuple):
    """What is to be told of a breaker at one moment; `until` is None where it is not open."""

    until: float | None = None
    failures: int = 0
    pause: float = 0.0
    is_probed: bool = False


@dataclass(slots=True)
class Breaker:
    """The failures in a row of one origin, and how long it is left alone; times are of any clock that only goes on.

    closed: calls pass; at MOST_FAILURES it opens. open: no call begins until `until`. Then one does, the probe: any
    answer closes it, a failure opens it for twice as long. A probe that brings nothing within PATIENCE holds up nobody:
    from then on calls pass, until one fails.
    """

    failures: int = 0
    until: float = 0.0
    pause: float = FIRST_PAUSE
    is_probed: bool = False
    _known: float = -math.inf  # when the last failure that counts was
    _probed_at: float = math.inf  # when the first probe since `until` began

    @classmethod
    def of(cls, *, failures: int, pause: float, until: float, probed_at: float | None, is_probed: bool) -> Self:
        """Return one that is open, as somebody else has found; what makes no sense is brought within bounds."""
        return cls(
            failures=max(failures, MOST_FAILURES),
            until=until,
            pause=min(max(pause, FIRST_PAUSE), LONGEST_PAUSE),
            is_probed=is_probed and probed_at is not None,
            _probed_at=math.inf if probed_at is None else probed_at,
        )

    @property
    def mark(self) -> Mark:
        """What is to be told of it now."""
        return Mark(self.until, self.failures, self.pause, self.is_probed) if self.is_open else Mark()

    @property
    def is_open(self) -> bool:
        """True where calls do not simply pass."""
        return self.failures >= MOST_FAILURES

    def left(self, now: float) -> float:
        """Return the seconds for which no call may begin, 0 where one may now."""
        if not self.is_open:
            return 0.0
        return max(0.0, (self._probed_at + PATIENCE if self.is_probed else self.until) - now)

    def begin(self, now: float) -> bool:
        """Return whether the call that begins now is a probe."""
        if self.is_open:
            self.is_probed, self._probed_at = True, min(self._probed_at, now)
        return self.is_open

    def failed(self, began: float, now: float) -> None:
        """Take note of the failure of a call that `began` then.

        Calls in flight fail together, for one reason: those that began before the last failure was known, or fail
        right after it, count as that one. Where a call fails that began after the pause, there is a longer one.
        """
        if self.is_open and began >= self.until:
            self.failures += 1
            self._open(now, min(2 * self.pause, LONGEST_PAUSE))
        elif not self.is_open and began >= self._known and now >= self._known + _APART:
            self.failures += 1
            self._known = now
            if self.is_open:
                self._open(now, self.pause)

    def _open(self, now: float, pause: float) -> None:
        self.pause, self.until = pause, now + pause
        self.is_probed, self._probed_at = False, math.inf


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
        self.check(origin, now)
        breaker = self._failing.get(origin)
        return breaker is not None and breaker.begin(now)

    def check(self, origin: object, now: float) -> None:
        """Check that a call may begin.

        Raises:
            LeftAloneError: none may.
        """
        if wait := self.left(origin, now):
            raise LeftAloneError(self._failing[origin].failures, wait)

    def left(self, origin: object, now: float) -> float:
        """Return the seconds for which no call to an origin may begin, 0 where one may."""
        breaker = self._failing.get(origin)
        return 0.0 if breaker is None else breaker.left(now)

    def answered(self, origin: object) -> None:
        """Take note that an origin has answered, whoever asked, and whenever that was."""
        breaker = self._failing.pop(origin, None)
        if breaker is not None and breaker.is_open:
            log.warning("breaker_closed origin=%s", _shown(origin))

    def failed(self, origin: object, began: float, now: float, why: str = "no answer") -> None:
        """Take note that a call to an origin, which `began` then, has failed, and `why`."""
        breaker = self._of(origin)
        was_open = breaker.is_open
        breaker.failed(began, now)
        if breaker.is_open and not was_open:
            _tell_open(origin, breaker, why)

    def let_go(self, origin: object) -> None:
        """Take note that a probe came to nothing: cancelled, never sent, or without an answer. Another one may go."""
        if breaker := self._failing.get(origin):
            breaker.is_probed = False

    def mark(self, origin: object) -> Mark:
        """Return what is to be told of an origin's breaker now."""
        breaker = self._failing.get(origin)
        return breaker.mark if breaker is not None else Mark()

    def learn(self, origin: object, breaker: Breaker) -> None:
        """Take over what somebody else knows of an origin."""
        was_open = self._of(origin).is_open
        self._failing[origin] = breaker
        if not was_open:
            _tell_open(origin, breaker, "another replica has found it so")

    def states(self, now: float) -> dict[object, str]:
        """Return how far each origin that fails has come: "counting", "open", "half_open" where a probe may go."""
        return {origin: _state(breaker, now) for origin, breaker in list(self._failing.items())}

    def _of(self, origin: object) -> Breaker:
        while len(self._failing) >= _MOST_ORIGINS and origin not in self._failing:
            del self._failing[next(iter(self._failing))]
        return self._failing.setdefault(origin, Breaker())


def _tell_open(origin: object, breaker: Breaker, why: str) -> None:
    log.warning(
        "breaker_opened origin=%s failures=%d seconds=%g reason=%s",
        _shown(origin),
        breaker.failures,
        breaker.pause,
        why,
    )


def _shown(origin: object) -> str:
    return origin_text(origin) if isinstance(origin, tuple) else str(origin)


def _state(breaker: Breaker, now: float) -> str:
    if not breaker.is_open:
        return "counting"
    return "open" if now < breaker.until else "half_open"


def is_failure(outcome: Outcome, told: float | None) -> bool:
    """True where the API is not there, or a gateway said so for it without a time to come back.

    `told` is the time that an answer says to wait. Silence until a deadline says nothing of other calls: it may be a
    slow operation.
    """
    match outcome:
        case CertificateError():
            return False
        case HttpResponse(status=status):
            return status in (502, 503, 504) and told is None
        case _:
            return isinstance(outcome, UnreachableError | LostError)


def is_answer(outcome: Outcome) -> bool:
    """True where something has answered for the API, whatever it says, and however long it went on."""
    is_timeout = isinstance(outcome, TimeoutError) and not isinstance(outcome, SilenceError)
    return is_timeout or isinstance(outcome, HttpResponse | TooLargeError | BrokenAnswerError)
