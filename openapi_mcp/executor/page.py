"""One request for a call: prepared, authorized, sent within its deadline, and what its answer is understood as."""

import logging
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.to_thread

from openapi_mcp.errors import CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.masked import masked_request
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.send import SendError
from openapi_mcp.executor.terms import Limiters, terms_of, timeout_of
from openapi_mcp.executor.trying import Trying
from openapi_mcp.executor.understanding import Understanding
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.policy import READS, Limits
from openapi_mcp.response.collect import Page

log = logging.getLogger(__name__)

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_LARGE_REFUSAL = 200_000  # more is looked for in one
_ASTRAY = Failure(
    kind=FailureKind.REFUSED,
    message="an argument holds a credential that an API answered, and this call does not go there; nothing was sent",
    hint="give such a value to operations of the API that it came from alone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Asks for the pages of calls, the first one or the next, and for lookups."""

    authority: Authority
    trying: Trying
    preparer: Preparer
    understanding: Understanding
    limits: Limits
    limiters: Limiters
    cache: Cache | None = None

    async def ask(
        self,
        call: Call,
        deadline: float,
        *,
        as_it_is: bool = False,
        is_lookup: bool = False,
        sent: list[Delivery] | None = None,
    ) -> Page | Failure:
        """Return what one request for a call brings; `deadline` is that of all its pages, by the event loop's clock."""
        found = self.preparer.prepare(call, as_it_is=as_it_is)
        if isinstance(found, Failure):
            return found
        tool, arguments, request = found.tool, found.arguments, found.request
        if self.authority.is_astray(call, request.url):
            return _ASTRAY
        delivery = Delivery(
            authority=self.authority,
            trying=self.trying,
            operation=tool.operation,
            tool=tool.name,
            request=request,
            caller=call.caller,
            deadline=deadline,
            is_lookup=is_lookup,
            terms=terms_of(tool, self.limiters),
            leave=None if is_lookup else call.leave,
            lent=self.authority.lent(call, request.url),
            held=tuple(each.credential for each in call.holds),
            cache=None if call.is_unkept and tool.operation.method in READS else self.cache,
            is_anew=call.is_anew,
            may_lead_to=_nowhere if call.stays and not is_lookup else None,
            cache_ttl=self.limits.cache_ttl if tool.limits.cache_ttl is None else tool.limits.cache_ttl,
        )
        if sent is not None and not is_lookup:
            sent.append(delivery)
        began = anyio.current_time()
        try:
            chosen = self.authority.choose(tool.operation, call.caller, delivery.lent)
            if call.sending is not None and not is_lookup:
                shown = self.authority.masked(request, chosen, call.caller)
                call.sending(masked_request(shown, self.authority.redactor_of(call)) if call.holds else shown)
            response = await delivery.send(chosen)
        except (CredentialsError, TimeoutError, SendError) as error:
            is_own = tool.limits.timeout is not None
            return self.understanding.unanswered(error, delivery, timeout_of(tool, self.limits), is_own=is_own)
        delivery.story.status = response.status
        if call.answered is not None and not is_lookup:
            call.answered(request, response)
        log.info("answered tool=%s status=%d ms=%d", tool.name, response.status, (anyio.current_time() - began) * 1e3)
        work = partial(self.understanding.read, tool, arguments, delivery, response)
        is_small = len(response.body) < (_LARGE if response.status < 400 else _LARGE_REFUSAL)
        page = work() if is_small else await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        if isinstance(page, Failure) and page.has_acted and self.cache is not None:
            await self.cache.drop(request)  # it was refused, and something was done for it all the same
        return page


def _nowhere(_url: str) -> bool:
    """False: a redirect is an answer as others are."""
    return False
