"""The door: who is let in, what others are told, and what is noted of who calls."""

from typing import Any

import pytest
from mcp.server.auth.provider import AccessToken
from support.asgi import Answers, Client, Inner, http
from support.issuer import AUDIENCE, claims, public_rsa, signed

from openapi_mcp.model.call import ANYONE, Caller, Failure
from openapi_mcp.model.secret import Secret
from openapi_mcp.server.callers import noted
from openapi_mcp.server.door import Admission, Door, caller_for
from openapi_mcp.server.endpoint import EndpointToken
from openapi_mcp.server.forward import Forward
from openapi_mcp.server.issuer import IssuerError
from openapi_mcp.server.keys import Keys
from openapi_mcp.server.tokens import Verifier

pytestmark = pytest.mark.anyio

TOKEN = "the-token-of-this-endpoint"
ISSUER = "https://id.test"
METADATA = "https://mcp.test/.well-known/oauth-protected-resource/mcp"
KNOWN = tuple(noted(ANYONE, {}))[:2]


def authorization(*values: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", value) for value in values]


async def fetch() -> list[dict[str, Any]]:
    return [public_rsa("one")]


async def unreachable() -> list[dict[str, Any]]:
    raise IssuerError("out of reach")


def by_token(**more: Any) -> Admission:
    return Admission(token=EndpointToken(TOKEN, {}), **more)


def by_issuer(source: Any = fetch, **more: Any) -> Admission:
    verifier = Verifier(ISSUER, (AUDIENCE,), Keys(source, lambda: 0.0))
    path = "/.well-known/oauth-protected-resource/mcp"
    return Admission(verifier=verifier, metadata_url=METADATA, open_paths=frozenset({path}), **more)


async def knock(
    admission: Admission, *headers: tuple[bytes, bytes], method: str = "POST", path: str = "/mcp"
) -> tuple[Answers, Inner, Client]:
    answers, inner, client = Answers(), Inner(), Client(b"{}")
    await Door(inner, admission)(http(method, *headers, path=path), client.receive, answers.send)
    return answers, inner, client


def bearer(**changed: Any) -> list[tuple[bytes, bytes]]:
    return authorization(b"Bearer " + signed(claims(ISSUER, **changed)).encode())


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ([], 'Bearer realm="mcp"'),
        (authorization(b"Bearer wrong"), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Bearer " + TOKEN[:-1].encode()), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Bearer " + TOKEN.encode() + b"x"), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Bearer"), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b""), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Basic " + TOKEN.encode()), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(TOKEN.encode()), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Bearer \xff\xfe"), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(*[b"Bearer " + TOKEN.encode()] * 2), 'Bearer realm="mcp", error="invalid_token"'),
        (authorization(b"Bearer x", b"Bearer " + TOKEN.encode()), 'Bearer realm="mcp", error="invalid_token"'),
        ([(b"x-authorization", b"Bearer " + TOKEN.encode())], 'Bearer realm="mcp"'),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE", "OPTIONS"])
async def test_without_the_endpoints_token_nobody_is_let_in(
    headers: list[tuple[bytes, bytes]], challenge: str, method: str
) -> None:
    """security.md 30; RFC 6750, 3: nothing is read of what they want."""
    answers, inner, client = await knock(by_token(), *headers, method=method)
    assert (answers.status, answers.values("www-authenticate")) == (401, [challenge])
    assert (inner.scopes, client.asked) == ([], 0)
    assert TOKEN not in str(answers)


@pytest.mark.parametrize("kind", [b"Bearer ", b"bearer ", b"BEARER   "])
async def test_with_it_everybody_is_the_same_caller(kind: bytes) -> None:
    """RFC 9110, 11.1: the scheme has no case."""
    answers, inner, _ = await knock(by_token(), *authorization(kind + TOKEN.encode() + b" "))
    assert answers.status == 200
    assert [inner.scopes[0][name] for name in KNOWN] == [ANYONE, {}]
    assert "user" not in inner.scopes[0]


async def test_every_path_wants_the_token() -> None:
    """A path that is nothing today may be something tomorrow."""
    for path in ("/", "/mcp/", "/other", "/.well-known/oauth-protected-resource"):
        answers, _, _ = await knock(by_token(), path=path, method="GET")
        assert answers.status == 401


