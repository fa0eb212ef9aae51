"""The file openapi-mcp.toml: which one is read, and what stands in it."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from openapi_mcp.apis import PER_API
from openapi_mcp.errors import ConfigError
from openapi_mcp.references import at_home, reason
from openapi_mcp.settings import CREDENTIALS, OF_API, PREFIX, READERS

FILE_NAME = "openapi-mcp.toml"
_LARGEST_FILE = 1_000_000  # bytes
_OWN = ("spec", "spec_command", "base_url", "files", "client_cert", "client_key", "model_key", *CREDENTIALS)


def config_place(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Path:
    """Return where the config file is, or would be."""
    named = flags.get("config") or environ.get(f"{PREFIX}CONFIG")
    return at_home(named) if named else folder / FILE_NAME


def config_file(flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path) -> Path | None:
    """Return the config file that is read: the one that was named, else the one that is found; None without one."""
    found = config_place(flags, environ, folder)
    if flags.get("config") or environ.get(f"{PREFIX}CONFIG"):
        return found
    return found if found.is_file() and not is_passed_over(flags, environ) else None


def is_passed_over(flags: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """True where a config file that nobody named is not read: it could send what was given elsewhere.

    A client starts us in whatever folder is open; a file found there must not get at a document, a credential or a
    folder of files that the operator named on the command line or in the environment.
    """
    if any(flags.get(key) not in (None, [], ()) for key in _OWN):
        return True
    return any(environ.get(f"{PREFIX}{key.upper()}") for key in _OWN) or any(
        name.startswith((f"{PREFIX}AUTH_", OF_API)) and value for name, value in environ.items()
    )


def read_config_file(file: Path | None) -> dict[str, Any]:
    """Return what stands in a file, by the keys of the options, and `api`: name -> the same; {} without a file.

    Raises:
        ConfigError: it cannot be read, is no TOML, or has a key that is none.
    """
    if file is None:
        return {}
    import tomllib

    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST_FILE + 1)
        text = data.decode()
    except (OSError, ValueError) as error:
        message = f"cannot read the config file: {reason(error)}"
        raise ConfigError(message, where=str(file), hint="check --config") from None
    if len(data) > _LARGEST_FILE:
        raise ConfigError("the config file is larger than 1 MB", where=str(file), hint="check --config")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside TOMLDecodeError: an endless number, endless nesting
        raise ConfigError(f"the config file is not valid TOML: {error}", where=str(file), hint="correct it") from None
    tables = values.pop("api", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ConfigError("a table for each API is wanted", where=f"{file}: api", hint="write [api.NAME]")
    plain = {_known_key(key, str(file)): value for key, value in values.items()}
    return {**plain, "api": {name: _api_table(name, table, file) for name, table in tables.items()}}


def _api_table(name: str, table: Mapping[str, Any], file: Path) -> dict[str, Any]:
    where = f"{file}: [api.{name}]"
    plain = {_known_key(key, where): value for key, value in table.items()}
    for key in plain.keys() - PER_API:
        raise ConfigError(f"{key!r} is not about one API", where=where, hint="write it above all tables")
    return plain


def _known_key(key: str, where: str) -> str:
    plain = key.replace("-", "_")
    if plain in READERS:
        return plain
    near = get_close_matches(plain, READERS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "keys are the options' names, with _ for -"
    raise ConfigError(f"unknown key {key!r}", where=where, hint=hint)
