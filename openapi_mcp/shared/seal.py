"""What leaves this process for Redis is sealed: who reads it there learns nothing, who changes it is found out."""

import hashlib
import hmac
import os
from typing import Any

from openapi_mcp.errors import ConfigError

SHORTEST = 32  # characters of a shared key
_NONCE = 12  # bytes, of AES-GCM
_HINT = "the same secret for all replicas, such as `openssl rand -base64 32` prints: --shared-key env:SHARED_KEY"


class Seal:
    """Seals bytes under a key that all replicas have (AES-256-GCM); each `purpose` has a key of its own.

    Raises:
        ConfigError: the key is too short.
    """

    def __init__(self, shared_key: str) -> None:
        if len(shared_key) < SHORTEST:
            raise ConfigError(f"the key has less than {SHORTEST} characters", where="--shared-key", hint=_HINT)
        self._root = hashlib.sha256(shared_key.encode()).digest()

    def key(self, purpose: str) -> bytes:
        """Return the 32 bytes that are the key for a purpose."""
        return hmac.digest(self._root, purpose.encode(), "sha256")

    def name(self, *parts: str) -> str:
        """Return a name for what these parts say, which only who has the key can work out: 32 hexadecimal digits."""
        said = (part.encode("utf-8", "surrogatepass") for part in parts)  # a caller's JSON may hold half a character
        joined = b"".join(len(part).to_bytes(4, "big") + part for part in said)
        return hmac.digest(self.key("names"), joined, "sha256").hex()[:32]

    def seal(self, data: bytes, purpose: str) -> bytes:
        """Return data that only who has the key can open, and only for this purpose."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, data, purpose.encode())

    def open(self, sealed: Any, purpose: str) -> bytes | None:
        """Return what was sealed; None of what was not, or for another purpose, or was changed, or is no bytes."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not isinstance(sealed, bytes):
            return None
        try:
            return AESGCM(self.key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
        except (InvalidTag, ValueError):
            return None
