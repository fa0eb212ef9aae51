"""Which credentials go with a call, and who renews and masks them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from openapi_mcp.auth.held import Held
from openapi_mcp.errors import CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.model.call import ANYONE, Caller
from openapi_mcp.model.document import Operation, RequiredScheme, SecurityRequirement, SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Credential, Place, Secret

SCHEMES = {
    "oauth": SecurityScheme(name="oauth", type="oauth2", pointer="#"),
    "key": SecurityScheme(name="key", type="apiKey", pointer="#", location="header", parameter="X-Key"),
}
GRANT = Grant(scheme="oauth", type=GrantType.CLIENT_CREDENTIALS, client_id="me", client_secret=Secret("client-secret"))
OPERATION = Operation(
    method="GET",
    path="/things",
    pointer="#",
    security=(
        SecurityRequirement(schemes=(RequiredScheme(name="oauth", scopes=("read",)), RequiredScheme(name="key"))),
    ),
)
REQUEST = HttpRequest(method="GET", url="https://api.test/things")
TRUSTED = frozenset({("https", "api.test", 443)})


def key(text: str = "key-value") -> Credential:
    return Credential(place=Place.HEADER, name="X-Key", value=Secret(text))


def token(text: str) -> Credential:
    return Credential(place=Place.HEADER, name="Authorization", value=Secret(text), prefix="Bearer ")


@dataclass
class Tokens:
    """A source that counts; each token that is dropped makes place for the next."""

    number: int = 1
    asked: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)

    async def credential(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, deadline: float) -> Credential:
        self.asked.append((grant.scheme, scopes, caller.id))
        return token(f"access-token-{self.number}")

    async def login(self, grant: Grant, scopes: tuple[str, ...], caller: Caller) -> Grant:
        return grant

    def drop(self, grant: Grant, scopes: tuple[str, ...], caller: Caller, used: Credential) -> None:
        self.number += used == token(f"access-token-{self.number}")


def authority(renew: Callable[[], Held] | None = None, **more: Any) -> Authority:
    held = Held(by_scheme={"oauth": GRANT, "key": key()}, schemes=SCHEMES, **more)
    return Authority(held=held, trusted=TRUSTED, tokens=Tokens(), renew=renew)


def headers(request: HttpRequest) -> list[str]:
    return [f"{name}: {value}" for name, value in request.headers]


async def carried(given: Authority, caller: Caller = ANYONE) -> tuple[Credential, ...]:
    return await given.credentials(given.choose(OPERATION, caller), caller, 10.0)


@pytest.mark.anyio
async def test_tokens_are_got_for_the_scopes_of_the_operation_and_the_caller() -> None:
    """OAS 3.1.1, 4.8.30; security.md 26."""
    given = authority()
    found = await carried(given, Caller(id="ann"))
    assert found == (key(), token("access-token-1"))
    assert isinstance(given.tokens, Tokens)
    assert given.tokens.asked == [("oauth", ("read",), "ann")]


@pytest.mark.anyio
async def test_what_a_caller_brought_takes_the_place_of_what_is_ours() -> None:
    """Issue 5: the caller's own header; to the declared origin alone."""
    caller = Caller(id="ann", headers=(("authorization", Secret("theirs")),))
    given = authority()
    sent = given.authorize(await carried(given, caller))(REQUEST)
    assert headers(sent) == ["X-Key: key-value", "authorization: theirs"]
    elsewhere = HttpRequest(method="GET", url="https://other.test/things")
    assert given.authorize(await carried(given, caller))(elsewhere) == elsewhere


@pytest.mark.anyio
async def test_a_refused_token_is_got_anew_once() -> None:
    """Issue 5: renewed once after a 401."""
    given = authority()
    used = await carried(given)
    for _ in range(3):
        await given.refused(given.choose(OPERATION, ANYONE), ANYONE, used)
    assert await carried(given) == (key(), token("access-token-2"))


@pytest.mark.anyio
async def test_after_a_refusal_files_are_read_again_and_both_values_are_masked() -> None:
    """design.md, Options: a rotated token is picked up."""
    fresh = Held(by_scheme={"key": key("new-key-value")}, schemes=SCHEMES)
    given = authority(renew=lambda: fresh)
    await given.refused(given.choose(OPERATION, ANYONE), ANYONE, ())
    assert given.held is fresh
    assert given.redactor()("key-value new-key-value client-secret") == "*** *** ***"


@pytest.mark.anyio
async def test_what_cannot_be_read_again_stays_as_it_is() -> None:
    def gone() -> Held:
        raise CredentialsError("the file is gone")

    given = authority(renew=gone)
    before = given.held
    await given.refused(given.choose(OPERATION, ANYONE), ANYONE, ())
    assert given.held is before


def test_a_request_is_shown_with_its_secrets_masked_tokens_that_nobody_has_yet_too() -> None:
    """--dry-run asks no authorization server."""
    given = authority()
    caller = Caller(headers=(("X-Mine", Secret("theirs")),))
    shown = given.masked(REQUEST, given.choose(OPERATION, caller), caller)
    assert headers(shown) == ["X-Key: ***", "Authorization: Bearer ***", "X-Mine: ***"]


def test_all_that_is_held_carried_or_brought_is_masked() -> None:
    """security.md 10."""
    given = authority()
    redact = given.redactor((token("access-token-1"),), Caller(token=Secret("callers-token")))
    assert redact("key-value client-secret access-token-1 callers-token") == "*** *** *** ***"
    assert given.redactor()("callers-token access-token-1") == "callers-token access-token-1"


def test_what_masks_is_made_once_and_not_kept_for_ever() -> None:
    """Callers come and go."""
    given = authority()
    first = given.redactor((token("first-token"),))
    assert given.redactor((token("first-token"),)) is first
    for number in range(300):
        given.redactor((token(f"token-{number}"),))
    assert given.redactor((token("first-token"),)) is not first
    assert len(given._redactors) == 256


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    ("name", "value", "echoed"),
    [
        ("Authorization", "Bearer callers-t0ken", "callers-t0ken"),
        ("Authorization", "Basic am9lOnBhNTV3b3Jk", "joe:pa55word"),
        ("Cookie", "sid=c00kie-1; theme=dark", "c00kie-1"),
        ("X-Api-Key", "k3y-of-caller", "k3y-of-caller"),
    ],
)
def test_what_a_caller_brought_is_masked_in_parts_too(name: str, value: str, echoed: str) -> None:
    """security.md 9 and 10: also before it is known what goes with the call."""
    given, caller = authority(), Caller(headers=((name, Secret(value)),))
    for redact in (given.redactor(caller=caller), given.redactor(given.choose(OPERATION, caller).credentials)):
        assert redact(f"<{echoed}> dark") == "<***> dark"
