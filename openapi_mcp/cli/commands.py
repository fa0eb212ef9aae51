"""The command as typer reads it, and its sub-commands."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer

from openapi_mcp import __version__
from openapi_mcp.cli.output import show_text
from openapi_mcp.cli.start import Begun
from openapi_mcp.errors import ConfigError, ExitCode

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


def _call() -> _Command:
    from openapi_mcp.cli import call

    return call.call, call.HELP


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


def _inspect() -> _Command:
    from openapi_mcp.cli import inspect

    return inspect.inspect, inspect.HELP


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


_COMMANDS: Mapping[str, Callable[[], _Command]] = {
    "serve": _serve,
    "inspect": _inspect,
    "search": _search,
    "call": _call,
    "check": _check,
    "history": _history,
    "stats": _stats,
    "dashboard": _dashboard,
    "login": _login,
    "logout": _logout,
}
_BELOW: Mapping[str, Mapping[str, Callable[[], _Command]]] = {"history": {"replay": _replay, "export": _export}}
"""Commands of two words; the first alone is a command, too."""


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """Return the command with its sub-commands; only with the one that the arguments name, where they begin with it."""
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
        _add(app, name, _COMMANDS[name])
    return app


def _add(app: typer.Typer, name: str, load: Callable[[], _Command]) -> None:
    command, help_text = load()
    app.command(name, help=help_text)(command)


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
        app = build_app(arguments)
        return int(app(args=arguments, prog_name="openapi-mcp", standalone_mode=False, obj=begun) or ExitCode.OK)
    except typer.TyperException as error:
        raise _usage_error(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None


def _usage_error(error: typer.TyperException) -> ConfigError:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "openapi-mcp"
    return ConfigError(error.format_message(), where=command, hint=f"see {command} --help")
