"""cli/chat.py: the lines that are kept, what its commands tell; the rest is in test_cli_ask_terminal.py."""

import stat
import sys
from pathlib import Path

import pytest

from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.runs import Runs
from openapi_mcp.cli import chat
from openapi_mcp.cli.go_on import NOTHING
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.chat import ChatTool, EndKind

TOOLS = (ChatTool(name="orders_list", description="List\norders.\x1b[31m", input_schema={}),)


def test_a_file_of_lines_is_this_users_alone(tmp_path: Path) -> None:
    """security.md: what is kept of a conversation is private."""
    file = tmp_path / "state" / "ask.history"
    assert chat.prepare(file) == ""
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, file.parent)] == [0o600, 0o700]
    file.chmod(0o644)
    assert chat.prepare(file) == f"others may read or write {file}, or it is not yours (chmod 600 it)"
    file.unlink()
    file.symlink_to(tmp_path / "other")
    assert chat.prepare(file) == f"{file}: Too many levels of symbolic links"
    assert not (tmp_path / "other").exists()
    file.parent.chmod(0o755)
    assert chat.prepare(file) == f"{file.parent}: the folder is a link, or others may read it"


def test_the_oldest_lines_go_where_there_are_too_many(tmp_path: Path) -> None:
    """Our brief: everything hostile, bounds on sizes; the form is prompt_toolkit's own."""
    from prompt_toolkit.history import FileHistory

    file = tmp_path / "ask.history"
    tmp_path.chmod(0o700)
    history = FileHistory(str(file))
    for number in range(4_000):
        history.store_string(f"question {number}, {'x' * 40}")
    file.chmod(0o600)
    assert chat.prepare(file) == ""
    kept = list(FileHistory(str(file)).load_history_strings())
    assert 500 < len(kept) < 2_000
    assert kept[0].startswith("question 3999,")
    assert all(line.startswith("question ") for line in kept)


def test_the_commands_tell_what_there_is(tmp_path: Path) -> None:
    """Our brief: /tools, /runs, /help, /quit."""
    runs = Runs(tmp_path / "runs")
    assert chat.told("/runs", TOOLS, runs) == chat.told("/runs", TOOLS, None) == "no run is kept"
    (tmp_path / "runs").write_text("no folder", encoding="utf-8")
    said = chat.told("/runs", TOOLS, runs)
    assert said.startswith(f"the runs cannot be read: Not a directory ({tmp_path / 'runs'}; ")
    (tmp_path / "runs").unlink()
    runs.save(Run(id="k3vq", began=0.0, question="which\nones?", ended=EndKind.ANSWERED))
    assert chat.told("/tools", TOOLS, runs) == "orders_list  List orders."
    assert chat.told("/runs", TOOLS, runs).startswith("k3vq  ")
    assert chat.told("/runs", TOOLS, runs).endswith("  answered     which ones?")
    assert [line.split()[0] for line in chat.told("/help", TOOLS, runs).splitlines()] == [
        "/tools", "/runs", "/help", "/quit",
    ]  # fmt: skip
    assert chat.told("/x\x1b[2J", TOOLS, runs) == "there is no /x\\x1b[2J; /help tells what there is"


def test_without_the_extra_it_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our brief: as other extras do."""
    monkeypatch.setitem(sys.modules, "prompt_toolkit", None)
    with pytest.raises(ConfigError, match=r"needs the extra \[ask\]") as refused:
        chat.chat(Config(), Run(id="a", began=0.0), print, NOTHING)
    assert "pipx inject" in (refused.value.hint or "")
