"""`openapi-mcp dashboard`: what was called and how it went, as pages for a browser on this machine."""

import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from openapi_mcp.cli.options import CACHE, CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, takes
from openapi_mcp.cli.output import notice as say_always
from openapi_mcp.cli.output import show_error, show_text, stdout_is_terminal
from openapi_mcp.cli.start import Settings, refuse_forward, require_spec, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode
from openapi_mcp.opening import open_app
from openapi_mcp.private import user_folder, write_privately
from openapi_mcp.progress import Notice
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.serving import Serves

if TYPE_CHECKING:
    from openapi_mcp.server.renew import Renewing

_PAGE = """<!DOCTYPE html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={link}">
<title>openapi-mcp</title>
<p><a href="{link}">Go on to the dashboard</a></p>
"""
HELP = """Show what was called, how it went and what it cost, in a browser on this machine.

The link opens the dashboard once; then that browser is signed in. With --spec it shows the API's tools too, which can
be tried out.

Examples:

\b
  openapi-mcp dashboard
      the records of this user's calls

\b
  openapi-mcp dashboard --spec openapi.yaml --bearer env:API_TOKEN --no-open
      the tools too, at a link that is only printed
"""


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, CALLS, RECORDS, CACHE, OUTPUT)
def dashboard(
    *,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port; 0 takes any that is free.")] = 0,
    open_browser: Annotated[
        bool | None, typer.Option("--open/--no-open", help="Open it in the browser. Default: only from a terminal.")
    ] = None,
    context: typer.Context,
    flags: Mapping[str, Any],
) -> int:
    """Serve the dashboard until a signal ends it."""
    from openapi_mcp.server.dashboard.frame import require_extra

    require_extra()
    flags = {**flags, "no_catalogue": True}  # no later start begins with what is served here
    config, notice = start(flags)
    require_spec(config)
    refuse_forward(config)
    settings = Settings(flags, context.obj.arguments, stdin_is_protocol=False)
    opens = stdout_is_terminal() if open_browser is None else open_browser
    return anyio.run(_serve, config, notice, settings, port, opens)


async def _serve(config: Config, notice: Notice, settings: Settings, port: int, open_browser: bool) -> ExitCode:
    from openapi_mcp.server.dashboard.mount import board_of, serve_dashboard
    from openapi_mcp.server.http import bind

    with bind("127.0.0.1", port) as listener, _opening(listener.getsockname()[1]) as opening:

        def ready(link: str) -> None:
            show_text(link)
            if open_browser:
                opening(link)

        async with open_recorder(config, notice) as recorder, _served(config, notice) as app:
            if app is not None:
                observe(app, recorder)
            work = [partial(_live(config, settings, notice).run, app)] if app is not None else []
            with closing(board_of(config, app, recorder=recorder)) as board:
                return await serve_dashboard(board, listener, ready, show_text, work)


def _live(config: Config, settings: Settings, notice: Notice) -> "Renewing":
    """Return what goes on with new settings, and with what is switched, as `serve` does."""
    from openapi_mcp.server.keep import Keeper, SeveralKeeper, keepers
    from openapi_mcp.server.renew import renewing
    from openapi_mcp.server.watch import Watch, watches

    if config.apis:
        own = keepers(config, notice, None)
        several = SeveralKeeper(keepers=own, notice=notice, path=None)
        return renewing(config, settings, several, watches(own), notice, show_error)
    keeper = Keeper(notice=notice, path=None)
    return renewing(config, settings, keeper, Watch(keeper=keeper), notice, show_error)


@asynccontextmanager
async def _served(config: Config, notice: Notice) -> AsyncIterator[Serves | None]:
    """Yield what serves the calls that are made from the pages; None where no document is given."""
    from openapi_mcp.joining import open_several

    if config.apis:
        async with open_several(config, notice, can_change=True) as several:
            yield several
    elif config.spec is not None or config.spec_command is not None:
        async with open_app(config, notice, can_change=True) as app:
            yield app
    else:
        yield None


@contextmanager
def _opening(port: int) -> Iterator[Callable[[str], None]]:
    """Yield what opens a link in the browser, by way of a file that only this user can read.

    All users of a machine see what a browser is started with, and the link opens the dashboard for whoever is first.
    """
    file = user_folder(os.environ).absolute() / f"dashboard-{port}.html"

    def opening(link: str) -> None:
        try:
            write_privately(file, _PAGE.format(link=escape(link)))
        except OSError as error:
            say_always(f"no browser is opened, as {file} cannot be written: {error.strerror or error}")
            return
        # It may run as long as the browser does.
        threading.Thread(target=_open, args=(file.as_uri(),), daemon=True).start()

    try:
        yield opening
    finally:
        with suppress(OSError):  # the link in it is of a server that has ended
            file.unlink(missing_ok=True)


def _open(link: str) -> None:
    import webbrowser

    if not webbrowser.open(link):
        say_always("no browser could be opened: open the link in a browser on this machine")
