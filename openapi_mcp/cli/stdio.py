"""`openapi-mcp serve` over standard input and output; where a client waits already, begun without typer."""

import os
import select
from collections.abc import Sequence

import anyio

from openapi_mcp import __version__
from openapi_mcp.cli.operated import measured, telemetry
from openapi_mcp.cli.option import read_plainly
from openapi_mcp.cli.output import show_error
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.cli.start import Begun, Settings, catalogue_path, refuse_forward, require_spec, start
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode
from openapi_mcp.front import Wire
from openapi_mcp.generator.listing import said_mode
from openapi_mcp.generator.stored import read_catalogue
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Toolset
from openapi_mcp.opening import open_app
from openapi_mcp.progress import Notice
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.serving import Serves
from openapi_mcp.sharing import open_link
from openapi_mcp.telemetry.meters import Meters

_MOST_WORKFLOWS = 10  # that are left out, and said to be


def go_on(begun: Begun) -> ExitCode | None:
    """Serve the client that front/ has answered; None where the arguments take typer to read.

    A tenth of the time to the first call is typer's, its import and 35 options.
    """
    flags = read_plainly(_after_transport(begun.arguments), SERVE)
    if flags is None:
        return None
    settings = Settings(flags, begun.arguments, stdin_is_protocol=True)
    config, notice = start(flags)
    require_spec(config, stdin_is_protocol=True)
    return serve_over_stdio(config, notice, begun, settings)


def _after_transport(arguments: Sequence[str]) -> Sequence[str]:
    return arguments[2:] if arguments[1:2] == ("stdio",) else arguments[1:]


def serve_over_stdio(config: Config, notice: Notice, begun: Begun, settings: Settings) -> ExitCode:
    """Serve one client over this process's pipes, from the catalogue and the conversation that front/ found."""
    from openapi_mcp.server.stdio import claim_wire

    refuse_forward(config)
    if config.dashboard:
        notice("warning: --dashboard is for `serve http`; `openapi-mcp dashboard` shows what this server records")
    handover = begun.handover
    wire = handover.wire if handover else claim_wire()
    has_command = any(each.spec_command is not None for each in config.apis or (config,))
    if handover is None and not has_command and _is_silent(wire.read):
        wire.read_ahead(idle=True)  # ends nothing but us: a command of ours would be left behind
    with telemetry(config, notice) as meters:
        if config.apis:
            return anyio.run(_several_over_stdio, config, notice, wire, begun, settings, meters)
        return _one_over_stdio(config, notice, wire, begun, settings, meters)


def _one_over_stdio(
    config: Config, notice: Notice, wire: Wire, begun: Begun, settings: Settings, meters: Meters
) -> ExitCode:
    from openapi_mcp.server.behind import Behind
    from openapi_mcp.server.keep import Keeper
    from openapi_mcp.server.means import background_of, bounds_of
    from openapi_mcp.server.renew import renewing
    from openapi_mcp.server.stdio import GRACE, serve_stdio
    from openapi_mcp.server.watch import Watch

    handover = begun.handover
    stored = read_catalogue(handover.kept) if handover else None
    keeper = Keeper(notice=notice, path=catalogue_path(config, begun.arguments))
    behind = Behind(keeper=keeper, told=handover.kept.header["pages"] if handover else None)
    live = renewing(config, settings, keeper, Watch(keeper=keeper), notice, show_error, handover)

    async def over_stdio() -> ExitCode:
        async with (
            open_link(config, notice, os.environ) as link,
            open_recorder(config, notice) as recorder,
            open_app(config, notice, stored=stored, last_good=keeper.path, can_change=True, link=link) as app,
        ):
            observe(app, recorder)
            if config.otel:
                measured(app, recorder, meters)
            say_what_is_served(app, notice)
            async with background_of(app, link, bounds_of(config, GRACE)) as background:
                return await serve_stdio(app, wire, handover, behind, live, background)

    return anyio.run(over_stdio)


async def _several_over_stdio(
    config: Config, notice: Notice, wire: Wire, begun: Begun, settings: Settings, meters: Meters
) -> ExitCode:
    from openapi_mcp.joining import open_several
    from openapi_mcp.server.behind import BehindSeveral
    from openapi_mcp.server.keep import SeveralKeeper, keepers
    from openapi_mcp.server.means import background_of, bounds_of
    from openapi_mcp.server.renew import renewing
    from openapi_mcp.server.stdio import GRACE, serve_stdio
    from openapi_mcp.server.watch import watches

    handover, path = begun.handover, catalogue_path(config, begun.arguments)
    own = keepers(config, notice, path)
    keeper = SeveralKeeper(keepers=own, notice=notice, path=path)
    live = renewing(config, settings, keeper, watches(own), notice, show_error, handover)
    told = handover.kept.header["pages"] if handover else None
    async with (
        open_link(config, notice, os.environ) as link,
        open_recorder(config, notice) as recorder,
        open_several(config, notice, path=path, warm=handover is not None, can_change=True, link=link) as several,
    ):
        observe(several, recorder)
        if config.otel:
            measured(several, recorder, meters)
        say_what_is_served(several, notice)
        behind = BehindSeveral(keeper=keeper, told=told)
        async with background_of(several, link, bounds_of(config, GRACE)) as background:
            return await serve_stdio(several, wire, handover, behind, live, background)


def _is_silent(descriptor: int) -> bool:
    """True where a client is there and has said nothing yet.

    Where there is none from the beginning (`< /dev/null`), somebody wants to see how the start ends.
    """
    if not hasattr(select, "poll"):  # Windows
        return False
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not poll.poll(0)


def say_what_is_served(app: Serves, notice: Notice) -> None:
    """Say, once, what this server offers."""
    summary = app.summary
    left_out = f", {summary.left_out} operations left out (openapi-mcp inspect shows why)" if summary.left_out else ""
    rights = "read-only" if summary.reads_only else "reading and writing"
    if not summary.tools:
        why = "all operations are left out" if summary.left_out else "the document has no operations"
        notice(f"warning: {why}, so the list is empty")
    notice(f"openapi-mcp {__version__}: {summary.tools} tools of {app.toolset.title}, {rights}{left_out}")
    if summary.tools and app.toolset.why:
        notice(said_mode(app.toolset.mode, app.toolset.why))
    _say_of_workflows(app.toolset, notice)
    if lacking := app.lacking:
        notice(f"warning: {lacking} of them lack a credential (openapi-mcp inspect shows which, and how to give it)")


def _say_of_workflows(toolset: Toolset, notice: Notice) -> None:
    """Say which workflows are left out: their files were named, and nobody would look for what is not listed."""
    left_out = [each for each in toolset.skipped if each.is_workflow and not each.is_switched_off]
    for each in left_out[:_MOST_WORKFLOWS]:
        notice(f"warning: the workflow {one_line(each.path, 80)!r} is left out: {one_line(each.reason, 300)}")
    if len(left_out) > _MOST_WORKFLOWS:
        notice(
            f"warning: {len(left_out) - _MOST_WORKFLOWS} more workflows are left out (openapi-mcp inspect shows why)"
        )
    if odd := toolset.odd_workflows:
        notice(f"warning: {odd} warning{'' if odd == 1 else 's'} about workflows (openapi-mcp check shows them)")
