"""How a question of `ask` ended, told to a person: the answer, what failed, the exit status, and how to go on."""

from openapi_mcp.cli.go_on import NOTHING, GoOn
from openapi_mcp.cli.output import Notice, show_error, show_text, stdout_is_terminal
from openapi_mcp.cli.steps import end_line, fault_parts
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.chat import Ending, EndKind, FaultKind
from openapi_mcp.model.text import visible, without_controls

_FOR_GOOD = frozenset((FaultKind.CREDENTIALS, FaultKind.UNKNOWN_MODEL, FaultKind.REJECTED))


def show_ending(run: str, ending: Ending, notice: Notice, go_on: GoOn) -> None:
    """Write an answer to stdout; to stderr what is known without one, why the models failed, and what it took.

    Where the same again may come further, it says what goes on with it.
    """
    if ending.kind is EndKind.ANSWERED:
        show_text(visible(without_controls(ending.text)) if stdout_is_terminal() else ending.text)
    else:
        for line in ending.text.splitlines():
            notice(line)
    for fault in ending.faults:
        what, todo = fault_parts(fault)
        show_error(OpenapiMcpError(what, where=f"{fault.model} ({fault.kind.value})", hint=todo))
    notice(end_line(run, ending, go_on if can_go_on(ending) else NOTHING))


def can_go_on(ending: Ending) -> bool:
    """True where the same again may come further."""
    if ending.kind in (EndKind.ANSWERED, EndKind.REFUSED):
        return False
    return not ending.faults or not all(each.kind in _FOR_GOOD for each in ending.faults)


def exit_code(ending: Ending) -> ExitCode:
    """Return the exit status that an ending has."""
    match ending.kind:
        case EndKind.ANSWERED:
            return ExitCode.OK
        case EndKind.INTERRUPTED:
            return ExitCode.INTERRUPTED
        case EndKind.MODELS if ending.faults and all(each.kind is FaultKind.CREDENTIALS for each in ending.faults):
            return ExitCode.CREDENTIALS
        case EndKind.MODELS if ending.faults and all(each.kind is FaultKind.UNKNOWN_MODEL for each in ending.faults):
            return ExitCode.USAGE
    return ExitCode.CALL
