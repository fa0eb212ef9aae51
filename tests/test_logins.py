"""Logins that are kept: where, for whom alone, and what becomes of damaged ones."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null
from support.keys import FileKeyring

from openapi_mcp import logins
from openapi_mcp.errors import CredentialsError
from openapi_mcp.logins import (
    Login,
    keep_login,
    keep_refresh_token,
    load_login,
    login_key,
    newest_login,
    remove_login,
    state_folder,
)
from openapi_mcp.model.secret import Secret

LOGIN = Login(
    token_url="https://id.example/t",
    client_id="app",
    client_secret=Secret("env:S"),
    secret_in_body=True,
    scopes=("a", "b"),
    refresh=Secret("r3fresh"),
)
KEY = login_key("shop.yaml", "oauth")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}


@pytest.fixture
def file(environ: dict[str, str]) -> Path:
    return state_folder(environ) / f"{KEY}.json"


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEYRING_FILE", str(tmp_path / "ring"))
    keyring.set_keyring(FileKeyring())  # type: ignore[no-untyped-call]
    return tmp_path / "ring"


def test_a_login_is_found_again(environ: dict[str, str], file: Path) -> None:
    """issue 5: kept for (document source, scheme), in a file of mode 0600 in a folder of mode 0700."""
    assert load_login(KEY, environ) is None
    assert keep_login(KEY, LOGIN, environ) == f"a file that only you can read ({file})"
    assert load_login(KEY, environ) == LOGIN
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    assert (remove_login(KEY, environ), remove_login(KEY, environ), load_login(KEY, environ)) == (True, False, None)


def test_each_source_and_scheme_has_its_own() -> None:
    """issue 5, Several APIs: a credential of one never reaches another."""
    keys = {
        login_key(source, scheme) for source, scheme in (("a", "b"), ("a", "c"), ("ab", ""), ("", "ab"), ("b", "a"))
    }
    assert len(keys) == 5
    assert all(key.isalnum() for key in keys)


def test_a_repr_shows_no_secret() -> None:
    """security.md 10."""
    assert "r3fresh" not in repr(LOGIN)


def test_the_keyring_holds_the_secret_and_the_file_only_says_so(
    environ: dict[str, str], file: Path, ring: Path
) -> None:
    """issue 5: in the system keyring."""
    assert keep_login(KEY, LOGIN, environ) == "the system keyring"
    assert (file.read_text(), load_login(KEY, environ)) == ("keyring", LOGIN)
    ring.write_text("{}")
    assert load_login(KEY, environ) is None
    assert remove_login(KEY, environ)


@pytest.mark.parametrize("nothing", [fail.Keyring, null.Keyring, chainer.ChainerBackend])
def test_a_keyring_that_keeps_nothing_is_none(
    environ: dict[str, str], file: Path, nothing: type[keyring.backend.KeyringBackend]
) -> None:
    """issue 5: a 0600 file where there is none."""
    keyring.set_keyring(nothing())
    assert keep_login(KEY, LOGIN, environ).startswith("a file")
    assert load_login(KEY, environ) == LOGIN


def test_a_keyring_that_refuses_is_passed_over(
    environ: dict[str, str], ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person may say no to the keyring's question, and Windows' keeps only 2,560 bytes."""
    monkeypatch.setenv("KEYRING_IS_LOCKED", "1")
    assert keep_login(KEY, LOGIN, environ).startswith("a file")
    assert load_login(KEY, environ) == LOGIN


