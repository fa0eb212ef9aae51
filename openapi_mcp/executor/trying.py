"""A request tried until it is answered: at its rate, again where it may be, beside a hang, not where all fails."""

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import anyio

from openapi_mcp.executor.answer import Answer
from openapi_mcp.executor.breaker import Breakers, Mark, is_answer, is_failure
from openapi_mcp.executor.faults import (
    AddressError,
    LeftAloneError,
    NoTurnError,
    SendError,
    TooSoonError,
    UnsendableError,
    UploadError,
)
from openapi_mcp.executor.hedge import Hedge
from openapi_mcp.executor.limiter import Limiter
from openapi_mcp.executor.retry import Outcome, is_unknown, may_follow, said_of, wait_before
from openapi_mcp.executor.send import Authorize, Sender, Watch
from openapi_mcp.executor.spans import answered, attempt_span, with_trace
from openapi_mcp.executor.terms import PATIENCE, Limiters, Terms
from openapi_mcp.model.leave import Leave
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS, Limits
from openapi_mcp.model.url import Origin, origin

if TYPE_CHECKING:
    from openapi_mcp.executor.others import Others
    from openapi_mcp.shared.namespace import Namespace

log = logging.getLogger(__name__)

_UNSENDABLE = (UploadError, UnsendableError, AddressError)
_NOT_SENT = (NoTurnError, TooSoonError, *_UNSENDABLE)


@dataclass(slots=True)
class Story:
    """What was done for one request: how often it was sent, `after` what again, how long it `waited` in between.

    `retries` counts the attempts that followed another, not the one beside another (`is_hedged`); `is_unknown`: one
    that was followed may have been carried out; `held` are the seconds that the rate limits held it back. `status` is
    that of the answer, once it is there; `cache` says what the cache did for it, as in a Trace; a kept answer that was
    used is `age` seconds old.
    """

    attempts: int = 0
    retries: int = 0
    waited: float = 0.0
    after: list[str] = field(default_factory=list)
    is_hedged: bool = False
    is_unknown: bool = False
    held: float = 0.0
    status: int | None = None
    cache: str = ""
    age: int = 0


_ENDLESS = 30.0  # seconds that an answer without end has in the background: what has come by then is its result


class Trial(NamedTuple):
    """A request with what goes along, its deadline by `anyio.current_time`, and what was done for it so far.

    One that `is_lookup` is sent once, and its failure is not the API's: nobody asked for it. The `terms` are those of
    its `tool`, `path` is its operation's; with a `leave` its call may go on in the background.
    `may_lead_to` says which URLs of its origin it may be redirected to; all of them where it is None.
    """

    request: HttpRequest
    deadline: float
    authorize: Authorize
    story: Story
    is_lookup: bool = False
    terms: Terms = Terms()
    path: str = ""
    leave: Leave | None = None
    may_lead_to: Callable[[str], bool] | None = None
    tool: str = ""

    @property
    def is_left(self) -> bool:
        """True where its call goes on in the background."""
        return self.leave is not None and self.leave.until is not None


class _Tried(NamedTuple):
    """What became of an attempt, when it began, and whether it was to find out if an API is there again."""

    outcome: Outcome
    began: float
    is_probe: bool


