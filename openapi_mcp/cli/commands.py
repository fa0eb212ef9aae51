"""The command as typer reads it, and its sub-commands."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated

import typer

from openapi_mcp import __version__
from openapi_mcp.cli.complete import is_completing, join_words, typed_words
from openapi_mcp.cli.output import set_up_logging, show_text
from openapi_mcp.cli.start import Begun
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.settings import PREFIX

_Command = tuple[Callable[..., int], str]

HELP = """Turn any OpenAPI description into an MCP server.

Only GET operations become tools unless --methods says otherwise. Every option can also stand in openapi-mcp.toml
(base_url = "...") and in the environment (OPENAPI_MCP_BASE_URL).

Examples:

\b
  openapi-mcp inspect --spec https://api.example.com/openapi.json
      the tools as a table

\b
  openapi-mcp call --spec openapi.json customers_list -a city=Porto
      one call, its answer on stdout

\b
  openapi-mcp serve --spec https://api.example.com/openapi.json --bearer env:API_TOKEN
      an MCP server over stdio, for Claude Code and every other client

\b
  openapi-mcp serve http --spec openapi.yaml --base-url http://localhost:8000
      the same over Streamable HTTP, at http://127.0.0.1:8800/mcp
"""


def _bundle() -> _Command:
    from openapi_mcp.cli import bundle

    return bundle.bundle, bundle.HELP


def _cache() -> _Command:
    from openapi_mcp.cli import cache

    return cache.cache, cache.HELP


def _call() -> _Command:
    from openapi_mcp.cli import call

    return call.call, call.HELP


def _ask() -> _Command:
    from openapi_mcp.cli import ask

    return ask.ask, ask.HELP


def _check() -> _Command:
    from openapi_mcp.cli import check

    return check.check, check.HELP


def _history() -> _Command:
    from openapi_mcp.cli import history

    return history.history, history.HELP


def _export() -> _Command:
    from openapi_mcp.cli import export

    return export.export, export.HELP


def _replay() -> _Command:
    from openapi_mcp.cli import replay

    return replay.replay, replay.HELP


def _dashboard() -> _Command:
    from openapi_mcp.cli import dashboard

    return dashboard.dashboard, dashboard.HELP


def _doctor() -> _Command:
    from openapi_mcp.cli import doctor

    return doctor.doctor, doctor.HELP


def _init() -> _Command:
    from openapi_mcp.cli import init

    return init.init, init.HELP


def _inspect() -> _Command:
    from openapi_mcp.cli import inspect

    return inspect.inspect, inspect.HELP


def _install() -> _Command:
    from openapi_mcp.cli import install

    return install.install, install.HELP


def _login() -> _Command:
    from openapi_mcp.cli import login

    return login.login, login.HELP


def _logout() -> _Command:
    from openapi_mcp.cli import login

    return login.logout, login.LOGOUT_HELP


def _search() -> _Command:
    from openapi_mcp.cli import search

    return search.search, search.HELP


def _serve() -> _Command:
    from openapi_mcp.cli import serve

    return serve.serve, serve.HELP


def _stats() -> _Command:
    from openapi_mcp.cli import stats

    return stats.stats, stats.HELP


def _uninstall() -> _Command:
    from openapi_mcp.cli import uninstall

    return uninstall.uninstall, uninstall.HELP


def _workflow() -> _Command:
    from openapi_mcp.cli import workflow

    return workflow.workflow, workflow.HELP


def _suggest() -> _Command:
    from openapi_mcp.cli import suggest

    return suggest.suggest, suggest.HELP


_COMMANDS: Mapping[str, Callable[[], _Command]] = {
    "serve": _serve,
    "inspect": _inspect,
    "search": _search,
    "call": _call,
    "ask": _ask,
    "check": _check,
    "install": _install,
    "uninstall": _uninstall,
    "bundle": _bundle,
    "init": _init,
    "history": _history,
    "stats": _stats,
    "workflow": _workflow,
    "cache": _cache,
    "dashboard": _dashboard,
    "doctor": _doctor,
    "login": _login,
    "logout": _logout,
}
_BELOW: Mapping[str, Mapping[str, Callable[[], _Command]]] = {
    "history": {"replay": _replay, "export": _export},
    "workflow": {"suggest": _suggest},
}
"""Commands of two words; the first alone is a command, too."""
_WORDS_BELOW = frozenset(("workflow",))  # does nothing but say what is below it, whatever else was typed
_ANY_WORDS = {"ignore_unknown_options": True, "allow_extra_args": True}


def build_app(arguments: Sequence[str], *, names_only: bool = False) -> typer.Typer:
    """Return the command with its sub-commands; only with the one that the arguments name, where they begin with it.

    `names_only` leaves the others without what they take: a TAB waits for no import.
    """
    app = typer.Typer(
        name="openapi-mcp",
        help=HELP,
        no_args_is_help=False,
        invoke_without_command=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    app.callback()(_start)
    first, second, *_ = (*arguments, "", "")
    if second in _BELOW.get(first, {}):
        below = typer.Typer(name=first)
        below.callback()(_nothing)
        _add(below, second, _BELOW[first][second])
        app.add_typer(below)
        return app
    named = [name for name in arguments[:1] if name in _COMMANDS]
    for name in named or _COMMANDS:
        _add(app, name, _COMMANDS[name] if named or not names_only else _unread)
    return app


def _add(app: typer.Typer, name: str, load: Callable[[], _Command]) -> None:
    command, help_text = load()
    app.command(name, help=help_text, context_settings=_ANY_WORDS if name in _WORDS_BELOW else None)(command)


def _unread() -> _Command:
    return lambda: int(ExitCode.OK), ""


def _nothing() -> None:
    """Let the commands below be named, even where there is one alone."""


def _start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Show the version, or the help where no command is given."""
    if version:
        show_text(f"openapi-mcp {__version__}")
        raise typer.Exit(ExitCode.OK)
    if context.invoked_subcommand is None:
        show_text(context.get_help())
        raise typer.Exit(ExitCode.OK)


