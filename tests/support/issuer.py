"""An authorization server's keys and tokens, made by hand, and its metadata on a local server."""

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from support.upstream import Answer, Upstream

AUDIENCE = "https://mcp.test/mcp"


def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the same key for the same name."""
    return _rsa_key(name, bits)


@cache
def _rsa_key(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the same key for the same name."""
    return ec.generate_private_key(ec.SECP256R1())


def public_rsa(name: str, bits: int = 2048, **fields: Any) -> dict[str, Any]:
    """Return the public half as a JSON Web Key."""
    return {**RSAAlgorithm.to_jwk(rsa_key(name, bits).public_key(), as_dict=True), "kid": name, **fields}


def public_ec(name: str, **fields: Any) -> dict[str, Any]:
    """Return the public half as a JSON Web Key."""
    return {**ECAlgorithm.to_jwk(ec_key(name).public_key(), as_dict=True), "kid": name, **fields}


def claims(issuer: str, **changed: Any) -> dict[str, Any]:
    """Return the claims of a good token, some of them changed; None leaves one out."""
    now = int(time.time())
    good = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": "ann",
        "client_id": "app",
        "iat": now,
        "exp": now + 600,
        "scope": "read",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def signed(
    payload: Mapping[str, Any], *, key: Any = None, algorithm: str = "RS256", kid: str | None = "one", **header: Any
) -> str:
    """Return a token; its key is that of the name "one" unless another is given."""
    fields = {**({"kid": kid} if kid is not None else {}), "typ": "at+jwt", **header}
    return jwt.encode(dict(payload), key or rsa_key("one"), algorithm=algorithm, headers=fields)


class Issuer:
    """An issuer on a local server: its metadata, its keys, its tokens."""

    def __init__(self, server: Upstream, *keys: dict[str, Any]) -> None:
        self.server = server
        self.url = server.url
        self.metadata = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.publish(*(keys or (public_rsa("one"),)))

    def publish(self, *keys: dict[str, Any]) -> None:
        """Answer with these keys from now on."""
        self.server.answers["/.well-known/oauth-authorization-server"] = Answer(json.dumps(self.metadata).encode())
        self.server.answers["/keys"] = Answer(json.dumps({"keys": list(keys)}).encode())

    def fail(self, status: int = 503) -> None:
        """Answer nothing but this status."""
        for path in ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/keys"):
            self.server.answers[path] = Answer(b"{}", status=status)

    def token(self, **changed: Any) -> str:
        """Return a token that is good but for what is changed."""
        return signed(claims(self.url, **changed))

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [seen.path for seen in self.server.seen]
