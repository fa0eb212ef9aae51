"""Whose things a path is about: those of whoever calls, of those who run the place, or of anybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from openapi_mcp.index.entities import segments

_OWN = frozenset(("me", "my", "mine", "self", "myself", "user", "whoami", "current", "current_user", "current-user"))
_PROFILES = frozenset(("profile", "account", "identity", "details", "info"))
_PRIVILEGED = frozenset(("admin", "admins", "administration", "internal", "management"))
_FIRST = 3  # segments that may say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """`is_own` for /me/albums, `is_oneself` for /me and /me/profile, `is_privileged` for /admin/users."""

    is_own: bool = False
    is_oneself: bool = False
    is_privileged: bool = False


def whose(path: str, told: Sequence[str]) -> Whose:
    """Return whose things a path is about; `told` are its segments up to where it only says how to answer."""
    first = segments(path.replace(".", "/").lower())[:_FIRST]  # "admin.users.list" is a path, too
    is_own = not _OWN.isdisjoint(first)
    return Whose(
        is_own=is_own,
        is_oneself=is_own and bool(told) and told[-1].lower() in _OWN | _PROFILES,
        is_privileged=not _PRIVILEGED.isdisjoint(first),
    )
