"""The outermost door of the command: what it does with every error."""

import sys
from typing import TYPE_CHECKING

from openapi_mcp.cli.output import open_missing_streams, show_error
from openapi_mcp.cli.start import Begun
from openapi_mcp.errors import ExitCode, OpenapiMcpError

if TYPE_CHECKING:
    from openapi_mcp.front import Handover


def run(arguments: list[str] | None = None, handover: "Handover | None" = None) -> int:
    """Run the command and return its exit status. One of the two outermost doors: no traceback passes it.

    `handover` is a conversation that front/ began.
    """
    open_missing_streams()
    arguments = sys.argv[1:] if arguments is None else arguments
    begun = Begun(arguments=tuple(arguments), handover=handover)
    try:
        return _run(begun)
    except OpenapiMcpError as error:
        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the outermost door of the process
        return _bug(error)


def _run(begun: Begun) -> int:
    if begun.handover is not None:
        from openapi_mcp.cli.stdio import go_on

        status = go_on(begun)
        if status is not None:
            return status
    from openapi_mcp.cli.commands import run_command

    return run_command(begun)


def _bug(error: Exception) -> int:
    import logging

    logging.getLogger(__name__).debug("unexpected error", exc_info=True)
    name = type(error).__name__
    show_error(
        OpenapiMcpError(
            f"openapi-mcp failed with {name}; this is a bug in it",
            hint="run again with --log-level debug and report what it shows, secrets removed",
        )
    )
    return ExitCode.BUG