async def test_an_access_token_says_who_calls() -> None:
    """Issue 5, Per caller (b)."""
    headers = bearer(scope="read write")
    answers, inner, _ = await knock(by_issuer(scopes=("read",)), *headers)
    caller = inner.scopes[0][KNOWN[0]]
    assert (answers.status, caller.scopes) == (200, {"read", "write"})
    assert caller.token == Secret(headers[0][1].decode().removeprefix("Bearer "))
    assert inner.scopes[0]["user"].access_token.client_id == caller.id
    assert inner.scopes[0]["user"].access_token.token == ""


async def test_where_to_get_a_token_is_told() -> None:
    """RFC 9728, 5.1; RFC 6750, 3; MCP 2026-07-28, authorization."""
    answers, _, _ = await knock(by_issuer(scopes=("read", "list")))
    assert answers.values("www-authenticate") == [
        f'Bearer realm="mcp", scope="read list", resource_metadata="{METADATA}"'
    ]
    answers, _, _ = await knock(by_issuer(), *bearer(aud="https://other.test"))
    assert answers.status == 401
    assert answers.values("www-authenticate") == [
        f'Bearer realm="mcp", error="invalid_token", resource_metadata="{METADATA}"'
    ]


async def test_whoever_asks_where_to_get_one_need_not_have_one() -> None:
    """RFC 9728, 3.1; a POST there is none."""
    path = "/.well-known/oauth-protected-resource/mcp"
    assert [(await knock(by_issuer(), path=path, method=each))[0].status for each in ("GET", "POST")] == [200, 401]


async def test_a_token_without_a_scope_that_all_must_have_is_forbidden() -> None:
    """RFC 6750, 3.1: 403, with what would do."""
    answers, inner, _ = await knock(by_issuer(scopes=("read", "write")), *bearer(scope="read"))
    assert (answers.status, inner.scopes) == (403, [])
    assert answers.values("www-authenticate") == [
        f'Bearer realm="mcp", error="insufficient_scope", scope="read write", resource_metadata="{METADATA}"'
    ]


async def test_an_issuer_out_of_reach_is_not_the_callers_fault() -> None:
    """503 and when to come again."""
    answers, inner, _ = await knock(by_issuer(unreachable), *bearer())
    assert (answers.status, answers.values("retry-after"), inner.scopes) == (503, ["5"], [])


async def test_a_forwarded_header_is_the_callers_own() -> None:
    """Issue 5, Per caller (a), beside the endpoint's own token."""
    admission = by_token(forward=Forward(names=("X-User",)))
    _, inner, _ = await knock(admission, *authorization(b"Bearer " + TOKEN.encode()), (b"x-user", b"ann"))
    caller, failures = (inner.scopes[0][name] for name in KNOWN)
    assert (caller.headers, failures) == ((("X-User", Secret("ann")),), {})
    assert caller.id
    assert inner.scopes[0]["user"].access_token.client_id == caller.id


async def test_without_it_the_failure_of_every_call_is_noted() -> None:
    """The list may be read; scopes still count for it."""
    _, inner, _ = await knock(by_issuer(forward=Forward(names=("X-User",))), *bearer(scope="read"))
    caller, failures = (inner.scopes[0][name] for name in KNOWN)
    assert isinstance(failures[""], Failure)
    assert (caller.headers, caller.scopes) == ((), {"read"})


async def test_what_is_no_request_passes() -> None:
    """ASGI, Lifespan Protocol."""
    inner = Inner()
    await Door(inner, by_token())({"type": "lifespan"}, Client().receive, Answers().send)
    assert inner.scopes == [{"type": "lifespan"}]


def who(issuer: str, subject: str | None, client: str) -> Caller:
    return caller_for(AccessToken(token="t", client_id=client, scopes=[], subject=subject, claims={"iss": issuer}))


def test_a_caller_is_a_subject_of_an_issuer() -> None:
    """RFC 9068, 2.2: `sub` is unique only there; a client without a person is itself."""
    assert who("i", "ann", "app").id == who("i", "ann", "other").id
    different = [
        who("i", "ann", "a"),
        who("j", "ann", "a"),
        who("i", "bob", "a"),
        who("i", None, "a"),
        who("i", "a", ""),
    ]
    assert len({caller.id for caller in different}) == 5
    assert all("ann" not in caller.id for caller in different)