def test_a_keyring_that_cannot_be_loaded_is_passed_over(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHON_KEYRING_BACKEND may name what is not installed."""

    def broken() -> None:
        raise ModuleNotFoundError("no such backend")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    assert keep_login(KEY, LOGIN, environ).startswith("a file")


def test_a_keyring_that_breaks_later_is_said(
    environ: dict[str, str], ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """style.md, Errors."""
    keep_login(KEY, LOGIN, environ)
    monkeypatch.setenv("KEYRING_IS_LOCKED", "1")
    with pytest.raises(CredentialsError, match="does not let go of the login"):
        remove_login(KEY, environ)
    ring.write_text("damaged")
    with pytest.raises(CredentialsError, match="does not give the login") as refused:
        load_login(KEY, environ)
    assert "openapi-mcp login" in (refused.value.hint or "")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"client_id": "a"}', '{"unknown": 1}', '{"scopes": 7}'])
def test_a_damaged_login_is_said(environ: dict[str, str], file: Path, text: str) -> None:
    """style.md, Errors."""
    keep_login(KEY, LOGIN, environ)
    file.write_text(text)
    with pytest.raises(CredentialsError, match="cannot be read"):
        load_login(KEY, environ)


def test_bytes_that_are_no_text_are_said(environ: dict[str, str], file: Path) -> None:
    """style.md, Errors."""
    keep_login(KEY, LOGIN, environ)
    file.write_bytes(b"\xff")
    with pytest.raises(CredentialsError, match="cannot read the login: UnicodeDecodeError"):
        load_login(KEY, environ)


def test_a_file_that_others_may_read_is_not_used(environ: dict[str, str], file: Path) -> None:
    """security.md 34: another one may have written it."""
    keep_login(KEY, LOGIN, environ)
    file.chmod(0o640)
    with pytest.raises(CredentialsError, match="not this user's alone"):
        load_login(KEY, environ)


def test_links_are_not_followed(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    """security.md 34: neither to read, nor to write, nor to remove what they lead to."""
    target = tmp_path / "target"
    target.write_text(json.dumps({"token_url": "https://evil.example", "client_id": "x"}))
    target.chmod(0o600)
    keep_login(KEY, LOGIN, environ)
    file.unlink()
    file.symlink_to(target)
    with pytest.raises(CredentialsError, match="cannot read the login"):
        load_login(KEY, environ)
    keep_login(KEY, LOGIN, environ)
    assert ("evil" in target.read_text(), file.is_symlink(), load_login(KEY, environ)) == (True, False, LOGIN)
    file.unlink()
    file.symlink_to(target)
    assert (remove_login(KEY, environ), target.exists()) == (True, True)


def test_a_folder_of_others_takes_no_login(environ: dict[str, str], file: Path, tmp_path: Path) -> None:
    """security.md 34."""
    file.parent.mkdir(parents=True)
    file.parent.chmod(0o755)
    with pytest.raises(CredentialsError, match="cannot keep the login: the folder is a link, or others may read it"):
        keep_login(KEY, LOGIN, environ)
    file.parent.rmdir()
    (tmp_path / "own").mkdir(mode=0o700)
    file.parent.symlink_to(tmp_path / "own")
    with pytest.raises(CredentialsError, match="the folder is a link"):
        keep_login(KEY, LOGIN, environ)
    assert list((tmp_path / "own").iterdir()) == []


def test_what_is_no_file_cannot_be_removed_or_replaced(environ: dict[str, str], file: Path) -> None:
    """style.md, Errors; what was written on the way is gone."""
    (file / "inside").mkdir(parents=True)
    file.parent.chmod(0o700)
    with pytest.raises(CredentialsError, match="cannot keep the login"):
        keep_login(KEY, LOGIN, environ)
    with pytest.raises(CredentialsError, match="cannot remove the login"):
        remove_login(KEY, environ)
    with pytest.raises(CredentialsError, match="cannot read the login: Is a directory"):
        load_login(KEY, environ)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_refresh_token_that_changed_is_kept(environ: dict[str, str], file: Path) -> None:
    """RFC 6749 section 6; executor/tokens.py asks for both, and takes no exception."""
    used = LOGIN.refresh
    assert (newest_login(KEY, environ), keep_refresh_token(KEY, used, Secret("x"), environ)) == (None, False)
    assert not file.exists()
    keep_login(KEY, LOGIN, environ)
    assert keep_refresh_token(KEY, used, Secret("newer"), environ)
    assert newest_login(KEY, environ) == load_login(KEY, environ) == replace(LOGIN, refresh=Secret("newer"))
    file.chmod(0o644)
    assert (newest_login(KEY, environ), keep_refresh_token(KEY, used, Secret("x"), environ)) == (None, False)


def test_a_refresh_token_takes_the_place_of_its_own_login_only(environ: dict[str, str]) -> None:
    """A person has logged in anew, with another client or provider, while the old token was being used."""
    keep_login(KEY, replace(LOGIN, refresh=Secret("of-another-login")), environ)
    assert not keep_refresh_token(KEY, LOGIN.refresh, Secret("newer"), environ)
    assert load_login(KEY, environ) == replace(LOGIN, refresh=Secret("of-another-login"))


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"HOME": "/h"}, "/h/.local/state"),
        ("linux", {"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s"),
        ("darwin", {"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/h/Library/Application Support"),
        ("win32", {"USERPROFILE": "h"}, "h\\AppData\\Local"),
        ("win32", {"USERPROFILE": "h", "LOCALAPPDATA": "l"}, "l"),
    ],
)
def test_logins_are_where_a_platform_keeps_such_things(
    platform: str, environ: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """design.md, State and scale: the user's state directory."""
    monkeypatch.setattr(sys, "platform", platform)
    assert state_folder(environ) == Path(folder) / "openapi-mcp" / "logins"


def test_on_windows_a_file_has_no_owner_to_look_at(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' own rights keep a profile's folder to its user."""
    keep_login(KEY, LOGIN, environ)
    folder = Path(os.path.commonpath([state_folder(environ)]))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(logins, "state_folder", lambda environ: folder)
    (folder / f"{KEY}.json").chmod(0o644)
    assert load_login(KEY, environ) == LOGIN
