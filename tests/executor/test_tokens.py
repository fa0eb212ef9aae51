"""Tokens for many calls: fetched once, kept while good, renewed, never another caller's; from a real provider."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from support.identity import IdentityProvider, running_identity_provider
from support.upstream import PATIENCE, Answer

from openapi_mcp.auth.token import TokenError
from openapi_mcp.executor import tokens as module
from openapi_mcp.executor.faults import BrokenAnswerError
from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.tokens import RefreshTokens, Send, Tokens
from openapi_mcp.model.call import ANYONE, Caller
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Credential, Secret

pytestmark = pytest.mark.anyio

NEVER = float("inf")


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with running_identity_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    """The provider, with nothing in its memory."""
    for kept in (running.seen, running.issued, running.answers, running.metadata, running.refresh):
        kept.clear()
    running.lifetime, running.rotates = 3600, True
    running.gate.set()
    return running


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Rig:
    """Tokens that send for real, on a clock of the test's."""

    tokens: Tokens
    clock: Clock
    provider: IdentityProvider

    async def get(self, grant: Grant, *scopes: str, caller: Caller = ANYONE) -> Credential:
        return await self.tokens.credential(grant, scopes, caller, anyio.current_time() + PATIENCE)


async def with_rig(
    provider: IdentityProvider, work: Callable[[Rig], Awaitable[None]], kept: RefreshTokens | None = None
) -> None:
    clock = Clock()
    async with Sender(max_body=100_000, user_agent="test") as sender:
        rig = Rig(Tokens(sender.send, clock, kept), clock, provider)
        try:
            await work(rig)
        finally:
            await rig.tokens.aclose()


def client_grant(provider: IdentityProvider, **more: Any) -> Grant:
    fields = {"client_id": "app", "client_secret": Secret("app-s3cret"), "token_url": provider.token_url}
    return Grant(**{"scheme": "oauth", "type": GrantType.CLIENT_CREDENTIALS, **fields, **more})


def claims(provider: IdentityProvider, credential: Credential) -> dict[str, Any]:
    found = provider.verify(credential.value.reveal())
    assert found is not None
    return found


async def test_two_hundred_calls_wait_for_one_token(provider: IdentityProvider) -> None:
    """issue 5: fetched once for many waiting calls."""

    async def work(rig: Rig) -> None:
        provider.gate.clear()
        found: list[Credential] = []

        async def call() -> None:
            found.append(await rig.get(client_grant(provider), "read"))

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(call)
            await anyio.to_thread.run_sync(provider.arrived.get)
            provider.gate.set()
        assert (len(found), len(set(found)), len(provider.asked())) == (200, 1, 1)
        assert (found[0].name, found[0].prefix) == ("Authorization", "Bearer ")
        assert claims(provider, found[0])["client_id"] == "app"

    await with_rig(provider, work)


async def test_who_stops_waiting_does_not_stop_the_others(provider: IdentityProvider) -> None:
    """issue 5: one waiter cancelled must not cancel the fetch for others, be it the first; nor may its deadline."""

    async def work(rig: Rig) -> None:
        provider.gate.clear()
        async with anyio.create_task_group() as first:
            first.start_soon(rig.get, client_grant(provider))
            await anyio.to_thread.run_sync(provider.arrived.get)
            with pytest.raises(TimeoutError):
                await rig.tokens.credential(client_grant(provider), (), ANYONE, anyio.current_time())
            first.cancel_scope.cancel()
        provider.gate.set()
        await rig.get(client_grant(provider))
        assert len(provider.asked()) == 1

    await with_rig(provider, work)


@pytest.mark.parametrize(("lifetime", "good"), [(3600, 3569.0), (100, 89.0), (10, 8.9)])
async def test_a_token_is_renewed_shortly_before_it_expires(
    provider: IdentityProvider, lifetime: int, good: float
) -> None:
    """issue 5: cached until shortly before they expire: 30 s, or a tenth of a short life."""
    provider.lifetime = lifetime

    async def work(rig: Rig) -> None:
        first = await rig.get(client_grant(provider))
        rig.clock.now += good
        assert await rig.get(client_grant(provider)) == first
        rig.clock.now += lifetime - good
        assert await rig.get(client_grant(provider)) != first
        assert len(provider.asked()) == 2

    await with_rig(provider, work)


