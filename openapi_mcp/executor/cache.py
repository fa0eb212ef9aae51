"""Answers that are used again, by RFC 9111: around the sending of a request, before credentials, turns and retries.

hishel's states say what follows from what is kept and what is answered; what they are shown, and where it is kept, is
ours: in a file (cache_disk.py), or in the Redis that replicas share (cache_redis.py).
"""

import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.auth.choose import Chosen
from openapi_mcp.executor.cache_disk import AnswersOnDisk
from openapi_mcp.executor.cache_key import key_text
from openapi_mcp.executor.cache_rules import (
    first_age,
    has_validator,
    is_same,
    is_worth_keeping,
    lifetime,
    may_ask,
    present_age,
)
from openapi_mcp.executor.cache_store import AnswerStore
from openapi_mcp.executor.cache_stored import Place, Seen, Stored
from openapi_mcp.executor.cache_writes import has_written, origin_text, path_of, written
from openapi_mcp.executor.trying import Story
from openapi_mcp.model.call import Caller
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS
from openapi_mcp.model.record import HIT, REVALIDATED, STORED
from openapi_mcp.model.secret import Place as Where
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.url import origin

if TYPE_CHECKING:
    from hishel import NeedRevalidation

log = logging.getLogger(__name__)

Upstream = Callable[[HttpRequest], Awaitable[HttpResponse]]
"""Has a request answered by the API, with all that belongs to that."""

FILE_NAME = "answers.db"
_TOUCH = 60.0  # seconds after which the use of an answer is noted again: it is only to tell old from new
_PASSING = frozenset((408, 429))  # refusals that say nothing of what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with what it is asked for: by whom, with which credentials, and whether it `is_anew`.

    `chosen` has the logins that tokens are of; `is_still` returns whether calls still go as that, once the answer is
    there. `kind` is the operation, whose answers are much alike. `redactor` returns what finds every secret that has
    gone along by then. `ttl` is as in `lifetime`; `story` is told what became of it.
    """

    request: HttpRequest
    caller: Caller
    chosen: Chosen
    story: Story
    redactor: Callable[[], Redactor]
    is_still: Callable[[], Awaitable[bool]]
    kind: str = ""
    ttl: float = 0.0
    is_anew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A read with its place in the store, and what was found there."""

    asked: Asked
    place: Place
    seen: Seen

    @property
    def request(self) -> HttpRequest:
        return self.asked.request


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """An answer, and the times at which it was asked for and came."""

    response: HttpResponse
    asked: float
    answered: float


