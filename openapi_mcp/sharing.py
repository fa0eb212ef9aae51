"""From --redis and --shared-key to a link that is open."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.identity import identity_of
from openapi_mcp.references import read_secret

if TYPE_CHECKING:
    from openapi_mcp.shared.link import Link
    from openapi_mcp.shared.namespace import Namespace
    from openapi_mcp.shared.seal import Seal

_ADD = "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[scale]'"
_KEY = "give all replicas the same secret, such as `openssl rand -base64 32` prints: --shared-key env:SHARED_KEY"


@asynccontextmanager
async def open_link(
    config: Config, say: Callable[[str], None], environ: Mapping[str, str]
) -> AsyncIterator["Link | None"]:
    """Yield the way to what replicas share, None where nothing is; that Redis does not answer is said.

    Raises:
        ConfigError: the extra is not installed, there is no key or one that is too short, the URL is none, or Redis
            does not let us in.
        CredentialsError: what `env:` or `file:` names is not there.
    """
    link = link_of(config, say, environ)
    if link is None:
        yield None
        return
    try:
        await link.greet()
        yield link
    finally:
        await link.aclose()


def link_of(config: Config, say: Callable[[str], None], environ: Mapping[str, str]) -> "Link | None":
    """Return the way to what replicas share, not used yet; None without --redis."""
    if config.redis is None:
        return None
    require_extra()
    if config.shared_key is None:
        raise ConfigError("what is kept in Redis is sealed, and there is no key", where="--redis", hint=_KEY)
    from openapi_mcp.shared.link import Link

    seal = _seal(config.shared_key, environ)
    return Link(read_secret(config.redis, environ, "--redis").reveal(), seal, say)


def caller_key(config: Config, environ: Mapping[str, str]) -> bytes | None:
    """Return the key under which all replicas know a caller by the same id; None without --shared-key.

    Raises:
        ConfigError: it is too short.
        CredentialsError: what `env:` or `file:` names is not there.
    """
    return _seal(config.shared_key, environ).key("caller") if config.shared_key is not None else None


def _seal(shared_key: str, environ: Mapping[str, str]) -> "Seal":
    from openapi_mcp.shared.seal import Seal

    return Seal(read_secret(shared_key, environ, "--shared-key").reveal())


def namespace_of(config: Config, link: "Link | None") -> "Namespace | None":
    """Return what is shared about the API of a configuration."""
    if link is None:
        return None
    from openapi_mcp.shared.namespace import Namespace

    return Namespace(link=link, identity=identity_of(config))


def require_extra() -> None:
    """Do nothing where the extra [scale] is installed.

    Raises:
        ConfigError: it is not.
    """
    try:
        import redis.asyncio  # noqa: F401
    except ImportError:
        raise ConfigError(
            "--redis needs the extra [scale], which is not installed", where="--redis", hint=_ADD
        ) from None
