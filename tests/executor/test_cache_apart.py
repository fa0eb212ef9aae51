"""Kept answers of one caller, or one credential, are nobody else's; and no secret is in the file."""

import dataclasses
import stat
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cached import Cached, Held, cached, disk, fresh
from support.make import Json, document
from support.raw import answer, raw_upstream

from openapi_mcp.auth.choose import Chosen, WantedToken
from openapi_mcp.auth.held import Held as HeldCredentials
from openapi_mcp.executor.cache_key import digest, key_text
from openapi_mcp.executor.tokens import RefreshTokens
from openapi_mcp.model.call import Caller
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Credential, Place, Secret

pytestmark = pytest.mark.anyio

KEY = "s3cr3t/key+4711=="
GET = HttpRequest(method="GET", url="https://api.example.com/orders", headers=(("Accept", "text/plain"),))
ANN = Caller(id="ann", headers=(("Authorization", Secret("Bearer first")),), scopes=frozenset({"read"}))
GRANT = Grant(scheme="login", type=GrantType.CLIENT_CREDENTIALS, client_id="me", token_url="https://id.example.com/t")
EXCHANGE = dataclasses.replace(GRANT, type=GrantType.TOKEN_EXCHANGE)
FIRST = Secret("first-of-all")
NONE = Chosen()


def with_grant(grant: Grant, *scopes: str) -> Chosen:
    return Chosen(tokens=(WantedToken(grant=grant, scopes=scopes),))


def with_value(value: str, place: Place = Place.HEADER) -> Chosen:
    return Chosen(credentials=(Credential(place=place, name="X-Key", value=Secret(value)),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((GET, Caller(id="ann")), (GET, Caller(id="bob"))),
        ((GET, ANN), (GET, dataclasses.replace(ANN, headers=(("Authorization", Secret("Bearer second")),)))),
        ((GET, ANN), (GET, dataclasses.replace(ANN, scopes=frozenset({"read", "write"})))),
        ((GET, ANN), (GET, dataclasses.replace(ANN, scopes=None))),
        ((GET, ANN), (dataclasses.replace(GET, headers=(("Accept", "text/html"),)), ANN)),
        ((GET, ANN), (dataclasses.replace(GET, method="HEAD"), ANN)),
        ((GET, ANN, with_value("a")), (GET, ANN, with_value("b"))),
        ((GET, ANN, with_value("a")), (GET, ANN, with_value("a", Place.QUERY))),
        ((GET, ANN, with_value("a")), (GET, ANN)),
        ((GET, ANN, with_grant(GRANT)), (GET, ANN)),
        ((GET, ANN, with_grant(GRANT)), (GET, ANN, with_grant(GRANT, "read"))),
        ((GET, ANN, with_grant(GRANT)), (GET, ANN, with_grant(dataclasses.replace(GRANT, client_id="you")))),
        ((GET, ANN, with_grant(GRANT)), (GET, ANN, with_grant(dataclasses.replace(GRANT, refresh_token=FIRST)))),
        ((GET, ANN, with_grant(EXCHANGE)), (GET, dataclasses.replace(ANN, token=FIRST), with_grant(EXCHANGE))),
        ((GET, ANN, Chosen(), "ours.pem"), (GET, ANN)),
    ],
)  # fmt: skip
def test_what_tells_answers_apart(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    """Issue 8: kept apart by caller and credential."""
    assert text_of(*one) != text_of(*other)


def text_of(request: HttpRequest, caller: Caller, chosen: Chosen = NONE, certificate: str = "") -> bytes:
    return key_text(request, caller, chosen, certificate)


def test_a_token_that_is_renewed_is_the_same_credential() -> None:
    """Access tokens come and go; whose they are, stays. What a caller brought to us alone is not sent to the API."""
    brought = dataclasses.replace(ANN, token=FIRST)
    assert text_of(GET, ANN, with_grant(GRANT)) == text_of(GET, brought, with_grant(GRANT))


@given(st.lists(st.text(), min_size=2, max_size=2, unique=True), st.text())
def test_names_that_run_into_one_another_stay_apart(names: list[str], value: str) -> None:
    """A law: what is apart in a caller is apart in the key."""
    first, second = (Caller(id=each, headers=((value, Secret(each)),)) for each in names)
    assert text_of(GET, first) != text_of(GET, second)


def test_a_key_cannot_be_checked_without_the_files_own_secret() -> None:
    """Issue 8: a keyed hash."""
    assert digest(b"a" * 32, b"x") != digest(b"b" * 32, b"x")


async def test_callers_do_not_see_each_others_answers(tmp_path: Path) -> None:
    """Issue 8."""
    bob = Caller(id="bob", headers=(("Authorization", Secret("Bearer bob's own")),))
    async with cached(tmp_path, fresh(b'{"of": "ann"}'), fresh(b'{"of": "bob"}')) as api:
        results = [(await api.call(caller=each)).structured or {} for each in (ANN, bob, ANN, bob)]
    assert [each["of"] for each in results] == ["ann", "bob", "ann", "bob"]
    assert len(api.upstream.seen) == 2


async def test_a_new_credential_begins_anew(tmp_path: Path) -> None:
    """Issue 8."""
    keys = [Credential(place=Place.QUERY, name="key", value=Secret(value)) for value in (KEY, "another-one")]
    async with cached(tmp_path, credentials=keys[:1]) as api:
        await api.keep()
        options: Json = {"base_url": api.upstream.url, "clock": api.clock}
        async with cached(tmp_path, credentials=keys[1:], **options) as other:
            await other.call()
        async with cached(tmp_path, credentials=keys[:1], **options) as again:
            await again.call()
        assert len(api.upstream.seen) == 2


async def test_the_request_of_a_kept_answer_is_shown_as_it_would_have_been_sent(tmp_path: Path) -> None:
    """model/trace.py: who runs it again needs to know which credentials go with it."""
    credentials = (Credential.header("X-Key", Secret(KEY)), Credential(place=Place.QUERY, name="k", value=Secret(KEY)))
    async with cached(tmp_path, credentials=credentials) as api:
        traces = [(await api.call(caller=ANN)).trace for _ in range(2)]
    requests = [trace.request() for trace in traces if trace is not None and trace.request is not None]
    assert [trace.cache for trace in traces if trace is not None] == ["stored", "hit"]
    assert requests[0] == requests[1]
    assert ("X-Key", "***") in requests[1].headers


SCHEMES: Json = {"components": {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}}


async def test_no_secret_is_in_the_file_which_is_the_users_alone(tmp_path: Path) -> None:
    """Issue 8; security.md: no credential in a cache."""
    credentials = (
        Credential(place=Place.QUERY, name="key", value=Secret(KEY)),
        Credential.header("Authorization", Secret("Bearer b34rer-0815")),
        Credential(place=Place.COOKIE, name="session", value=Secret("c00kie-0816")),
    )
    async with cached(tmp_path, fresh(Set_Cookie="id=c00kie-from-there", ETag='"e"'), credentials=credentials) as api:
        await api.keep(caller=ANN)
        api.cache.close()
        files = sorted((tmp_path / "kept").iterdir())
        whole = b"".join(file.read_bytes() for file in files)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (*files, files[0].parent)}
        listed = disk(api)._far.listed()
    for secret in (KEY, "s3cr3t", "b34rer-0815", "c00kie-0816", "c00kie-from-there", "Bearer first"):
        assert secret.encode() not in whole
    assert b'"n": 1' in whole
    assert modes == {0o600, 0o700}
    assert [each.url for each in listed] == [f"{api.upstream.url}/orders"]


