"""What of a call and its answer is confidential by what it is called, or by its schema: passwords, keys, tokens.

Nobody told us these values; whoever writes them down has to know where they stand.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from openapi_mcp.model.secret import MASK

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_WORDS = frozenset(
    {"password", "passwd", "pwd", "passphrase", "passcode", "secret", "credential", "credentials", "authorization",
     "apikey", "otp", "pin", "cvv", "cvc"}
)  # fmt: skip
_PAIRS = frozenset({"api key", "access key", "private key", "pass phrase", "pass code", "auth key", "session key"})
_OPEN = frozenset(
    {"type", "id", "ids", "name", "url", "uri", "policy", "hint", "count", "length", "required", "expires", "at", "age"}
)  # the last part of what tells of a secret, and is none
_PAGES = frozenset({"page", "next", "prev", "previous", "continuation", "continue", "sync", "cursor", "delta", "start"})
_MENTIONS = re.compile(
    "passw|pwd|phrase|passcode|secret|token|credential|authorization|key|otp|pin|cv[vc]", re.IGNORECASE
)
_PAIR = re.compile(r'"([^"\\]{1,60})"(\s{0,9}:\s{0,9})(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|-?[0-9][0-9.eE+-]*)')
_FIELD = re.compile(r"([A-Za-z0-9_.%[\]-]{1,60})=([^&'\"\s]{1,4000})")
_DEEPEST = 30


@lru_cache(maxsize=4_096)
def is_confidential(name: str) -> bool:
    """True for the name of a value that nobody else may see.

    "password", "newPassword", "client_secret", "X-Api-Key", "access_token"; not "page_token", "max_tokens",
    "secret_type".
    """
    parts = [part.lower() for part in _PARTS.findall(name[:100])]
    if not parts or parts[-1] in _OPEN:
        return False
    if parts[-1] == "token":
        return not _PAGES & set(parts)
    return not _WORDS.isdisjoint(parts) or any(f"{one} {other}" in _PAIRS for one, other in pairwise(parts))


def without_confidential(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return arguments with `***` for what is confidential in them, and the texts that stood there.

    ({"user": "ana", "password": "x"}, {}) -> ({"user": "ana", "password": "***"}, ["x"])
    """
    masking = _Masking(schema.get("$defs", {}))
    return masking.masked(dict(arguments), schema, "", 0), masking.found


class _Masking:
    """Masks values; `found` are the texts that stood there."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.found: list[str] = []
        self._definitions = definitions

    def masked(self, value: Any, schema: Any, name: str, depth: int) -> Any:
        """Return a value of this name and schema without what is confidential in it."""
        schema = self._resolved(schema)
        if depth > _DEEPEST:
            return value
        if isinstance(value, dict):
            known = schema.get("properties", {})
            return {key: self.masked(each, known.get(key, {}), key, depth + 1) for key, each in value.items()}
        if isinstance(value, list):
            return [self.masked(each, schema.get("items", {}), name, depth + 1) for each in value]
        is_open = value is None or isinstance(value, bool) or value == ""
        if is_open or not (is_confidential(name) or schema.get("format") == "password"):
            return value
        self.found.append(str(value))
        return MASK

    def _resolved(self, schema: Any) -> Mapping[str, Any]:
        if isinstance(schema, dict) and isinstance(ref := schema.get("$ref"), str):
            schema = self._definitions.get(ref.removeprefix("#/$defs/"))
        return schema if isinstance(schema, dict) else {}


def without_confidential_pairs(text: str) -> str:
    """Return JSON text, or a request in words, with `***` for the values of confidential names in it.

    '{"id": 7, "access_token": "abc' -> '{"id": 7, "access_token": "***"'; "/login?pin=123&x=1" -> "/login?pin=***&x=1"
    """
    if _MENTIONS.search(text) is None:
        return text
    return _FIELD.sub(_masked_field, _PAIR.sub(_masked_pair, text))


def _masked_pair(found: re.Match[str]) -> str:
    return f'"{found[1]}"{found[2]}"{MASK}"' if is_confidential(found[1]) else found[0]


def _masked_field(found: re.Match[str]) -> str:
    return f"{found[1]}={MASK}" if is_confidential(found[1]) else found[0]
