"""Options of `serve` that need each other, or the other transport: what has no effect is refused, not ignored."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.cli.serve_options import CALLERS, HTTP
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError

_OVER_HTTP = ({*HTTP, *CALLERS} | {"access_log", "drain", "metrics_port", "metrics_host"}) - {"forward"}


def require_fitting(config: Config, flags: Mapping[str, Any], *, is_http: bool) -> None:
    """Do nothing where each option has an effect.

    A file or the environment may be for several commands: over stdio only what was typed is looked at.

    Raises:
        ConfigError: one has none.
    """
    if config.shared_key is not None and config.redis is None:
        hint = "add --redis URL, or leave out --shared-key: it seals what is kept in Redis"
        raise ConfigError("there is a key to share, and no Redis to share by", where="--shared-key", hint=hint)
    if is_http:
        is_typed = flags.get("metrics_host") is not None  # also as the address that it has without the option
        if config.metrics_port is None and (is_typed or config.metrics_host != Config().metrics_host):
            hint = "add --metrics-port PORT, or leave out --metrics-host: the numbers are at the endpoint's port then"
            raise ConfigError("the numbers have no port of their own", where="--metrics-host", hint=hint)
        return
    for name in sorted(_OVER_HTTP):
        if flags.get(name) not in (None, False, [], ()):
            option = f"--{name.replace('_', '-')}"
            hint = f"serve http, or leave out {option}"
            raise ConfigError("a server over stdio has no use for this option", where=option, hint=hint)