def run_command(begun: Begun) -> int:
    """Run what the arguments say; return the exit status.

    Raises:
        ConfigError: the arguments say nothing that there is.
        OpenapiMcpError: as the sub-command does.
    """
    arguments = list(begun.arguments)
    try:
        app = _app_of(arguments)
        return int(app(args=arguments, prog_name="openapi-mcp", standalone_mode=False, obj=begun) or ExitCode.OK)
    except typer.TyperException as error:
        if _wants_json(arguments):
            set_up_logging("warning", "json")
        raise _usage_error(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None


def _app_of(arguments: Sequence[str]) -> typer.Typer:
    """Return the command for these arguments, or for what a shell says is typed so far."""
    if not is_completing(os.environ):
        return build_app(arguments)
    join_words(os.environ)
    return build_app(typed_words(os.environ), names_only=True)


def _wants_json(arguments: Sequence[str]) -> bool:
    """True where --log-format json was typed, or the environment says it, though nothing else could be read."""
    typed = [each.partition("=") for each in arguments]
    named = [
        value or following
        for (name, _, value), following in zip(typed, [*arguments[1:], ""], strict=True)
        if name == "--log-format"
    ]
    return (named or [os.environ.get(f"{PREFIX}LOG_FORMAT", "")])[-1] == "json"


def _usage_error(error: typer.TyperException) -> ConfigError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "openapi-mcp"
    said, hint = error.format_message(), f"see {command} --help"
    if command.endswith(" ask") and "extra argument" in said:
        hint = f'put the question between quotes: {command} "who is Ana?"; {hint}'
    return ConfigError(said, where=command, hint=hint)


def all_commands() -> Iterator[tuple[str, ...]]:
    """Yield every command by its words, in the order of the help: ("serve",), ... ("history", "replay")."""
    for name in _COMMANDS:
        yield (name,)
        yield from ((name, below) for below in _BELOW.get(name, ()))
