"""What is this user's alone: folders, files, and a key."""

import os
import stat
from pathlib import Path

import pytest

from openapi_mcp.private import own_folder, own_key, user_folder, write_privately


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_the_key_stays_the_same_and_is_this_users_alone(environ: dict[str, str]) -> None:
    key = own_key(environ)
    assert (own_key(environ), len(key)) == (key, 32)
    path = user_folder(environ) / "caller.key"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


@pytest.mark.parametrize("damage", ["short", "readable", "link", "folder", "pipe"])
def test_a_key_that_is_not_ours_alone_is_not_used(environ: dict[str, str], damage: str) -> None:
    key, path = own_key(environ), user_folder(environ) / "caller.key"
    match damage:
        case "short":
            path.write_bytes(key[:31])
        case "readable":
            path.chmod(0o644)
        case "link":
            path.rename(path.with_name("elsewhere"))
            path.symlink_to("elsewhere")
        case "folder":
            path.unlink()
            path.mkdir()
        case "pipe":  # nobody writes there, and nobody is waited for
            path.unlink()
            os.mkfifo(path, 0o600)
    assert own_key(environ) != key
    assert len(own_key(environ)) == 32


def test_a_file_is_written_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "file.json"
    write_privately(path, "one")
    write_privately(path, "two")
    assert (path.read_text(encoding="utf-8"), os.listdir(path.parent)) == ("two", ["file.json"])
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match=r"."):
        write_privately(path, "three")
    assert os.listdir(path.parent) == ["file.json"]


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(PermissionError, match="others may read"):
        own_folder(tmp_path / "open")


def test_each_folder_that_is_made_on_the_way_is_this_users_alone(tmp_path: Path) -> None:
    """Our choice: else the next one who wants a file in one of them finds it open, and keeps nothing."""
    own_folder(tmp_path / "state" / "openapi-mcp" / "runs")
    for folder in ("state", "state/openapi-mcp", "state/openapi-mcp/runs"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700
