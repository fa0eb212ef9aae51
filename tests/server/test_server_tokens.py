"""Access tokens, and what attackers make of them."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.issuer import AUDIENCE, claims, ec_key, public_ec, public_rsa, rsa_key, signed

from openapi_mcp.server.issuer import IssuerError
from openapi_mcp.server.keys import Keys
from openapi_mcp.server.tokens import Verifier

pytestmark = pytest.mark.anyio

ISSUER = "https://id.test/realm"


class Clock:
    now = 0.0


def verifier(*keys: dict[str, Any], audience: tuple[str, ...] = (AUDIENCE,), clock: Clock | None = None) -> Verifier:
    clock = clock or Clock()

    async def fetch() -> list[dict[str, Any]]:
        return list(keys or (public_rsa("one"),))

    return Verifier(ISSUER, audience, Keys(fetch, lambda: clock.now), lambda: clock.now)


def token(**changed: Any) -> str:
    return signed(claims(ISSUER, **changed))


async def test_a_good_token_says_who_calls_and_what_it_grants() -> None:
    """RFC 9068, 2.2."""
    granted = await verifier().verify_token(token(scope="read write", exp=2_000_000_000))
    assert granted is not None
    assert (granted.subject, granted.client_id, granted.expires_at) == ("ann", "app", 2_000_000_000)
    assert (granted.scopes, granted.claims) == (["read", "write"], {"iss": ISSUER})


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ({"scope": None}, []),
        ({"scope": ""}, []),
        ({"scope": " b  a "}, ["a", "b"]),
        ({"scope": None, "scp": "a b"}, ["a", "b"]),
        ({"scope": None, "scp": ["b", "a", 7]}, ["a", "b"]),
        ({"scope": 7}, []),
    ],
)
async def test_scopes_are_a_text_or_a_list(given: dict[str, Any], scopes: list[str]) -> None:
    """RFC 9068, 2.2.3; `scp` is what some issuers call it."""
    granted = await verifier().verify_token(token(**given))
    assert granted is not None
    assert granted.scopes == scopes


@pytest.mark.parametrize(
    "good",
    [
        {"aud": ["https://other.test", AUDIENCE]},
        {"sub": None},
        {"sub": None, "client_id": None, "azp": "app"},
        {"nonce": "n"},
    ],
)
async def test_tokens_differ_among_issuers(good: dict[str, Any]) -> None:
    """A list of audiences; a client without a person; what may stand in both kinds of tokens."""
    assert await verifier().verify_token(token(**good)) is not None


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "AT+JWT", "application/at+jwt", None])
async def test_types_of_access_tokens(kind: str | None) -> None:
    """RFC 9068, 2.1; older issuers say JWT, or nothing."""
    assert await verifier().verify_token(signed(claims(ISSUER), typ=kind)) is not None


async def test_other_keys_and_algorithms() -> None:
    """RFC 7518, 3.1: as the key says."""
    checks = verifier(public_ec("two"), public_rsa("one"))
    curve = signed(claims(ISSUER), key=ec_key("two"), algorithm="ES256", kid="two")
    assert await checks.verify_token(curve) is not None
    assert await checks.verify_token(signed(claims(ISSUER), algorithm="PS384")) is not None


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def handmade(header: Any, payload: Any = None, signature: bytes = b"") -> str:
    return f"{part(header)}.{part(claims(ISSUER) if payload is None else payload)}.{part(signature)}"


def signed_with_the_public_key(form: PublicFormat, encoding: Encoding) -> str:
    """Return a token signed with HMAC, its key what everybody knows."""
    secret = rsa_key("one").public_key().public_bytes(encoding, form)
    text = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'one'})}.{part(claims(ISSUER))}"
    return f"{text}.{part(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


EVIL = public_rsa("evil")
ATTACKS: dict[str, str] = {
    "alg none": handmade({"alg": "none", "typ": "at+jwt", "kid": "one"}),
    "alg None": handmade({"alg": "None", "kid": "one"}),
    "no alg": handmade({"kid": "one"}),
    "alg a list": handmade({"alg": ["RS256"], "kid": "one"}),
    "HS256 with the public key": signed_with_the_public_key(PublicFormat.SubjectPublicKeyInfo, Encoding.PEM),
    "HS256 with its bytes": signed_with_the_public_key(PublicFormat.SubjectPublicKeyInfo, Encoding.DER),
    "another key": signed(claims(ISSUER), key=rsa_key("evil")),
    "an unknown key": signed(claims(ISSUER), key=rsa_key("evil"), kid="evil"),
    "a key id that is a number": handmade({"alg": "RS256", "kid": 1}),
    "its own key": signed(claims(ISSUER), key=rsa_key("evil"), kid=None, jwk=EVIL),
    "its own key by name": signed(claims(ISSUER), key=rsa_key("evil"), kid="evil", jwk=EVIL),
    "its own set of keys": signed(claims(ISSUER), key=rsa_key("evil"), kid="evil", jku="http://127.0.0.1:9/keys"),
    "its own certificate": signed(claims(ISSUER), key=rsa_key("evil"), kid="evil", x5u="http://127.0.0.1:9/c"),
    "an elliptic key under an RSA name": signed(claims(ISSUER), key=ec_key("x"), algorithm="ES256"),
    "an extension": signed(claims(ISSUER), crit=["exp"]),
    "an extension that libraries know": handmade({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": True}),
    "expired": token(exp=1_600_000_000),
    "not yet": token(nbf=4_000_000_000),
    "no end": token(exp=None),
    "an end that is no number": token(exp="never"),
    "an endless number": token(exp=float("inf")),
    "a number that is none": token(exp=float("nan")),
    "an end beyond every clock": token(exp=10**400),
    "an end after all dates": token(exp=1e300),
    "an end that is a text": token(exp="4000000000"),
    "a beginning that is true": token(nbf=True),
    "a beginning before all dates": token(nbf=-(10**400)),
    "an endless past": token(iat=float("-inf")),
    "a date of issue that is a text": token(iat="1600000000"),
    "a date of issue that is none": token(iat=[]),
    "another audience": token(aud="https://other.test/mcp"),
    "another resource of the same host": token(aud="https://mcp.test/other"),
    "part of the audience": token(aud=AUDIENCE[:-1]),
    "more than the audience": token(aud=f"{AUDIENCE}/more"),
    "no audience": token(aud=None),
    "an audience that is an object": token(aud={"a": AUDIENCE}),
    "an audience in a list in a list": token(aud=[[AUDIENCE]]),
    "another issuer": token(iss="https://evil.test"),
    "the issuer with a slash": token(iss=f"{ISSUER}/"),
    "no issuer": token(iss=None),
    "nobody": token(sub=None, client_id=None),
    "somebody who is a number": token(sub=7),
    "an ID token": token(at_hash="x"),
    "an ID token by its kind": token(typ="ID"),
    "a refresh token by its kind": token(typ="Refresh"),
    "an ID token by its use": token(token_use="id"),
    "a logout token": signed(claims(ISSUER), typ="logout+jwt"),
    "a type that is a number": handmade({"alg": "RS256", "kid": "one", "typ": 7}),
    "bound to a key": token(cnf={"jkt": "x"}),
    "empty": "",
    "a word": "token",
    "dots": "..",
    "too many parts": f"{token()}.x",
    "truncated": token()[:-1],
    "half": token()[: len(token()) // 2],
    "extended": f"{token()}A",
    "without a signature": token().rpartition(".")[0] + ".",
    "no base64": "é.ü.ß",
    "bytes that are no text": "\xff\xfe\x00.\xff.\xff",
    "a header that is no object": handmade([]),
    "a deep header": f"{part(b'[' * 8_000)}.{part({})}.x",
    "a huge header": handmade({"alg": "RS256", "kid": "a" * 100_000}),
    "a huge number": f"{part(b'1' * 9_000)}.{part({})}.x",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
async def test_a_token_that_is_not_to_be_believed_is_refused(attack: str, caplog: pytest.LogCaptureFixture) -> None:
    """security.md 30; RFC 8725. What it was is told by a word, never by itself."""
    caplog.set_level("DEBUG")
    assert await verifier().verify_token(attack) is None
    assert len(attack) < 10 or attack not in caplog.text


async def test_keys_and_urls_in_a_token_are_never_followed() -> None:
    """RFC 8725, 3.10: the issuer is asked for its own keys, and no one else."""
    asked: list[str] = []

    async def fetch() -> list[dict[str, Any]]:
        asked.append("keys")
        return [public_rsa("one")]

    checks = Verifier(ISSUER, (AUDIENCE,), Keys(fetch, lambda: 0.0))
    for name in ATTACKS:
        await checks.verify_token(ATTACKS[name])
    assert asked == ["keys"]


async def test_clocks_may_differ_a_little() -> None:
    """RFC 7519, 4.1.4: usually no more than a few minutes; half of one here."""
    now = claims(ISSUER)["iat"]
    assert await verifier().verify_token(token(exp=now - 10)) is not None
    assert await verifier().verify_token(token(nbf=now + 20)) is not None
    assert await verifier().verify_token(token(exp=now - 40)) is None


async def test_a_token_is_verified_once_a_minute() -> None:
    """So that calls are cheap; then its key may have been withdrawn."""
    clock, kept = Clock(), [public_rsa("one")]

    async def fetch() -> list[dict[str, Any]]:
        return list(kept)

    checks = Verifier(ISSUER, (AUDIENCE,), Keys(fetch, lambda: clock.now), lambda: clock.now)
    good = token()
    first = await checks.verify_token(good)
    assert first is not None
    assert await checks.verify_token(good) is first
    kept.clear()
    clock.now += 59
    assert await checks.verify_token(good) is first
    clock.now += 600
    assert await checks.verify_token(good) is None


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first."""
    monkeypatch.setattr("openapi_mcp.server.tokens._KNOWN", 2)
    checks = verifier()
    tokens = [token(sub=f"caller {number}") for number in range(3)]
    granted = [await checks.verify_token(each) for each in tokens]
    assert await checks.verify_token(tokens[2]) is granted[2]
    assert await checks.verify_token(tokens[0]) is not granted[0]
    assert len(checks._known) == 2


async def test_an_issuer_out_of_reach_is_another_matter_than_a_bad_token() -> None:
    """The caller did nothing wrong: 503, not 401."""

    async def fetch() -> list[dict[str, Any]]:
        raise IssuerError("out of reach")

    checks = Verifier(ISSUER, (AUDIENCE,), Keys(fetch, lambda: 0.0))
    with pytest.raises(IssuerError):
        await checks.verify_token(token())
    assert await checks.verify_token("rubbish") is None
