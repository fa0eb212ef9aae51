"""A chat of `ask` at the terminal: one line after the other, with history and completion."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.runs import Runs
from openapi_mcp.cli.asking import is_shown_of, say_of
from openapi_mcp.cli.conversation import Conversation, open_conversation
from openapi_mcp.cli.endings import show_ending
from openapi_mcp.cli.go_on import GoOn
from openapi_mcp.cli.keeper import runs_of
from openapi_mcp.cli.output import Notice
from openapi_mcp.cli.output import notice as tell
from openapi_mcp.cli.told import plain
from openapi_mcp.cli.units import local_time
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.model.chat import ChatTool
from openapi_mcp.model.text import one_line
from openapi_mcp.private import is_private, own_folder, user_folder

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History

_EXTRA = "pipx inject openapi-mcp-cli 'openapi-mcp-cli[ask]'"
_FILE = "ask.history"
_MOST = 200_000  # bytes of lines that are kept
_LONGEST = 80  # characters of what stands in a line
_LONGEST_ERROR = 600
_RUNS = 20
_HANG = 4  # blanks before what goes on of a line
_COMMANDS = {
    "/tools": "the tools that the model may call",
    "/runs": "the last runs; `openapi-mcp ask --run ID` goes on with one",
    "/help": "these commands",
    "/quit": "end the chat, as Ctrl-D does; Ctrl-C ends only what goes on",
}


def chat(config: Config, run: Run, notice: Notice, go_on: GoOn) -> int:
    """Answer line after line, until the person ends it.

    Raises:
        ConfigError: the extra [ask] is not installed.
    """
    try:
        import prompt_toolkit  # noqa: F401 - its absence is told here, in words
    except ImportError:
        raise ConfigError("a chat needs the extra [ask]", where="ask", hint=_EXTRA) from None
    return anyio.run(_chat, config, run, notice, go_on)


async def _chat(config: Config, run: Run, notice: Notice, go_on: GoOn) -> ExitCode:
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.output import create_output

    is_shown = is_shown_of(config)
    opening = open_conversation(config, run, notice, say_of(config), may_ask=True, is_shown=is_shown)
    # Where stdout is a file, that is for answers alone.
    with create_app_session(output=create_output(sys.stderr)):
        async with opening as conversation:
            return await _lines(config, run, notice, conversation, go_on)


async def _lines(config: Config, run: Run, notice: Notice, conversation: Conversation, go_on: GoOn) -> ExitCode:
    """Answer each line, until there is none."""
    tools = chat_tools(conversation)
    session = _session(tools, _history(runs_of(config) is not None, notice))
    notice(f"run {run.id}: ask, or /help; Ctrl-D ends the chat")
    while (line := await _line(session)) is not None:
        if line == "/quit":
            break
        if line.startswith("/"):
            tell(told(line, tools, runs_of(config)), _HANG)
        elif line:
            show_ending(run.id, await conversation.ask(line), notice, go_on)
    return ExitCode.OK


def chat_tools(conversation: Conversation) -> Sequence[ChatTool]:
    """Return what may be called: in the search mode the operations that are found."""
    return tuple(conversation.tools.operations.values()) or conversation.tools.tools


def told(command: str, tools: Sequence[ChatTool], runs: Runs | None) -> str:
    """Return what a command that begins with a / tells."""
    match command:
        case "/tools":
            return "\n".join(f"{plain(tool.name, _LONGEST)}  {one_line(tool.description, _LONGEST)}" for tool in tools)
        case "/runs":
            kept = runs.newest(_RUNS) if runs is not None else []
            return "\n".join(map(_run_line, kept)) or "no run is kept"
        case "/help":
            return "\n".join(f"{name:<8}{does}" for name, does in _COMMANDS.items())
    return f"there is no {plain(command, _LONGEST)}; /help tells what there is"


def _run_line(run: Run | ConfigError) -> str:
    if isinstance(run, ConfigError):
        return one_line(f"{run.message} ({run.where}; {run.hint})", _LONGEST_ERROR)
    ended = run.ended.value if run.ended is not None else "interrupted"
    return f"{run.id}  {local_time(run.changed)}  {ended:<11}  {one_line(run.question, _LONGEST)}"


async def _line(session: "PromptSession[str]") -> str | None:
    """Return the next line; "" where the person took it back (Ctrl-C), None at the end (Ctrl-D)."""
    try:
        return (await session.prompt_async("> ")).strip()
    except KeyboardInterrupt:
        return ""
    except EOFError:
        return None


def _session(tools: Sequence[ChatTool], history: "History") -> "PromptSession[str]":
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter

    words = WordCompleter([*_COMMANDS, *(tool.name for tool in tools)], WORD=True)
    return PromptSession(history=history, completer=words, complete_while_typing=False)


def _history(is_kept: bool, notice: Notice) -> "History":
    """Return the lines of earlier chats, which are kept as runs are; where they cannot be, those of this one."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = user_folder(os.environ) / _FILE
    if not is_kept:
        return InMemoryHistory()
    if not (why := prepare(path)):
        return FileHistory(str(path))
    notice(f"warning: the lines of this chat are not kept: {why}")
    return InMemoryHistory()


def prepare(path: Path) -> str:
    """Return why no file of lines can be kept that is this user's alone, "" where it can; the oldest of many go."""
    flags: dict[str, Any] = {"opener": lambda name, how: os.open(name, how | getattr(os, "O_NOFOLLOW", 0), 0o600)}
    where = path.parent
    try:
        own_folder(where)
        where = path
        with open(path, "a+b", **flags) as file:
            if not is_private(os.fstat(file.fileno()), 0o100000):
                return f"others may read or write {path}, or it is not yours (chmod 600 it)"
            if file.tell() > _MOST:
                file.seek(-_MOST // 2, os.SEEK_END)
                kept = file.read()
                file.truncate(0)
                file.write(kept[kept.find(b"\n# ") + 1 :])  # from the beginning of a line on, as they are written there
    except OSError as error:
        return f"{where}: {error.strerror or error}"
    return ""
