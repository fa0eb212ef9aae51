"""The issuer's public keys, kept for a while and asked for again when a token names one that is not there."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import anyio

from openapi_mcp.server.issuer import IssuerError, JsonObject

PAUSE = 5.0  # seconds between two questions to the issuer, whatever tokens are brought
FRESH = 300.0  # seconds after which keys are asked for again
LONGEST = 3600.0  # seconds that keys are believed while the issuer is out of reach
_SHORTEST_RSA = 2048  # bits: RFC 7518 section 3.3
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_BY_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_PUBLIC = ("kty", "n", "e", "crv", "x", "y")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key, its id, and the algorithms that it may have signed with."""

    id: str | None
    algorithms: frozenset[str]
    value: Any


class Keys:
    """Finds the key of a token. `fetch` returns the issuer's JSON Web Keys, `now` the time in seconds."""

    def __init__(self, fetch: Callable[[], Awaitable[list[JsonObject]]], now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._keys: tuple[Key, ...] = ()
        self._read: float | None = None
        self._asked: float | None = None
        self._turn = anyio.Lock()

    async def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key that a token names; None where the issuer has no such key for this algorithm.

        Raises:
            IssuerError: the issuer's keys cannot be had.
        """
        if self._age() > FRESH and not self._turn.locked():  # who comes meanwhile takes the keys of before
            await self.ask()
        found = self._fitting(key_id, algorithm)
        if found is None:
            await self.ask()
            found = self._fitting(key_id, algorithm)
        if self._age() > LONGEST:
            raise IssuerError("the issuer's keys cannot be had")
        return found

    async def ask(self) -> None:
        """Ask the issuer, unless that was done a moment ago; while it does not answer the keys of before stay."""
        async with self._turn:
            if self._asked is not None and self._now() - self._asked < PAUSE:
                return
            self._asked = self._now()
            try:
                keys = tuple(usable(await self._fetch()))
            except IssuerError as error:
                log.warning("issuer_unreachable callers are let in only on keys known before: %s", error)
                return
            self._asked = self._read = self._now()
            if not keys:
                log.warning("issuer_has_no_keys none of its keys can verify a token")
            self._keys = keys

    def _age(self) -> float:
        return float("inf") if self._read is None else self._now() - self._read

    def _fitting(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key of this id; for a token that names none, the only one that fits."""
        if self._age() > LONGEST:
            return None
        fitting = [key for key in self._keys if algorithm in key.algorithms and key_id in (None, key.id)]
        return fitting[0] if fitting and (key_id is not None or len(fitting) == 1) else None


def usable(keys: Iterable[JsonObject]) -> Iterator[Key]:
    """Yield the public keys that can verify a signature; symmetric and short ones are none."""
    for each in keys:
        algorithms, uses = _algorithms(each), each.get("key_ops")
        if not algorithms or each.get("use", "sig") != "sig" or (isinstance(uses, list) and "verify" not in uses):
            continue
        value = _public_key(each)
        if value is None or (each["kty"] == "RSA" and value.key_size < _SHORTEST_RSA):
            log.warning("issuer_key_unusable kid=%.80r", each.get("kid"))
            continue
        key_id = each.get("kid")
        yield Key(id=key_id if isinstance(key_id, str) else None, algorithms=algorithms, value=value)


def _algorithms(key: JsonObject) -> frozenset[str]:
    """Return what a key of this type may sign with, which is all that a token may say: RFC 8725 section 3.1."""
    match key.get("kty"), key.get("crv"):
        case "RSA", _:
            possible = _RSA
        case (("EC" | "OKP"), str(curve)) if curve in _BY_CURVE:
            possible = frozenset({_BY_CURVE[curve]})
        case _:
            return frozenset()
    return possible & {key["alg"]} if isinstance(key.get("alg"), str) else possible


def _public_key(key: JsonObject) -> Any:
    """Return the key in the form that verifies; None for one that is malformed."""
    import jwt

    try:
        return jwt.PyJWK({name: key[name] for name in _PUBLIC if name in key}).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
