"""The endpoint's own token: one secret that every client has to bring."""

import hmac
import logging
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from openapi_mcp.errors import ConfigError, OpenapiMcpError
from openapi_mcp.references import read_secret

WHERE = "--endpoint-token"
SHORTEST = 16  # characters; what is shorter can be guessed over a network
_FILE = "file:"

log = logging.getLogger(__name__)


class EndpointToken:
    """Tells the endpoint's token from all other texts. A `file:` that has changed is read again, so it can be rotated.

    No more of it is kept than its digest: two digests are compared, which takes as long whatever was guessed right.
    """

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        """Read the token.

        Raises:
            ConfigError: it is empty.
            CredentialsError: it cannot be read.
        """
        self._read: Callable[[], str] = lambda: read_secret(text, environ, WHERE).reveal()
        self._file = Path(os.path.expanduser(text.removeprefix(_FILE))) if text.startswith(_FILE) else None
        self._seen = self._state()
        value = self._read()
        if not value:
            raise ConfigError("the endpoint's token is empty", where=WHERE, hint="openssl rand -base64 32 makes one")
        self.is_short = len(value) < SHORTEST
        self._digest: bytes | None = _digest_of(value)

    def is_given_in(self, value: bytes) -> bool:
        """True when these bytes of a header are the token, as it is now."""
        if (state := self._state()) != self._seen:
            self._seen = state
            self._digest = self._again()
        return self._digest is not None and hmac.compare_digest(sha256(value).digest(), self._digest)

    def _again(self) -> bytes | None:
        """Return the digest of what the file holds now; None, which nobody can bring, where it holds no token."""
        try:
            value = self._read()
        except OpenapiMcpError as error:
            log.warning("endpoint_token_unreadable nobody is let in until it can be read: %s", error.message)
            return None
        if not value:
            log.warning("endpoint_token_empty nobody is let in until the file holds one")
            return None
        return _digest_of(value)

    def _state(self) -> tuple[int, ...]:
        """Return what changes with the file: its time, size and place; nothing where there is none."""
        if self._file is None:
            return ()
        try:
            found = self._file.stat()
        except (OSError, ValueError):  # ValueError: a NUL in its name
            return ()
        return found.st_mtime_ns, found.st_size, found.st_ino


def _digest_of(value: str) -> bytes:
    return sha256(value.encode()).digest()