async def test_a_token_of_unknown_life_is_good_until_the_api_says_no(provider: IdentityProvider) -> None:
    """RFC 6749 section 5.1: expires_in may be missing."""
    provider.answers["/token"] = Answer(b'{"access_token": "a", "token_type": "Bearer"}')

    async def work(rig: Rig) -> None:
        first = await rig.get(client_grant(provider))
        rig.clock.now += 1e9
        assert await rig.get(client_grant(provider)) == first
        rig.tokens.drop(client_grant(provider), (), ANYONE, first)
        await rig.get(client_grant(provider))
        assert len(provider.asked()) == 2

    await with_rig(provider, work)


async def test_after_a_401_one_renewal_serves_all(provider: IdentityProvider) -> None:
    """issue 5: renewed once after a 401; who comes late with the old token takes the new one."""

    async def work(rig: Rig) -> None:
        grant = client_grant(provider)
        old = await rig.get(grant)
        rig.tokens.drop(grant, (), ANYONE, old)
        new = await rig.get(grant)
        rig.tokens.drop(grant, (), ANYONE, old)
        assert await rig.get(grant) == new != old
        rig.tokens.drop(grant, ("other",), ANYONE, new)
        assert (len(provider.asked()), await rig.get(grant)) == (2, new)

    await with_rig(provider, work)


async def test_each_set_of_scopes_has_its_token(provider: IdentityProvider) -> None:
    """issue 5: scopes from the operation; scopes of the grant are the same for all of them."""

    async def work(rig: Rig) -> None:
        read, write = [await rig.get(client_grant(provider), scope) for scope in ("read", "write")]
        assert [claims(provider, each)["scope"] for each in (read, write)] == ["read", "write"]
        fixed = client_grant(provider, scopes=("read",))
        assert await rig.get(fixed, "write") == await rig.get(fixed, "other")

    await with_rig(provider, work)


async def test_nothing_crosses_callers(provider: IdentityProvider) -> None:
    """issue 5: the exchanged token is that of the caller, and of the very token it came with."""

    async def work(rig: Rig) -> None:
        grant = client_grant(provider, type=GrantType.TOKEN_EXCHANGE, audience="orders")
        ada, grace = (Caller(id=name, token=Secret(provider.mint(name))) for name in ("ada", "grace"))
        got = {who.id: claims(provider, await rig.get(grant, caller=who)) for who in (ada, grace, ada)}
        assert {name: (found["sub"], found["aud"]) for name, found in got.items()} == {
            "ada": ("ada", "orders"),
            "grace": ("grace", "orders"),
        }
        assert len(provider.asked()) == 2
        await rig.get(grant, caller=replace(ada, token=Secret(provider.mint("ada"))))
        assert len(provider.asked()) == 3
        with pytest.raises(TokenError, match="the caller's own access token"):
            await rig.get(grant, caller=Caller(id="eve"))

    await with_rig(provider, work)