async def test_files_beside_the_open_file_are_the_users_alone(tmp_path: Path) -> None:
    """security.md: the log of SQLite holds what the file will hold."""
    async with cached(tmp_path) as api:
        await api.keep()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "kept").iterdir()}
    assert modes == dict.fromkeys(("answers.db", "answers.db-arrivals", "answers.db-shm", "answers.db-wal"), 0o600)


@pytest.mark.parametrize(
    "said",
    [
        fresh(f'{{"you": "{KEY}"}}'.encode()),
        fresh(X_Echo=KEY),
        answer(f'{{"you": "{KEY}"}}'.encode("utf-16"), Cache_Control="max-age=60"),
        fresh(b'{"you": "s3cr3t%2Fkey%2B4711%3D%3D"}'),
    ],
)
async def test_an_answer_that_repeats_a_secret_is_not_kept(tmp_path: Path, said: bytes) -> None:
    """Issue 8: free of secrets."""
    key = Credential(place=Place.QUERY, name="key", value=Secret(KEY))
    async with cached(tmp_path, said, credentials=(key,)) as api:
        await api.call()
        assert not await api.is_kept()


async def test_a_url_that_holds_a_secret_is_not_kept(tmp_path: Path) -> None:
    """An argument may repeat one."""
    key = Credential(place=Place.HEADER, name="X-Key", value=Secret(KEY))
    async with cached(tmp_path, credentials=(key,)) as api:
        await api.call(page=KEY)
        assert not await api.is_kept(page=KEY)


LOGIN: Json = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://id.example.com", "scopes": {}}}}
WITH_LOGIN: Json = {"components": {"securitySchemes": {"login": LOGIN}}, "security": [{"login": []}]}
LASTS = answer(b'{"access_token": "lasts-long", "token_type": "bearer", "expires_in": 3600}')
ROTATED = answer(b'{"access_token": "renewed", "token_type": "bearer", "refresh_token": "ada-2"}')


