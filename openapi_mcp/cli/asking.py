"""One question of `ask`, from the shell: asked, its steps said or not, its ending shown."""

import anyio

from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.mended import mended
from openapi_mcp.cli.conversation import Conversation, open_conversation
from openapi_mcp.cli.endings import can_go_on, exit_code, show_ending
from openapi_mcp.cli.go_on import NOTHING, GoOn
from openapi_mcp.cli.output import Notice, say, show_json
from openapi_mcp.cli.steps import Say
from openapi_mcp.cli.trace import trace_json
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Ending
from openapi_mcp.response.decode import mask

_WARNING = "warning: "


def answer_one(config: Config, run: Run, question: str, notice: Notice, go_on: GoOn, *, as_json: bool) -> int:
    """Show how one question ends; return the exit status."""
    warnings: list[str] = []
    tell = _sorted(warnings, notice) if as_json else notice
    ending, conversation = anyio.run(_one, config, run, question, tell, as_json)
    if as_json:
        way = go_on if can_go_on(ending) else NOTHING
        warnings += [f"go_on lacks options: {way.note}"] if way.note else []
        trace = trace_json(run.id, mended(run.history), ending, conversation.steps.fell_over, warnings, way.command)
        show_json(mask(trace, conversation.hide))
    else:
        show_ending(run.id, ending, notice, go_on)
    return exit_code(ending)


async def _one(config: Config, run: Run, question: str, notice: Notice, as_json: bool) -> tuple[Ending, Conversation]:
    say, is_shown = (silent, False) if as_json else (say_of(config), is_shown_of(config))
    async with open_conversation(config, run, notice, say, may_ask=not as_json, is_shown=is_shown) as conversation:
        return await conversation.ask(question), conversation


def _sorted(warnings: list[str], notice: Notice) -> Notice:
    """Return what puts warnings into a list, and tells all else, such as how far slow work is, as ever."""

    def tell(text: str) -> None:
        if text.startswith(_WARNING):
            warnings.append(text.removeprefix(_WARNING))
        else:
            notice(text)

    return tell


def say_of(config: Config) -> Say:
    """Return what says each step, or with --quiet nothing."""
    return silent if config.quiet else say


def is_shown_of(config: Config) -> bool:
    """Return whether a terminal shows also what is only for the moment: not with --quiet, nor among lines of JSON."""
    return not config.quiet and config.log_format != "json"


def silent(_text: str, _style: str) -> None:
    """Say nothing."""
