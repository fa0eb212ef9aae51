"""Whether a record says that its thing is there no longer: deleted, terminated, not active."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from openapi_mcp.index.entities import split_as_is
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.recovery.lookup.naming import AROUND_NAMES, Record
from openapi_mcp.response.envelope import word

_MOST_FIELDS = 60  # of a record
_LONGEST = 40  # characters of a state
_MOST_WORDS = 4  # of a state: more of them are a sentence
_ENDS = frozenset(
    (
        "terminated", "deleted", "archived", "inactive", "disabled", "closed", "cancelled", "canceled", "suspended",
        "blocked", "banned", "deactivated", "removed", "retired", "discontinued", "expired", "revoked", "dead",
        "deceased", "trashed", "obsolete", "deprecated", "merged", "void", "voided", "withdrawn", "dissolved",
        "offboarded", "dismissed", "resigned", "former", "left", "destroyed", "purged", "defunct",
    )
)  # fmt: skip
_STATES = frozenset(
    ("status", "state", "lifecycle", "lifecyclestate", "lifecyclestatus", "accountstatus", "accountstate",
     "employmentstatus", "recordstatus", "recordstate", "membershipstatus")
)  # fmt: skip
_LIVE = frozenset(("active", "enabled", "alive", "live", "valid"))
_WHEN = frozenset(("at", "on", "date", "time", "by"))
_ASKS = frozenset(("is", "has", "been", "was"))
_NO = frozenset(("false", "no", "n", "0", "off"))
_NOT = frozenset(("not", "never", "un", "non"))


def ended(record: Record, entity: str) -> Mapping[str, Any]:
    """Return the field of a record which says that its thing is no longer in use, {} where none does.

    {"id": 7, "name": "Rob", "status": "terminated"} -> {"status": "terminated"}; so do a `deleted_at` that is set,
    "archived": true and "active": false.
    """
    for name, value in _fields(record, word(entity)):
        if _says_so(name, value, entity):
            return {name: _shown(value)}
    return {}


def _fields(record: Record, kind: str) -> Iterator[tuple[str, JsonValue]]:
    yield from islice(record.items(), _MOST_FIELDS)
    for name, inner in islice(record.items(), _MOST_FIELDS):
        if isinstance(inner, dict) and word(name[:80]) in AROUND_NAMES | {kind}:
            yield from islice(inner.items(), _MOST_FIELDS)


def _says_so(name: str, value: JsonValue, entity: str) -> bool:
    words = [each for each in split_as_is(name) if each not in _ASKS]
    if word(name[:80]).removeprefix(word(entity)) in _STATES:
        return _is_end(_shown(value))
    if words and words[-1] in _WHEN and len(words) > 1:
        return len(words) == 2 and words[0] in _ENDS and _is_set(value)
    if len(words) != 1:
        return False
    if words[0] in _LIVE:
        return value is False or value == 0 or (isinstance(value, str) and value.strip().casefold() in _NO)
    return words[0] in _ENDS and _is_set(value)


def _is_set(value: JsonValue) -> bool:
    """True for true, and for the time at which something happened."""
    if isinstance(value, str):
        return bool(value.strip()) and value.strip().casefold() not in _NO | {"null", "none"}
    return bool(value) and not isinstance(value, (dict, list))


def _is_end(value: Any) -> bool:
    """True for "terminated", "Not active" and "STATUS_INACTIVE"."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    words = split_as_is(value)
    is_not = bool(_NOT & set(words))
    if len(words) > _MOST_WORDS:
        return False
    return bool((_LIVE if is_not else _ENDS) & set(words))


def _shown(value: JsonValue) -> Any:
    """Return a state itself, or its name: {"name": "Inactive"} -> "Inactive"."""
    if isinstance(value, dict):
        return next(
            (value[name] for name in ("name", "code", "value", "key", "id") if isinstance(value.get(name), str)), ""
        )
    return value[:_LONGEST] if isinstance(value, str) else value