@dataclass(slots=True, kw_only=True)
class Cache:
    """The kept answers for one API. `now` is in seconds since 1970; trouble is said with `say`, once.

    They are in the file at `path`, or in `shared`, which is the replicas' own. `certificate` is the file of the client
    certificate that the API sees. With `only_drops` nothing is used or kept, and writes drop what others have kept.
    """

    path: Path
    now: Callable[[], float]
    say: Callable[[str], None]
    certificate: str = ""
    only_drops: bool = False
    shared: AnswerStore | None = None
    store: AnswerStore = field(init=False)
    _idle: dict[str, Seen] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.store = self.shared or AnswersOnDisk(self.path, self.say)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    async def send(self, asked: Asked, upstream: Upstream) -> HttpResponse:
        """Return the answer to a request: a kept one where that is right, else the API's.

        Raises:
            CredentialsError, SendError, TimeoutError: as `upstream` does.
        """
        if asked.request.method not in READS:
            return await self._write(asked, upstream)
        if not self._may_ask(asked):
            return await upstream(asked.request)
        known = self._idle.get(asked.kind)
        if known is not None:
            return await self._unlooked(asked, known, upstream)
        read = await self._looked(asked)
        return await upstream(asked.request) if read is None else await self._answer(read, upstream)

    async def _looked(self, asked: Asked) -> _Read | None:
        """Return a read with what is kept for it; None where nothing can be."""
        place = self._place(asked)
        if place is None:
            return None
        seen = await self.store.find(place)
        return None if seen is None else _Read(asked=asked, place=place, seen=seen)

    async def _unlooked(self, asked: Asked, known: Seen, upstream: Upstream) -> HttpResponse:
        """Return the API's answer to a read of an operation of which nothing is kept, as far as is `known`.

        So calls of an API which names no lifetimes cost next to nothing. Where the answer is worth keeping, or any
        process has kept one of the operation meanwhile, the store is seen to as if it had been looked at before.
        """
        came = await self._ask(upstream, asked.request)
        if is_worth_keeping(came.response, asked.ttl) or self.store.has_news(known):
            self._idle.pop(asked.kind, None)
            read = await self._looked(asked)
            if read is not None:
                await self._settle(replace(read, seen=replace(read.seen, mark=known.mark)), came)
        return came.response

    def _may_ask(self, asked: Asked) -> bool:
        headers = (each.name for each in asked.chosen.credentials if each.place is Where.HEADER)
        return not self.store.is_off and not self.only_drops and may_ask(asked.request, headers)

    def _note(self, read: _Read, response: HttpResponse) -> bool:
        """Return whether an answer is worth keeping; an operation of which none is and none was is not looked for."""
        is_kept = is_worth_keeping(response, read.asked.ttl)
        if is_kept:
            self._idle.pop(read.asked.kind, None)
        elif response.status < 300 and read.seen.is_alone:
            self._idle[read.asked.kind] = read.seen
        return is_kept

    def _place(self, asked: Asked) -> Place | None:
        request, where = asked.request, origin(asked.request.url)
        if where is None:
            return None
        return Place(
            text=key_text(request, asked.caller, asked.chosen, self.certificate, asked.kind),
            origin=origin_text(where),
            path=path_of(request.url),
            method=request.method,
            url=request.url,
            caller=asked.caller.id,
            kind=asked.kind,
        )

    async def _answer(self, read: _Read, upstream: Upstream) -> HttpResponse:
        stored = self._usable(read)
        if stored is None:
            came = await self._ask(upstream, read.request)
            return await self._settle(read, came)
        from openapi_mcp.executor.cache_states import from_kept

        age = self._age(stored)
        fresh = lifetime(_response(read.request, stored), stored.answered, read.asked.ttl) - age
        check = from_kept(read.request, stored, math.ceil(max(0.0, fresh)))
        if check is None:
            return await self._hit(read, stored, int(age))
        return await self._checked(read, stored, check, upstream)

    def _usable(self, read: _Read) -> Stored | None:
        """Return a kept answer that may be used: at once, or once the API says that it is still true."""
        stored = None if read.asked.is_anew else read.seen.stored
        if stored is None:
            return None
        response = _response(read.request, stored)
        is_fresh = lifetime(response, stored.answered, read.asked.ttl) > self._age(stored)
        return stored if is_fresh or has_validator(response) else None

    def _age(self, stored: Stored) -> float:
        return present_age(stored.age, stored.answered, self.now())

    async def _hit(self, read: _Read, stored: Stored, age: int) -> HttpResponse:
        now = self.now()
        if abs(now - stored.used) > _TOUCH:
            await self.store.touch(read.place, now)
        read.asked.story.cache, read.asked.story.age = HIT, age
        log.info("from_cache age=%d", age)
        response = _response(read.request, stored)
        return replace(response, headers=(*response.headers, ("age", str(age))))

    async def _checked(
        self, read: _Read, stored: Stored, check: "NeedRevalidation", upstream: Upstream
    ) -> HttpResponse:
        """Return the answer to a read whose kept answer is to be checked with the API first."""
        from openapi_mcp.executor.cache_states import conditional, renewed

        came = await self._ask(upstream, conditional(read.request, check))
        if came.response.status != 304 or came.response.was_redirected:
            return await self._settle(read, came)
        headers = renewed(check, stored, came.response)
        if headers is None:  # it speaks of another answer than the one that is kept
            return await self._settle(read, await self._ask(upstream, read.request))
        response = replace(_response(read.request, stored), headers=headers)
        if not is_same(stored.headers, response.headers) or lifetime(response, came.answered, read.asked.ttl) > 0:
            await self._settle(read, replace(came, response=response))
        read.asked.story.cache = REVALIDATED
        return response

    async def _ask(self, upstream: Upstream, request: HttpRequest) -> _Came:
        asked = self.now()
        response = await upstream(request)
        return _Came(response=response, asked=asked, answered=self.now())

    async def _settle(self, read: _Read, came: _Came) -> HttpResponse:
        """Keep an answer where it may be kept; what was kept in its place is no longer true."""
        response = came.response
        if self._note(read, response):
            from openapi_mcp.executor.cache_states import headers_to_keep

            headers = headers_to_keep(read.request, response)
            if headers is not None and await read.asked.is_still() and await self._keep(read, came, headers):
                read.asked.story.cache = STORED
                return response
        if read.seen.stored is not None and response.status < 500 and response.status not in _PASSING:
            await self.store.forget(read.place, came.asked, self.now())
        return response

    async def _keep(self, read: _Read, came: _Came, headers: tuple[tuple[str, str], ...]) -> bool:
        response = replace(came.response, headers=headers)
        age = first_age(came.response, came.asked, came.answered)
        fresh = lifetime(response, came.answered, read.asked.ttl)
        stored = Stored(
            status=response.status,
            headers=headers,
            body=response.body,
            asked=came.asked,
            answered=came.answered,
            age=age,
            used=self.now(),
        )
        redact = read.asked.redactor()

        def may_be_kept() -> bool:
            return not _has_secret(redact, read.place, response)

        return await self.store.keep(read.place, stored, fresh, read.seen.mark, may_be_kept)

    async def _write(self, asked: Asked, upstream: Upstream) -> HttpResponse:
        """Return the answer to a write, and drop what it puts in doubt: also where nobody knows what became of it."""
        try:
            response = await upstream(asked.request)
        except BaseException:  # also a cancellation: what was sent may be done; then it rises
            if asked.story.attempts:
                await self.drop(asked.request)
            raise
        if has_written(response, is_unknown=asked.story.is_unknown):
            await self.drop(asked.request, response)
        return response

    async def drop(self, request: HttpRequest, response: HttpResponse | None = None) -> None:
        """Drop what a write puts in doubt; a call that is cancelled meanwhile does not stop it."""
        what = written(request, response)
        if what is None or (self.only_drops and not self.store.holds_some()):
            return
        with anyio.CancelScope(shield=True):
            await self.store.drop(what)


def _response(request: HttpRequest, stored: Stored) -> HttpResponse:
    return HttpResponse(status=stored.status, url=request.url, headers=stored.headers, body=stored.body)


def _has_secret(redact: Redactor, place: Place, response: HttpResponse) -> bool:
    """True where a secret stands in what would be kept, in any charset that has ASCII, wide or not."""
    body = response.body
    texts = [place.url, place.caller, "\n".join(f"{name}: {value}" for name, value in response.headers)]
    texts.append(body.decode("utf-8", "replace"))
    if b"\0" in body:
        texts.append(body.replace(b"\0", b"").decode("latin-1"))
    return any(map(redact.finds, texts))
