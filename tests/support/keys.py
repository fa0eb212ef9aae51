"""A system keyring that is a file, for processes of the tests: PYTHON_KEYRING_BACKEND=support.keys.FileKeyring."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError


class FileKeyring(KeyringBackend):
    """Keeps everything, unprotected, in the file that KEYRING_FILE names; refuses what holds KEYRING_REFUSES."""

    priority = 1

    def _all(self) -> dict[str, str]:
        file = Path(os.environ["KEYRING_FILE"])
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        Path(os.environ["KEYRING_FILE"]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self._all().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if os.environ.get("KEYRING_IS_LOCKED"):
            raise PasswordSetError("it is locked")
        self._write({**self._all(), f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._all()
        if os.environ.get("KEYRING_IS_LOCKED"):
            raise PasswordDeleteError("it is locked")
        del kept[f"{service}/{username}"]
        self._write(kept)