@dataclasses.dataclass
class Login:
    """The login of a scheme, which a person may do anew while a server runs."""

    url: str
    refresh: str = "ada-1"

    @property
    def grant(self) -> Grant:
        return dataclasses.replace(
            GRANT, type=GrantType.REFRESH_TOKEN, token_url=self.url, refresh_token=Secret(self.refresh),
            kept_as="k", is_confirmed=True,
        )  # fmt: skip

    def keep(self, _used: Grant, refresh: Secret) -> bool:
        self.refresh = refresh.reveal()
        return True

    def options(self) -> Json:
        schemes = {each.name: each for each in document({}, **WITH_LOGIN).security_schemes}
        tokens = RefreshTokens(find=lambda _grant: self.grant, keep=self.keep)
        held = HeldCredentials(schemes=schemes, by_scheme={"login": self.grant})
        return {"root": WITH_LOGIN, "credentials": held, "refresh_tokens": tokens}


def expire(api: Cached) -> None:
    for entry in api.running._provider._tokens._entries.values():
        entry.good_until = 0.0


async def test_who_logs_in_while_a_server_runs_is_not_shown_the_answers_of_the_last(tmp_path: Path) -> None:
    """Issue 8: kept apart by credential; the access token of before has expired."""
    async with raw_upstream(LASTS) as provider:
        login = Login(provider.url)
        async with cached(tmp_path, fresh(b'{"of": "ada"}'), fresh(b'{"of": "bob"}'), **login.options()) as api:
            await api.keep()
            login.refresh = "bob-1"
            assert await api.is_kept()
            expire(api)
            assert (await api.call()).structured == {"of": "bob"}
            assert await api.is_kept()
            login.refresh = "cid-1"
            assert await api.is_kept()
            expire(api)
            assert not await api.is_kept()


async def test_a_login_whose_token_still_lasts_is_the_one_that_answers_are_of(tmp_path: Path) -> None:
    """What is kept as bob's is never what the API told ada."""
    async with raw_upstream(LASTS) as provider:
        login = Login(provider.url)
        async with cached(tmp_path, fresh(b'{"of": "ada"}'), **login.options()) as api:
            await api.keep()
            login.refresh = "bob-1"
            await api.keep(page="2")
        async with cached(tmp_path, base_url=api.upstream.url, clock=api.clock, **login.options()) as other:
            assert not other.cache.path.exists() or await other.note() is None


async def test_what_is_answered_as_somebody_else_by_then_is_not_kept(tmp_path: Path) -> None:
    """A 401 has the token renewed, and the person of now is another than the one who was asked for."""
    async with raw_upstream(LASTS, ROTATED) as provider:
        login = Login(provider.url)
        async with cached(tmp_path, fresh(), answer(status="401 No"), fresh(), **login.options()) as api:
            await api.keep("people")
            login.refresh = "bob-1"
            result = await api.call()
            assert (result.trace is not None, len(api.upstream.seen)) == (True, 3)
            assert result.trace is None or result.trace.cache == ""
            assert not await api.is_kept()


async def test_a_login_that_we_renew_ourselves_stays_the_same(tmp_path: Path) -> None:
    """RFC 6749, section 6: a refresh token may be given anew at each use."""
    async with raw_upstream(ROTATED) as provider:
        login = Login(provider.url)
        async with cached(tmp_path, fresh(), answer(status="401 No"), fresh(), **login.options()) as api:
            await api.keep()
            await api.call("people")
            assert login.refresh == "ada-2"
            assert await api.is_kept()


async def test_a_client_without_a_person_is_always_the_same(tmp_path: Path) -> None:
    """RFC 6749, section 4.4: its tokens come and go."""
    async with raw_upstream(LASTS) as provider:
        grant = dataclasses.replace(GRANT, token_url=provider.url, is_confirmed=True)
        options = Login(provider.url).options()
        held = dataclasses.replace(options["credentials"], by_scheme={"login": grant})
        async with cached(tmp_path, **(options | {"credentials": held})) as api:
            await api.keep()
            expire(api)
            assert await api.is_kept()


async def test_what_is_answered_after_a_credential_is_gone_is_not_kept(tmp_path: Path) -> None:
    """As whom it was asked for, nobody can say by then."""
    held = Held(fresh())
    root: Json = {**SCHEMES, "security": [{"key": []}]}
    schemes = {each.name: each for each in document({}, **root).security_schemes}
    key = Credential(place=Place.QUERY, name="key", value=Secret(KEY))
    before = HeldCredentials(schemes=schemes, by_scheme={"key": key})
    async with cached(tmp_path, held, root=root, credentials=before) as api:
        async with anyio.create_task_group() as group:
            group.start_soon(api.call)
            await held.has_come.wait()
            api.running._authority.held = HeldCredentials(schemes=schemes)
            held.let.set()
        api.running._authority.held = before
        assert not await api.is_kept()


async def test_a_credential_that_is_missing_is_said_even_where_an_answer_is_kept(tmp_path: Path) -> None:
    """What its operation needs is chosen before anything is looked for."""
    root: Json = {**SCHEMES, "security": [{"key": []}]}
    held = HeldCredentials(schemes={each.name: each for each in document({}, **root).security_schemes})
    async with cached(tmp_path, root=root, credentials=held) as api:
        result = await api.call()
    assert result.failure is not None
    assert result.failure.kind.value == "unauthenticated"
