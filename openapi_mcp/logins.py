"""Logins: what `openapi-mcp login` brings, kept for `serve` and `call`; one for each source and scheme.

The refresh token is in the system keyring, or where there is none in a file that only this user can read. Either way a
file per login says that there is one: who never logged in never waits for a keyring.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.secret import Secret
from openapi_mcp.private import is_private, user_folder, write_privately

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "openapi-mcp"
"""What our entries in the system keyring are filed under."""
_IN_KEYRING = "keyring"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a person consented to. `client_secret` is as it was given: `env:NAME`, `file:PATH` or itself.

    `access` is kept only where no `refresh` token came, with the time that it expires at (seconds since 1970; None
    where nobody said).
    """

    token_url: str
    client_id: str
    client_secret: Secret | None = None
    secret_in_body: bool = False
    scopes: tuple[str, ...] = ()
    refresh: Secret | None = None
    access: Secret | None = None
    expires_at: float | None = None


def login_key(source: str, scheme: str) -> str:
    """Return the name of a login: the same for the same source (`loader.source.identity`) and scheme."""
    return hashlib.sha256(json.dumps([source, scheme]).encode()).hexdigest()[:32]


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of this user's logins."""
    return user_folder(environ) / "logins"


def load_login(key: str, environ: Mapping[str, str] = os.environ) -> Login | None:
    """Return a login; None where there is none, or its keyring no longer has it.

    Raises:
        CredentialsError: its file is not this user's alone, or is damaged.
    """
    path = _path(key, environ)
    text = _read(path)
    if text is None:
        return None
    if text == _IN_KEYRING:
        text = _from_keyring(key)
    return None if text is None else _decoded(text, path)


def usable_login(key: str, environ: Mapping[str, str] = os.environ) -> Login | None:
    """Return a login that still leads to a token; None where there is none.

    Raises:
        CredentialsError: as `load_login` does.
    """
    login = load_login(key, environ)
    if login is None or (login.refresh is None and login.expires_at is not None and login.expires_at <= time.time()):
        return None
    return login


def keep_login(key: str, login: Login, environ: Mapping[str, str] = os.environ) -> str:
    """Keep a login in place of an older one; return where, in words.

    Raises:
        CredentialsError: neither the keyring nor the disk takes it.
    """
    path, text = _path(key, environ), _encoded(login)
    if _to_keyring(key, text):
        _write(path, _IN_KEYRING)
        return "the system keyring"
    _write(path, text)
    return f"a file that only you can read ({path})"


def remove_login(key: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Forget a login; return whether there was one.

    Raises:
        CredentialsError: it cannot be removed.
    """
    path = _path(key, environ)
    was_there = path.is_symlink() or path.exists()
    if was_there:
        _remove_from_keyring(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _refused("remove", path, error) from None
    return was_there


def newest_login(key: str, environ: Mapping[str, str] = os.environ) -> Login | None:
    """Return a login as it is kept now: another process may have changed it. None where none can be had."""
    try:
        return load_login(key, environ)
    except CredentialsError as error:
        log.info("login_unreadable reason=%s", error.message)
        return None


def keep_refresh_token(key: str, used: Secret | None, refresh: Secret, environ: Mapping[str, str] = os.environ) -> bool:
    """Keep a refresh token that took the place of the one that was `used`; return whether it is kept.

    A login that is gone stays gone: its person has logged out. One that holds another token is another login.
    """
    try:
        login = load_login(key, environ)
        if login is None or login.refresh != used:
            return False
        keep_login(key, replace(login, refresh=refresh), environ)
    except CredentialsError as error:
        log.warning("login_not_kept reason=%s", error.message)
        return False
    return True


def _path(key: str, environ: Mapping[str, str]) -> Path:
    return state_folder(environ) / f"{key}.json"


def _encoded(login: Login) -> str:
    return json.dumps({name: _plain(value) for name, value in asdict(login).items() if value not in (None, ())})


def _plain(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value


def _decoded(text: str, path: Path) -> Login:
    try:
        fields = json.loads(text)
        hidden = {name: Secret(fields[name]) for name in ("client_secret", "refresh", "access") if name in fields}
        return Login(**{**fields, **hidden, "scopes": tuple(fields.get("scopes", ()))})
    except (ValueError, TypeError, AttributeError):
        said = "the login that was kept cannot be read"
        raise CredentialsError(said, where=str(path), hint="run openapi-mcp login again") from None


def _keyring() -> "KeyringBackend | None":
    """Return the system keyring; None where there is none that keeps anything."""
    try:
        import keyring
        from keyring.backends import chainer, fail, null

        found = keyring.get_keyring()
        is_empty = isinstance(found, chainer.ChainerBackend) and not list(found.backends)
        return None if is_empty or isinstance(found, fail.Keyring | null.Keyring) else found
    except Exception as error:  # noqa: BLE001  backends are others' code, and raise what they like; the file is there
        log.info("keyring_unusable reason=%s", type(error).__name__)
        return None


def _to_keyring(key: str, text: str) -> bool:
    found = _keyring()
    if found is None:
        return False
    try:
        found.set_password(SERVICE, key, text)
        return found.get_password(SERVICE, key) == text
    except Exception as error:  # noqa: BLE001  as above: locked, refused by the person, too long for it, ...
        log.info("keyring_refused reason=%s", type(error).__name__)
        return False


def _from_keyring(key: str) -> str | None:
    found = _keyring()
    try:
        return found.get_password(SERVICE, key) if found is not None else None
    except Exception as error:  # noqa: BLE001  as above
        said = f"the system keyring does not give the login ({type(error).__name__})"
        raise CredentialsError(said, where="keyring", hint="unlock it, or run openapi-mcp login again") from None


def _remove_from_keyring(key: str) -> None:
    found = _keyring()
    try:
        if found is not None and found.get_password(SERVICE, key) is not None:
            found.delete_password(SERVICE, key)
    except Exception as error:  # noqa: BLE001  as above
        said = f"the system keyring does not let go of the login ({type(error).__name__})"
        raise CredentialsError(said, where="keyring", hint=f"remove {SERVICE} / {key} from it yourself") from None


def _read(path: Path) -> str | None:
    """Return what a file holds that is this user's alone, no link; None where there is none."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(path, encoding="utf-8", opener=lambda name, _: os.open(name, flags)) as file:
            is_ours = is_private(os.fstat(file.fileno()), 0o100000)
            text = file.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _refused("read", path, error) from None
    if not is_ours:
        said = "the login that was kept is not this user's alone, and is not used"
        raise CredentialsError(said, where=str(path), hint="remove it and run openapi-mcp login again")
    return text


def _write(path: Path, text: str) -> None:
    try:
        write_privately(path, text)
    except OSError as error:
        raise _refused("keep", path, error) from None


def _refused(what: str, path: Path, error: OSError | ValueError) -> CredentialsError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    said = f"cannot {what} the login: {reason}"
    return CredentialsError(said, where=str(path), hint="see that the folder is yours alone (mode 0700)")