@dataclass(slots=True, kw_only=True)
class Trying:
    """How requests are tried; one for all calls of an API. `now` is in seconds since 1970, `chance` from 0 up to 1.

    `patience` are the seconds that a read may bring nothing before a second attempt goes beside it. With a `namespace`
    replicas tell each other which origins fail.
    """

    sender: Sender
    now: Callable[[], float]
    retries: int = 0
    patience: float = 10.0
    limiter: Limiter | None = None
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    chance: Callable[[], float] = random.random
    namespace: "Namespace | None" = None
    others: "Others | None" = field(init=False, default=None)
    _breakers: Breakers = field(init=False, default_factory=Breakers)

    def __post_init__(self) -> None:
        if self.namespace is not None:
            from openapi_mcp.executor.others import Others

            self.others = Others(self.namespace, self._breakers)

    def breakers(self, now: float) -> dict[object, str]:
        """Return the states of the breakers that there are, by origin; `now` is by `anyio.current_time`."""
        return self._breakers.states(now)

    async def hear(self, where: Origin | None) -> None:
        """Take over what the other replicas know of an origin, though nobody calls it here."""
        if self.others is not None and where is not None:
            await self.others.hear_aside(where, anyio.current_time())

    async def send(self, trial: Trial) -> HttpResponse:
        """Return the answer to a request, after as many attempts as it takes and may have.

        Raises:
            LeftAloneError: its origin has failed again and again; nothing was sent.
            TooSoonError: the rate limit lets it go only after its deadline; nothing was sent.
            SendError, TimeoutError: as `Sender.send` does; what became of the last attempt.
        """
        tried = await self._tried(trial)
        outcome = tried.outcome
        if isinstance(outcome, HttpResponse) and outcome.status < 429 and not self._breakers:
            return outcome
        outcome = await self._on(trial, tried)
        if isinstance(outcome, HttpResponse):
            return outcome
        raise outcome

    async def _on(self, trial: Trial, tried: _Tried) -> Outcome:
        """Return what follows after the first attempt: what became of the last one that was sent."""
        while True:
            told = self._told(tried.outcome)
            await self._note(trial, tried, told)
            wait = self._wait(trial, tried.outcome, told)
            if wait is None:
                return tried.outcome
            self._tell(trial, tried.outcome, wait)
            await self.sleep(wait)
            again = await self._again(trial)
            if again is None:
                return tried.outcome
            tried = again

    async def _again(self, trial: Trial) -> _Tried | None:
        """Return what becomes of one more attempt, None where it was not sent."""
        try:
            tried = await self._tried(trial)
        except LeftAloneError:
            return None
        if not isinstance(tried.outcome, _NOT_SENT):
            return tried
        await self._note(trial, tried, None)
        return None

    async def _tried(self, trial: Trial) -> _Tried:
        """Return what becomes of an attempt.

        Raises:
            LeftAloneError: none may begin.
        """
        began = anyio.current_time()
        is_probe = await self._begin(trial, began)
        try:
            return _Tried(await self._outcome(trial, is_probe=is_probe), began, is_probe)
        except BaseException:  # also a cancellation: the probe told nothing, so another may be; then it rises
            if is_probe:
                where = origin(trial.request.url)
                before = self._breakers.mark(where)
                self._breakers.let_go(where)
                await self._share(where, before)
            raise

    async def _begin(self, trial: Trial, now: float) -> bool:
        """Return whether the attempt that begins now is a probe."""
        where = origin(trial.request.url) if self.others is not None or self._breakers else None
        if where is None:
            return False
        if self.others is None:
            return self._breakers.begin(where, now)
        await self.others.hear(where, now)
        return self._breakers.begin(where, now) and await self.others.claim(where, now)

    async def _share(self, where: Origin | None, before: Mark) -> None:
        if self.others is not None and where is not None:
            await self.others.tell(where, before)

    async def _outcome(self, trial: Trial, *, is_probe: bool) -> Outcome:
        try:
            if is_probe or not self._may_hedge(trial):
                return await self._attempt(trial)
            hedge = Hedge(patience=self._patience(trial), second=partial(self._beside, trial))
            if trial.leave is not None:
                trial.leave.then(hedge.leave_alone)
            return await hedge.run(partial(self._attempt, trial))
        except (SendError, TimeoutError) as error:
            return error

    def _may_hedge(self, trial: Trial) -> bool:
        """True where a second attempt may go beside the first: of a read, once, that somebody waits for."""
        may_repeat = self._retries(trial) > 0 and not trial.is_lookup and trial.request.method in READS
        return may_repeat and not trial.story.is_hedged and not trial.is_left

    async def _attempt(self, trial: Trial, watch: Watch | None = None) -> HttpResponse:
        for limiter in (trial.terms.limiter, self.limiter):  # whoever waits for its own turn takes no one else's
            if limiter is not None:
                await _taken(limiter, trial)
        try:
            began = partial(_began, trial, watch)
            with attempt_span(trial.request, trial.path, trial.story.attempts) as span:
                request = with_trace(trial.request)
                return answered(span, await self.sender.send(request, trial.deadline, trial.authorize, began))
        except _UNSENDABLE:
            trial.story.attempts -= 1
            raise

    async def _beside(self, trial: Trial) -> HttpResponse:
        self._breakers.check(origin(trial.request.url), anyio.current_time())
        trial.story.is_hedged = True
        said = f"no answer for {self._patience(trial):g} s"
        return await self._attempt(trial, lambda _answer, _scope: trial.story.after.append(said))

    def _told(self, outcome: Outcome) -> float | None:
        if not isinstance(outcome, HttpResponse) or outcome.status < 429:
            return None
        from openapi_mcp.executor.told import told_seconds

        return told_seconds(outcome, self.now())

    async def _note(self, trial: Trial, tried: _Tried, told: float | None) -> None:
        """Tell the breaker of the request's origin what became of it; a lookup's failure is nobody else's."""
        where = origin(trial.request.url)
        before = self._breakers.mark(where)
        if is_answer(tried.outcome) and not is_failure(tried.outcome, told):
            self._breakers.answered(where)
        elif is_failure(tried.outcome, told) and not trial.is_lookup:
            self._breakers.failed(where, tried.began, anyio.current_time(), said_of(tried.outcome))
        elif tried.is_probe:
            self._breakers.let_go(where)
        await self._share(where, before)

    def _wait(self, trial: Trial, outcome: Outcome, told: float | None) -> float | None:
        """Return the seconds until the next attempt, None where there is none: a wait beyond the deadline, too."""
        if trial.is_lookup or trial.story.retries >= self._retries(trial) or not may_follow(trial.request, outcome):
            return None
        from openapi_mcp.executor.told import is_spent

        if is_spent(outcome):
            return None
        wait = wait_before(trial.story.retries + 2, told, self.chance())
        then = anyio.current_time() + wait
        return wait if then < trial.deadline and not self._breakers.left(origin(trial.request.url), then) else None

    def _retries(self, trial: Trial) -> int:
        return self.retries if trial.terms.retries is None else trial.terms.retries

    def _patience(self, trial: Trial) -> float:
        return self.patience if trial.terms.patience is None else trial.terms.patience

    def _tell(self, trial: Trial, outcome: Outcome, wait: float) -> None:
        story = trial.story
        story.retries += 1
        story.waited += wait
        story.after.append(said_of(outcome))
        story.is_unknown = story.is_unknown or is_unknown(outcome)
        said = trial.tool, story.after[-1], story.attempts + 1, wait * 1e3
        log.info("sent_again tool=%s after=%s attempt=%d wait_ms=%d", *said)


