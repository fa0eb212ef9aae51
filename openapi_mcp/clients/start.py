"""Starting a server as a client would, to see that it starts and what it lists."""

import shlex
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

import anyio

from openapi_mcp.clients.child import Child, child, streams
from openapi_mcp.clients.hidden import redactor
from openapi_mcp.clients.launch import Launch
from openapi_mcp.clients.talk import Asked, Choose, Era, Listed, TalkError, import_sdk, talk
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.text import clean_text, one_line

_LINES = 12  # of stderr, the last
_LAST_WORDS = 1.0  # seconds for what is still in the pipe of one that ends
_CAUSES = range(1, 7)  # the exit statuses of ours that say what is wrong


class StartError(OpenapiMcpError):
    """A server that did not come to its list of tools; `said` is the end of what it wrote on stderr, masked.

    The exit code is the server's own where that names a cause: 3 for a document that cannot be had. `status` is that
    cause, None where it named none: it was too slow, or a signal ended it.
    """

    def __init__(self, message: str, *, where: str, hint: str, said: str = "", status: int | None = None) -> None:
        super().__init__(message, where=where, hint=hint)
        self.said = said
        self.status = ExitCode(status) if status is not None and status in _CAUSES else None
        self.exit_code = ExitCode.USAGE if self.status is None else self.status


async def start_and_list(launch: Launch, environ: Mapping[str, str], seconds: float, *, era: Era = "modern") -> Listed:
    """Return what a server lists when it is started with this environment; it is gone afterwards.

    Raises:
        StartError: it does not start, or has not listed its tools within `seconds`.
    """
    return (await start_and_ask(launch, environ, seconds, era=era))[0]


async def start_and_ask(
    launch: Launch, environ: Mapping[str, str], seconds: float, *, era: Era = "modern", choose: Choose | None = None
) -> tuple[Listed, Asked | None]:
    """Return what a server lists, and what came of the call that `choose` chose from that.

    Raises:
        StartError: as `start_and_list` does.
    """
    hide = redactor(launch, environ)
    import_sdk()
    began = time.monotonic()
    fault, status = "", None
    async with AsyncExitStack() as stack:
        try:
            begun = await stack.enter_async_context(child(launch.command, launch.args, environ, launch.cwd))
        except (OSError, ValueError) as error:
            raise _not_run(launch, error, hide) from None
        try:
            listed, asked = await talk(streams(begun), era=era, seconds=seconds, began=began, choose=choose, keeps=True)
        except TalkError as error:
            status = await _last_words(begun)
            fault = begun.fault or _ended(status) or str(error)
    if fault:
        raise _not_started(launch, fault, begun, status, hide)
    return _heard(listed, begun, hide), _masked(asked, hide)


async def _last_words(begun: Child) -> int | None:
    """Return the exit status of a server that has ended, once all it said is here; None of one that runs."""
    with anyio.move_on_after(_LAST_WORDS):
        await begun.exited.wait()
        await begun.silent.wait()
    return begun.status


def _ended(status: int | None) -> str:
    if status is None:
        return ""
    return f"it ended with status {status}" if status >= 0 else f"signal {-status} ended it"


def _heard(listed: Listed, begun: Child, hide: Redactor) -> Listed:
    said, stray = _tail(hide(begun.said)), hide(begun.stray)
    return replace(listed, said=said, strays=begun.strays, stray=stray)


def _masked(asked: Asked | None, hide: Redactor) -> Asked | None:
    return None if asked is None else replace(asked, message=hide(asked.message))


def _not_run(launch: Launch, error: Exception, hide: Redactor) -> StartError:
    missing = isinstance(error, FileNotFoundError)
    why = "there is no such command" if missing else getattr(error, "strerror", None) or str(error)
    return StartError(
        f"the server cannot be started: {hide(why)}",
        where=command_line(launch, hide),
        hint="install the entry again: openapi-mcp install writes the command as it is now",
    )


def _not_started(launch: Launch, fault: str, begun: Child, status: int | None, hide: Redactor) -> StartError:
    line = command_line(launch, hide)
    stray = f"; on stdout it wrote {hide(begun.stray)!r}" if begun.stray else ""
    return StartError(
        f"the server did not list its tools: {hide(fault)}{stray}",
        where=line,
        hint=f"see what it says: {line}",
        said=_tail(hide(begun.said)),
        status=status,
    )


def command_line(launch: Launch, hide: Redactor) -> str:
    """Return the command as a person would type it, its secrets masked."""
    return hide(shlex.join([launch.command, *launch.args]))


def _tail(said: str) -> str:
    """Return the last lines of what was said."""
    lines = [line for line in clean_text(said).splitlines() if line.strip()]
    return "\n".join(one_line(line, 400) for line in lines[-_LINES:])
