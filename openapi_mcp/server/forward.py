"""The headers of a client's own request that go to the API: which may, and what one request brings of them."""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.secret import Secret
from openapi_mcp.private import own_key

WHERE = "--forward"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token: RFC 9110 section 5.6.2
_VALUE = re.compile(rb"[\t\x20-\x7e]+")
# What speaks of one connection, one message or one client, not of who calls.
_NOT_FORWARDED = re.compile(
    r"host|content-.*|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|proxy-.*|accept(-.*)?|origin|"
    r"referer|mcp-.*|sec-.*|access-control-.*|range|if-.*|via|date|http2-settings|:.*",
    re.IGNORECASE,
)

Headers = Iterable[tuple[bytes, bytes]]
Forwarded = tuple[tuple[str, Secret], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """The names of the headers that go to the API; with `is_optional` a call may also come without all of them.

    Where several APIs are served, `apis` holds the names of each; `names` are those of all. Under `key` replicas know
    a caller by the same id; without one this user's own does.
    """

    names: tuple[str, ...] = ()
    is_optional: bool = False
    apis: tuple[tuple[str, tuple[str, ...]], ...] = ()
    key: bytes | None = field(default=None, repr=False)

    def brought(self, headers: Headers) -> "Brought":
        """Return what a request brings: a call needs only what its own API asks for, so each is looked at by itself."""
        sent = list(headers)
        found = {api: replace(self, names=names, apis=()).of(sent) for api, names in self.apis or (("", self.names),)}
        good = [each for each in found.values() if not isinstance(each, Failure)]
        usable = tuple(dict(pair for each in good for pair in each).items())
        return Brought(
            headers=usable,
            all=self._all(sent) if self.apis else usable,
            failures={api: each for api, each in found.items() if isinstance(each, Failure)},
        )

    def _all(self, headers: Headers) -> Forwarded:
        """Return every value of every name, usable or not: in the order of the names, so that theirs does not count."""
        sent = [(name.decode("latin-1").lower(), value.strip().decode("latin-1")) for name, value in headers]
        return tuple((name, Secret(value)) for name in self.names for key, value in sent if key == name.lower())

    def id_of(self, who: str, forwarded: Forwarded) -> str:
        """Return what tells a caller from others: `who` where nothing is forwarded, else a keyed digest of it all."""
        if not forwarded:
            return who
        digest = hashlib.blake2b(key=self.key or _own_key(), digest_size=16)
        for text in (who, *(part for name, value in forwarded for part in (name.lower(), value.reveal()))):
            data = text.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()

    def of(self, headers: Headers) -> Forwarded | Failure:
        """Return what a request brings, by its names as they were configured; a failure where its call must not run."""
        sent = [(name.decode("latin-1").lower(), value.strip()) for name, value in headers]
        brought = {wanted: [value for name, value in sent if name == wanted.lower() and value] for wanted in self.names}
        missing = [name for name, values in brought.items() if not values]
        if len(missing) == len(self.names) and (self.is_optional or not self.names):
            return ()
        if missing:
            return _missing(missing)
        for name, values in brought.items():
            if len(values) > 1 or not _VALUE.fullmatch(values[0]):
                return _unusable(name, "more than once" if len(values) > 1 else "with characters that are not ASCII")
        return tuple((name, Secret(values[0].decode("ascii"))) for name, values in brought.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a request brings for the APIs: `headers` that go there, `all` that tells its caller from others.

    `failures` holds, by the name of an API, why no call of it may run; that of a single API is "".
    """

    headers: Forwarded = ()
    all: Forwarded = ()
    failures: Mapping[str, Failure]


NOTHING = Forward()


def read_forward(
    names: Sequence[str],
    *,
    is_optional: bool,
    is_authorization_ours: bool,
    apis: Mapping[str, Sequence[str]],
    key: bytes | None = None,
) -> Forward:
    """Return what goes to the API, or to each of the `apis`; under `key` callers are known.

    Raises:
        ConfigError: a name that is none, one that HTTP or MCP itself uses, or `Authorization` where that is for us.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{name[:60]!r} is not the name of a header", where=WHERE, hint="write X-Api-Key")
        if _NOT_FORWARDED.fullmatch(name):
            hint = "forward the header that says who calls, such as Authorization or X-Api-Key"
            raise ConfigError(f"{name} belongs to HTTP or MCP, and says nothing of who calls", where=WHERE, hint=hint)
        if is_authorization_ours and name.lower() == "authorization":
            hint = "forward a header of another name"
            raise ConfigError("Authorization carries this endpoint's own token here", where=WHERE, hint=hint)
    if is_optional and not names:
        raise ConfigError("no header is forwarded", where="--forward-optional", hint="name one with --forward")
    each = tuple((api, _distinct(own)) for api, own in apis.items())
    return Forward(names=_distinct(names), is_optional=is_optional, apis=each, key=key)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple({name.lower(): name for name in names}.values())


@cache
def _own_key() -> bytes:
    """Return this user's own: an id means the same tomorrow, and nobody else can try out which value it stands for."""
    return own_key(os.environ)


def _missing(names: Sequence[str]) -> Failure:
    which = ", ".join(names)
    return Failure(
        kind=FailureKind.UNAUTHENTICATED,
        message=f"this call came without the header that says who calls: {which}",
        hint=f"let the client send {which} with every request to this MCP server; it goes to the API and nowhere else",
    )


def _unusable(name: str, how: str) -> Failure:
    message = f"the header {name}, which goes to the API, came {how}"
    return Failure(kind=FailureKind.UNAUTHENTICATED, message=message, hint=f"let the client send {name} once, in ASCII")
