"""What a value refers to: `env:NAME`, `file:PATH`, a path that begins at home. Files are read anew each time."""

from collections.abc import Mapping
from pathlib import Path

from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.secret import Secret


def read_secret(text: str, environ: Mapping[str, str], where: str) -> Secret:
    """Return a credential's value: `env:NAME` from the environment, `file:PATH` from a file, else the text itself.

    Raises:
        CredentialsError: the variable is not set, the file cannot be read, or the value is not text.
    """
    value = _secret_text(text, environ, where)
    if not _is_utf8(value):
        raise CredentialsError("the value is not UTF-8 text", where=where, hint="give it as UTF-8")
    return Secret(value)


def _secret_text(text: str, environ: Mapping[str, str], where: str) -> str:
    kind, colon, rest = text.partition(":")
    if colon and kind == "env":
        value = environ.get(rest)
        if not value:
            raise CredentialsError(
                f"the environment variable {rest} is not set", where=where, hint=f"export {rest}=..."
            )
        return value
    if colon and kind == "file":
        try:
            return at_home(rest).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise CredentialsError(f"cannot read {rest}: {reason(error)}", where=where, hint="check the path") from None
    return text


def _is_utf8(text: str) -> bool:
    """True when a text can be written in UTF-8; bytes of a command line or an environment that are none cannot."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def reason(error: OSError | ValueError) -> str:
    """Return why a file cannot be read."""
    match error:
        case OSError():
            return error.strerror or str(error)
        case UnicodeDecodeError():
            return "it is not UTF-8 text"
        case _:
            return str(error)


def at_home(text: str) -> Path:
    """Return a path with a leading `~` replaced; one that names nobody is part of the file's name."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
