"""A file of ours, written in one step."""

import secrets
from pathlib import Path

from openapi_mcp.errors import ConfigError
from openapi_mcp.references import reason


def write_anew(place: Path, data: bytes, what: str, hint: str) -> None:
    """Write a file that is there whole, or not at all, as it was.

    Raises:
        ConfigError: it cannot be written there.
    """
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        try:
            temporary.write_bytes(data)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot write {what}: {reason(error)}", where=str(place), hint=hint) from None
