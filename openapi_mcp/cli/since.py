"""Times as people write them: how long ago, a day, a moment."""

import re
from datetime import datetime

from openapi_mcp.errors import ConfigError

_AGO = re.compile(r"([0-9]{1,6}) ?([smhdw])", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_HINT = "write 30m, 2h, 7d (so long ago), 2026-11-01 (the beginning of that day), or 2026-11-01T09:30"


def read_time(text: str, now: float, where: str) -> float:
    """Return a time in seconds since 1970: "2h" is two hours before `now`, and what names no zone is local time.

    "2h", "30m", "7d", "2026-11-01", "2026-11-01T09:30", "2026-11-01T09:30:00Z" (RFC 3339)

    Raises:
        ConfigError: it is none of these.
    """
    text = text.strip()
    if ago := _AGO.fullmatch(text):
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):  # the last for years that the platform's clock does not know
        raise ConfigError(f"{text[:40]!r} is no time", where=where, hint=_HINT) from None
