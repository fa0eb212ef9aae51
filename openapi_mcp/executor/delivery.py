"""A request on its way, with the credentials that its operation needs; once more where a 401 finds newer ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from openapi_mcp.auth.choose import Chosen, MissingCredentialError
from openapi_mcp.auth.token import TokenError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.cache import Asked, Cache
from openapi_mcp.executor.terms import Terms
from openapi_mcp.executor.trying import Story, Trial, Trying
from openapi_mcp.model.call import Caller
from openapi_mcp.model.document import Operation
from openapi_mcp.model.leave import Leave
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import READS
from openapi_mcp.model.secret import Credential


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One request of a call; `deadline` is for all that it takes, in the clock of `anyio.current_time`.

    `carried` are the credentials that went along so far, whatever became of it; the `story` is what was tried. One that
    `is_lookup` is sent as `Trial` says, by the `terms` of its `tool`. By its `leave` its call may go on in the
    background, and has longer then. A `cache` may answer in place of the API; `cache_ttl` are the seconds that an
    answer stays fresh which names no lifetime. `chosen` is what was to go along, also where nothing was sent.
    `may_lead_to` is as in `Trial`; `lent` are the credentials of earlier steps that may go along.
    """

    authority: Authority
    trying: Trying
    operation: Operation
    tool: str
    request: HttpRequest
    caller: Caller
    deadline: float
    is_lookup: bool = False
    terms: Terms = field(default_factory=Terms)
    leave: Leave | None = None
    may_lead_to: Callable[[str], bool] | None = None
    cache: Cache | None = None
    cache_ttl: float = 0.0
    is_anew: bool = False
    lent: tuple[Credential, ...] = ()
    held: tuple[Credential, ...] = ()
    chosen: Chosen = field(default_factory=Chosen)
    carried: list[Credential] = field(default_factory=list)
    story: Story = field(default_factory=Story)

    @property
    def _end(self) -> float:
        return self.deadline if self.leave is None else self.leave.later(self.deadline)

    @property
    def secrets(self) -> tuple[Credential, ...]:
        """What is masked in all that is said of it: what went along so far, and what the request itself holds."""
        return (*self.carried, *self.held)

    async def send(self, chosen: Chosen) -> HttpResponse:
        """Return the answer.

        Raises:
            CredentialsError: a token cannot be had, or what was refused cannot be renewed.
            SendError, TimeoutError: as `Trying.send` does.
        """
        self.chosen = chosen
        if self.cache is None:
            return await self._sent(chosen, self.request)
        who = await self.authority.identified(chosen, self.caller)
        asked = Asked(
            request=self.request,
            caller=self.caller,
            chosen=who,
            is_still=partial(self._is_still, who),
            story=self.story,
            redactor=lambda: self.authority.redactor(self.secrets, self.caller),
            kind=self.operation.pointer,
            ttl=self.cache_ttl,
            is_anew=self.is_lookup or self.is_anew,
        )
        return await self.cache.send(asked, partial(self._sent, chosen))

    async def _is_still(self, who: Chosen) -> bool:
        """True while calls go as this; what was refused, or has expired, may have been renewed as somebody else."""
        try:
            chosen = self.authority.choose(self.operation, self.caller, self.lent)
        except MissingCredentialError:
            return False
        return await self.authority.identified(chosen, self.caller) == who

    async def _sent(self, chosen: Chosen, request: HttpRequest) -> HttpResponse:
        """Return what the API answers to the request, or to the same with conditions of the cache's own."""
        if not self.authority.trusts(request.url):
            return await self._with(request, ())
        used = await self._credentials(chosen)
        response = await self._with(request, used)
        if response.status != 401 or response.ended_early == "deadline" or self._may_be_done(response):
            return response
        await self.authority.refused(chosen, self.caller, used)
        fresh = await self._credentials(self.authority.choose(self.operation, self.caller, self.lent))
        return response if fresh == used else await self._with(request, fresh)

    def _may_be_done(self, response: HttpResponse) -> bool:
        """True where a write was redirected to a read: that the read was refused does not make the write undone."""
        return response.became_get and self.request.method not in READS

    async def _with(self, request: HttpRequest, credentials: tuple[Credential, ...]) -> HttpResponse:
        self.carried += credentials
        authorize = self.authority.authorize(credentials)
        path = self.operation.path
        own = (self.terms, path, self.leave, self.may_lead_to, self.tool)
        trial = Trial(request, self._end, authorize, self.story, self.is_lookup, *own)
        return await self.trying.send(trial)

    async def _credentials(self, chosen: Chosen) -> tuple[Credential, ...]:
        """Return what goes along; where a provider refuses us, with what is configured now, if that is another."""
        try:
            return await self.authority.credentials(chosen, self.caller, self._end)
        except TokenError as error:
            if error.may_pass or not await self.authority.read_again():
                raise
        chosen = self.authority.choose(self.operation, self.caller, self.lent)
        return await self.authority.credentials(chosen, self.caller, self._end)
