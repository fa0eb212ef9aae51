"""Which API a configuration is about, whatever its document says: the source that the operator named."""

from hashlib import sha256

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.loader.source import Source, as_named, parse_command, parse_source


def source_of(config: Config) -> Source:
    """Return the source that the operator named.

    Raises:
        ConfigError: none is named.
    """
    if config.spec_command is not None:
        return parse_command(config.spec_command)
    if config.spec is not None:
        return parse_source(config.spec)
    raise ConfigError(
        "no document is given", where="--spec", hint="give --spec URL, --spec FILE or --spec-command 'CMD'"
    )


def identity_of(config: Config) -> str:
    """Return what an API is known by from run to run: its name among several, else that of its source.

    The latter as a digest, as a URL may hold a secret.

    Raises:
        ConfigError: as `source_of` does.
    """
    return config.name or f"sha256:{sha256(as_named(source_of(config)).encode('utf-8', 'surrogatepass')).hexdigest()}"