async def _taken(limiter: Limiter, trial: Trial) -> None:
    """Return when a rate limit lets a request go, and count how long that took."""
    began = anyio.current_time()
    try:
        await limiter.take(trial.deadline)
    finally:
        trial.story.held += anyio.current_time() - began


def _began(trial: Trial, watch: Watch | None, answer: Answer, scope: anyio.CancelScope) -> None:
    """Count an attempt when its turn has come."""
    trial.story.attempts += 1
    if trial.may_lead_to is not None:
        answer.may_lead_to = trial.may_lead_to
    if trial.leave is not None:
        trial.leave.then(partial(_prolong, answer, scope))
    if watch is not None:
        watch(answer, scope)


def _prolong(answer: Answer, scope: anyio.CancelScope, until: float) -> None:
    """Let an attempt take longer, until it has an answer without end: that has its end by the deadline."""
    if answer.is_enough:
        return
    before, scope.deadline = scope.deadline, max(scope.deadline, until)
    had = min(before - anyio.current_time(), _ENDLESS)

    def shorten() -> None:
        scope.deadline = anyio.current_time() + had

    answer.when_enough = shorten


def trying(sender: Sender, limits: Limits, limiters: Limiters) -> Trying:
    """Return how requests are tried by these limits."""
    return Trying(
        sender=sender,
        now=limiters.now,
        retries=limits.retries,
        patience=limits.timeout * PATIENCE,
        limiter=limiters.of_api(limits.rate_limit),
        namespace=limiters.namespace,
    )
