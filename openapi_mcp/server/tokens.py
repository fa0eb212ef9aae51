"""Access tokens of an OAuth 2 authorization server, verified: JSON Web Tokens as RFC 9068 and RFC 8725 have them."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcp.server.auth.provider import AccessToken

from openapi_mcp.server.keys import Key, Keys

_LEEWAY = 30  # seconds that clocks may differ
_LONGEST = 16 << 10  # characters of a token
_KNOWN = 2_000  # verified tokens that are remembered,
_REMEMBERED = 60.0  # for so many seconds: then their key may have been withdrawn
_TYPES = ("", "jwt", "at+jwt")
_DATES = ("exp", "nbf", "iat")
_LAST_DATE = 1 << 53  # seconds: a later one does not fit into every number that a date becomes
# Claims of an ID token (OpenID Connect Core 3.1.3.6, 3.3.2.11), and how some issuers name the kind of theirs.
_ID_TOKEN = ("at_hash", "c_hash", "s_hash")
_KINDS = (("typ", ("ID", "Refresh", "Offline", "Logout")), ("token_use", ("id", "refresh")))

Claims = Mapping[str, Any]

log = logging.getLogger(__name__)


class Verifier:
    """Verifies access tokens of one issuer for one of some audiences; it is the SDK's `TokenVerifier`."""

    def __init__(self, issuer: str, audience: Sequence[str], keys: Keys, now: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._audience = list(audience)
        self._keys = keys
        self._now = now
        self._known: OrderedDict[bytes, tuple[float, AccessToken]] = OrderedDict()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what a token grants; None for one that is not to be believed, whatever the reason.

        Raises:
            IssuerError: no token can be verified now.
        """
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        until, known = self._known.get(name, (0.0, None))
        if known is not None and self._now() < until:
            return known
        self._known.pop(name, None)
        try:
            granted = _granted(token, await self._claims(token))
        except _RefusedError as error:
            log.info("token_refused reason=%s", error)
            return None
        self._remember(name, granted)
        return granted

    async def _claims(self, token: str) -> Claims:
        import jwt

        key_id, algorithm = _named(token)
        key = await self._keys.find(key_id, algorithm)
        if key is None:
            raise _RefusedError("the issuer has no such key")
        try:
            claims = self._decoded(token, key, algorithm)
        # What is signed may still be malformed: each of these comes out of a claim of another type.
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise _RefusedError(type(error).__name__) from None
        if not all(_is_date(claims[name]) for name in _DATES if name in claims):
            raise _RefusedError("a date that is none")
        return claims

    def _decoded(self, token: str, key: Key, algorithm: str) -> Claims:
        import jwt

        claims: Claims = jwt.decode(
            token,
            key.value,
            algorithms=[algorithm],
            issuer=self._issuer,
            audience=self._audience,
            leeway=_LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )
        return claims

    def _remember(self, name: bytes, granted: AccessToken) -> None:
        until = min(self._now() + _REMEMBERED, float(granted.expires_at or 0))
        self._known[name] = until, granted
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)


class _RefusedError(Exception):
    """A token that is not to be believed, and why, in words that hold nothing of it."""


def _named(token: str) -> tuple[str | None, str]:
    """Return the key and the algorithm that a token's header names; keys and URLs in it are passed over."""
    import jwt

    if len(token) > _LONGEST:
        raise _RefusedError("too long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise _RefusedError(type(error).__name__) from None
    key_id, algorithm, kind = header.get("kid"), header.get("alg"), header.get("typ", "")
    if "crit" in header:
        raise _RefusedError("it asks for an extension")  # RFC 7515 section 4.1.11
    if not isinstance(algorithm, str) or not isinstance(key_id, str | None):
        raise _RefusedError("malformed header")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise _RefusedError("not an access token")
    return key_id, algorithm


def _is_date(value: object) -> bool:
    """True for a NumericDate that a clock may show: RFC 7519 section 2. JSON has room for 1e999, and Python for NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LAST_DATE


def _granted(token: str, claims: Claims) -> AccessToken:
    """Return what verified claims grant."""
    subject, client = _text(claims, "sub"), _text(claims, "client_id") or _text(claims, "azp")
    if not subject and not client:
        raise _RefusedError("it names nobody")
    if any(name in claims for name in _ID_TOKEN) or any(claims.get(name) in kinds for name, kinds in _KINDS):
        raise _RefusedError("not an access token")
    if "cnf" in claims:  # RFC 9449, RFC 8705: whoever took it from its owner could bring it too
        raise _RefusedError("it is bound to a key that a bearer does not show")
    return AccessToken(
        token=token,
        client_id=client,
        scopes=sorted(_scopes(claims)),
        expires_at=int(claims["exp"]),
        subject=subject or None,
        claims={"iss": claims["iss"]},
    )


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _scopes(claims: Claims) -> set[str]:
    """Return the scopes of `scope` (RFC 9068 2.2.3) and of `scp`, as some issuers call it: a text or a list."""
    found: set[str] = set()
    for value in (claims.get("scope"), claims.get("scp")):
        if isinstance(value, str):
            found.update(value.split(" "))
        elif isinstance(value, list):
            found.update(each for each in value if isinstance(each, str))
    return found - {""}