async def test_callers_that_went_are_forgotten(provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 28: memory stays flat; the one that is longest unused goes first."""
    monkeypatch.setattr(module, "MAX_KEPT", 2)

    async def work(rig: Rig) -> None:
        grant = client_grant(provider, type=GrantType.TOKEN_EXCHANGE)
        a, b, c = (Caller(id=name, token=Secret(provider.mint(name))) for name in "abc")
        for caller, asked in ((a, 1), (b, 2), (a, 2), (c, 3), (a, 3), (b, 4)):
            used = await rig.get(grant, caller=caller)
            assert len(provider.asked()) == asked
        assert len(rig.tokens._entries) == 2
        rig.tokens.drop(grant, (), c, used)

    await with_rig(provider, work)


async def test_a_failure_is_told_to_all_and_soon_tried_again(provider: IdentityProvider) -> None:
    """Our choice: a provider that is down is asked once a second, not once a call."""
    provider.answers["/token"] = Answer(b'{"error": "temporarily_unavailable"}', status=503)

    async def work(rig: Rig) -> None:
        told: list[str] = []

        async def call() -> None:
            try:
                await rig.get(client_grant(provider))
            except TokenError as error:
                told.append(error.message)

        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(call)
        await call()
        assert (len(told), len(set(told)), len(provider.asked())) == (11, 1, 1)
        provider.answers.clear()
        rig.clock.now += module.PAUSE
        await rig.get(client_grant(provider))
        assert len(provider.asked()) == 2

    await with_rig(provider, work)


async def test_endpoints_are_discovered_once(provider: IdentityProvider) -> None:
    """issue 5: token endpoint by openIdConnectUrl discovery; asked again when it led nowhere."""

    async def work(rig: Rig) -> None:
        grant = client_grant(provider, token_url="", metadata_url=provider.metadata_url)
        await rig.get(grant, "read")
        await rig.get(grant, "write")
        assert len(provider.asked("/.well-known/openid-configuration")) == 1
        provider.answers["/token"] = Answer(b"{}", status=404)
        with pytest.raises(TokenError, match="status 404"):
            await rig.get(grant, "other")
        provider.answers.clear()
        rig.clock.now += module.PAUSE
        await rig.get(grant, "other")
        assert len(provider.asked("/.well-known/openid-configuration")) == 2

    await with_rig(provider, work)


async def test_metadata_without_a_token_endpoint_is_said(provider: IdentityProvider) -> None:
    """style.md, Errors."""
    provider.metadata["token_endpoint"] = None

    async def work(rig: Rig) -> None:
        with pytest.raises(TokenError, match="has no token endpoint") as refused:
            await rig.get(client_grant(provider, token_url="", metadata_url=provider.metadata_url))
        assert refused.value.hint == "give token_url"

    await with_rig(provider, work)


def refresh_grant(provider: IdentityProvider) -> Grant:
    return Grant(
        scheme="oauth",
        type=GrantType.REFRESH_TOKEN,
        client_id="native",
        token_url=provider.token_url,
        refresh_token=Secret(provider.consent()),
    )


async def test_a_refresh_token_that_changes_is_followed(provider: IdentityProvider) -> None:
    """RFC 6749 section 6: the new one takes the place of the old one; one token is for all operations."""

    async def work(rig: Rig) -> None:
        grant = refresh_grant(provider)
        first = await rig.get(grant, "read")
        assert await rig.get(grant, "write") == first
        for _ in range(2):
            rig.tokens.drop(grant, (), ANYONE, await rig.get(grant))
        await rig.get(grant)
        assert len(provider.asked()) == 3

    await with_rig(provider, work)


async def test_a_refresh_token_that_stays_is_used_again(provider: IdentityProvider) -> None:
    """RFC 6749 section 6: a new one may come, and need not."""
    provider.rotates = False

    async def work(rig: Rig) -> None:
        grant = refresh_grant(provider)
        rig.tokens.drop(grant, (), ANYONE, await rig.get(grant))
        assert claims(provider, await rig.get(grant))["sub"] == "ada"
        assert len({seen.body for seen in provider.asked()}) == 1

    await with_rig(provider, work)


@dataclass
class Shelf:
    """A place for refresh tokens that two processes share."""

    now: Secret | None = None
    is_open: bool = True
    given: list[Secret] = field(default_factory=list)

    def find(self, grant: Grant) -> Grant | None:
        return None if self.now is None else replace(grant, refresh_token=self.now)

    def keep(self, grant: Grant, refresh: Secret) -> bool:
        self.given.append(refresh)
        if self.is_open:
            self.now = refresh
        return self.is_open

    @property
    def tokens(self) -> RefreshTokens:
        return RefreshTokens(find=self.find, keep=self.keep)


async def test_a_changed_refresh_token_is_kept_for_the_next_process(provider: IdentityProvider) -> None:
    """issue 5: keeps the refresh token; where that fails, this process still knows the new one."""
    shelf, grant = Shelf(), refresh_grant(provider)

    async def renew(rig: Rig) -> None:
        rig.tokens.drop(grant, (), ANYONE, await rig.get(grant))
        await rig.get(grant)

    await with_rig(provider, renew, shelf.tokens)
    await with_rig(provider, renew, shelf.tokens)
    assert (len(shelf.given), shelf.now) == (4, shelf.given[-1])
    shelf.is_open = False
    await with_rig(provider, renew, shelf.tokens)
    assert (len(shelf.given), shelf.now) == (6, shelf.given[3])


async def test_a_refresh_token_that_another_process_has_spent_is_looked_up_again(provider: IdentityProvider) -> None:
    """Our choice: two clients start two servers with one login, and the provider lets a refresh token be used once."""
    shelf, grant = Shelf(), refresh_grant(provider)
    newer = refresh_grant(provider).refresh_token
    del provider.refresh[(grant.refresh_token or Secret("")).reveal()]
    looked: list[Secret | None] = []

    def find(which: Grant) -> Grant | None:
        looked.append(None if not looked else newer)
        return None if looked[-1] is None else replace(which, refresh_token=looked[-1])

    async def work(rig: Rig) -> None:
        assert claims(provider, await rig.get(grant))["sub"] == "ada"
        assert looked == [None, newer]

    await with_rig(provider, work, RefreshTokens(find=find, keep=shelf.keep))


async def test_a_refresh_token_goes_with_the_client_and_the_provider_that_it_is_of(provider: IdentityProvider) -> None:
    """A person has logged in anew, somewhere else: nothing of that goes to the provider of before."""
    grant, kept = refresh_grant(provider), list[tuple[str, str]]()
    anew = replace(
        grant, client_id="app", client_secret=Secret("app-s3cret"), refresh_token=Secret(provider.consent("app"))
    )
    old = replace(grant, token_url="http://127.0.0.1:9/token")

    def keep(used: Grant, refresh: Secret) -> bool:
        kept.append((used.client_id, used.token_url))
        return True

    async def work(rig: Rig) -> None:
        assert claims(provider, await rig.get(old))["client_id"] == "app"
        assert kept == [("app", provider.token_url)]

    await with_rig(provider, work, RefreshTokens(find=lambda _grant: anew, keep=keep))


async def test_a_login_that_is_over_says_so(provider: IdentityProvider) -> None:
    """RFC 6749 section 5.2: invalid_grant."""

    async def work(rig: Rig) -> None:
        grant = replace(refresh_grant(provider), refresh_token=Secret("gone"))
        with pytest.raises(TokenError, match="invalid_grant") as refused:
            await rig.get(grant)
        assert "openapi-mcp login" in (refused.value.hint or "")

    await with_rig(provider, work)


async def test_a_provider_that_is_not_there_is_said() -> None:
    """style.md, Errors: what happened, where, what to do; the query of a URL may hold a secret."""
    async with Sender(max_body=1000, user_agent="test") as sender:
        tokens = Tokens(sender.send, Clock())
        grant = Grant(scheme="o", type=GrantType.CLIENT_CREDENTIALS, client_id="a", token_url="http://127.0.0.1:1/?k=v")
        with pytest.raises(TokenError, match="cannot be reached") as refused:
            await tokens.credential(grant, (), ANYONE, NEVER)
    assert (refused.value.where, refused.value.may_pass) == ("http://127.0.0.1:1/?k=***", True)


def never(entered: anyio.Event) -> Send:
    async def send(request: HttpRequest) -> HttpResponse:
        entered.set()
        await anyio.sleep_forever()
        raise AssertionError

    return send


GRANT = Grant(scheme="o", type=GrantType.CLIENT_CREDENTIALS, client_id="a", token_url="https://id.example/t")


async def test_a_provider_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 16: nothing waits without end."""
    monkeypatch.setattr(module, "FETCH_SECONDS", 0.001)
    with pytest.raises(TokenError, match=r"did not answer within 0.001 s") as refused:
        await Tokens(never(anyio.Event()), Clock()).credential(GRANT, (), ANYONE, NEVER)
    assert refused.value.may_pass


async def test_the_end_does_not_wait_for_a_provider() -> None:
    """security.md 24: the process ends within 5 s; who waits is told."""
    entered = anyio.Event()
    tokens = Tokens(never(entered), Clock())
    waiting = asyncio.ensure_future(tokens.credential(GRANT, (), ANYONE, NEVER))
    await entered.wait()
    await tokens.aclose()
    with pytest.raises(TokenError, match="the server is ending"):
        await waiting


@pytest.mark.requirement(10)
async def test_a_broken_answer_that_repeats_what_was_sent_is_not_told() -> None:
    """security.md 10: the error quotes a header line, or a Content-Encoding, that is the client's secret."""
    grant = replace(GRANT, client_secret=Secret("s3/cr3t+1"))

    async def send(request: HttpRequest) -> HttpResponse:
        raise BrokenAnswerError(f"illegal header line: {dict(request.headers)['Authorization']!r}")

    with pytest.raises(TokenError, match=r"illegal header line: '\*\*\*'") as refused:
        await Tokens(send, Clock()).credential(grant, (), ANYONE, NEVER)
    assert "czMlMkZjcjN0JTJCMQ" not in repr(refused.getrepr(style="long"))
