"""The issuer's keys, kept and asked for again; the clock is the test's."""

from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from support.issuer import public_ec, public_rsa, rsa_key

from openapi_mcp.server.issuer import IssuerError
from openapi_mcp.server.keys import FRESH, LONGEST, PAUSE, Keys, usable

pytestmark = pytest.mark.anyio


class Source:
    """An issuer that counts how often it is asked, and a clock."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys: tuple[dict[str, Any], ...] | None = keys
        self.asked = 0
        self.now = 1000.0
        self.before_answer: Callable[[], Any] = anyio.lowlevel.checkpoint

    async def fetch(self) -> list[dict[str, Any]]:
        self.asked += 1
        await self.before_answer()
        if self.keys is None:
            raise IssuerError("out of reach")
        return list(self.keys)

    def made(self) -> Keys:
        return Keys(self.fetch, lambda: self.now)


async def found(keys: Keys, key_id: str | None = "one", algorithm: str = "RS256") -> bool:
    return await keys.find(key_id, algorithm) is not None


async def test_keys_are_asked_for_once() -> None:
    """For all tokens, for five minutes."""
    source = Source(public_rsa("one"))
    keys = source.made()
    assert [await found(keys) for _ in range(3)] == [True, True, True]
    assert source.asked == 1
    source.now += FRESH + 1
    assert await found(keys)
    assert source.asked == 2


async def test_tokens_that_name_unknown_keys_do_not_make_us_hammer_the_issuer() -> None:
    """At most one question in a few seconds, whatever is brought."""
    source = Source(public_rsa("one"))
    keys = source.made()
    assert [await found(keys, f"unknown-{number}") for number in range(50)] == [False] * 50
    assert source.asked == 1
    source.now += PAUSE
    source.keys = (public_rsa("one"), public_rsa("two"))
    assert await found(keys, "two")
    assert source.asked == 2


async def test_many_that_come_at_once_ask_once() -> None:
    """Whoever waited takes the answer."""
    source = Source(public_rsa("one"))
    keys = source.made()
    results: list[bool] = []

    async def look() -> None:
        results.append(await found(keys))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(look)
    assert (results, source.asked) == ([True] * 20, 1)


async def test_a_known_key_does_not_wait_for_an_issuer_that_hangs() -> None:
    """While somebody asks again the keys of before serve the others."""
    source, held = Source(public_rsa("one")), anyio.Event()
    keys = source.made()
    assert await found(keys)
    source.now += FRESH + 1
    source.before_answer = held.wait
    async with anyio.create_task_group() as group:
        group.start_soon(found, keys)
        await anyio.wait_all_tasks_blocked()
        assert await found(keys)
        held.set()
    assert source.asked == 2


async def test_while_the_issuer_is_out_of_reach_the_keys_of_before_stay_for_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Then nobody knows any longer whether they were withdrawn."""
    source = Source(public_rsa("one"))
    keys = source.made()
    assert await found(keys)
    source.keys = None
    source.now += FRESH + 1
    assert await found(keys)
    assert "issuer_unreachable" in caplog.text
    source.now += LONGEST
    with pytest.raises(IssuerError):
        await keys.find("one", "RS256")
    source.keys = (public_rsa("one"),)
    source.now += PAUSE
    assert await found(keys)


async def test_before_the_first_answer_nothing_can_be_verified() -> None:
    """An issuer that is down when we start; we recover."""
    source = Source()
    keys = source.made()
    source.keys = None
    for _ in range(3):
        with pytest.raises(IssuerError):
            await keys.find("one", "RS256")
    assert source.asked == 1
    source.keys, source.now = (public_rsa("one"),), source.now + PAUSE
    assert await found(keys)


async def test_a_withdrawn_key_is_gone_with_the_next_answer(caplog: pytest.LogCaptureFixture) -> None:
    """And an issuer without keys is said."""
    source = Source(public_rsa("one"))
    keys = source.made()
    assert await found(keys)
    source.keys, source.now = (), source.now + FRESH + 1
    assert not await found(keys)
    assert "issuer_has_no_keys" in caplog.text


async def test_a_token_without_a_key_id_fits_only_a_single_key() -> None:
    """RFC 7515, 4.1.4: optional."""
    alone = Source(public_rsa("one"), public_ec("two")).made()
    assert await found(alone, None)
    assert await found(alone, None, "ES256")
    assert not await found(Source(public_rsa("one"), public_rsa("two")).made(), None)


@pytest.mark.parametrize(
    ("key", "algorithms"),
    [
        (public_rsa("one"), {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        (public_rsa("one", alg="PS256"), {"PS256"}),
        (public_rsa("one", use="sig", key_ops=["verify"]), {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
        (public_ec("one"), {"ES256"}),
    ],
)
def test_a_key_says_what_it_may_have_signed_with(key: dict[str, Any], algorithms: set[str]) -> None:
    """RFC 8725, 3.1: not the token."""
    (read,) = usable([key])
    assert read.id == "one"
    assert read.algorithms == algorithms


@pytest.mark.parametrize(
    "key",
    [
        pytest.param({"kty": "oct", "k": "c2VjcmV0", "kid": "one"}, id="a shared secret"),
        pytest.param(public_rsa("one", alg="HS256"), id="RSA and HS256"),
        pytest.param(public_rsa("one", alg="none"), id="alg is none"),
        pytest.param(public_rsa("one", use="enc"), id="for encryption"),
        pytest.param(public_rsa("one", key_ops=["encrypt"]), id="its operation is encrypt"),
        pytest.param(public_rsa("short", bits=1024), id="1024 bits"),
        pytest.param(public_ec("one", alg="RS256"), id="a curve and RS256"),
        pytest.param(public_ec("one", crv="P-192"), id="an unknown curve"),
        pytest.param(public_ec("one", x="AA"), id="no point of the curve"),
        pytest.param({"kty": "RSA", "kid": "one"}, id="RSA without numbers"),
        pytest.param({"kty": "RSA", "n": 7, "e": "AQAB"}, id="n is a number"),
        pytest.param({"kty": ["RSA"]}, id="kty is a list"),
        pytest.param({"kty": "EC", "crv": {}}, id="crv is an object"),
        pytest.param({}, id="empty"),
    ],
)
def test_what_cannot_verify_a_signature_is_no_key(key: dict[str, Any]) -> None:
    """Symmetric, for something else, too short, malformed."""
    assert list(usable([key])) == []


def test_a_private_key_that_an_issuer_publishes_is_read_as_a_public_one() -> None:
    """Its mistake does not become ours."""
    private = {**public_rsa("one"), "d": "AQAB"}
    (read,) = usable([private])
    assert not hasattr(read.value, "private_numbers")
    assert read.value.public_numbers() == rsa_key("one").public_key().public_numbers()


def test_a_key_id_that_is_no_text_is_none() -> None:
    """RFC 7517, 4.5: a string."""
    (read,) = usable([public_rsa("one") | {"kid": 7}])
    assert read.id is None
