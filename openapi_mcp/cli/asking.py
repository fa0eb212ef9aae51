"""A conversation of `ask`, from the shell: what serves its calls, who thinks, what is shown, and what is kept of it."""

import os
import shlex
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import anyio

from openapi_mcp.app import open_app
from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.instructions import instructions
from openapi_mcp.ask.kept import Run, mask_each, mended, usage_of
from openapi_mcp.ask.loop import run as run_loop
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.runs import Runs
from openapi_mcp.cli.left_out import ways_in
from openapi_mcp.cli.output import Notice, ask, is_asked, say, show_error, show_json, show_text, stdout_is_terminal
from openapi_mcp.cli.steps import Say, Steps, end_line, fault_parts
from openapi_mcp.cli.thinker import open_thinker
from openapi_mcp.cli.told import plain
from openapi_mcp.cli.trace import trace_json
from openapi_mcp.config import Config
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.chat import Asked, Ending, EndKind, FaultKind, History
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.model.text import visible, without_controls
from openapi_mcp.model.url import redact_url
from openapi_mcp.recording import new_id, observe, open_recorder
from openapi_mcp.said_of import naming

if TYPE_CHECKING:
    from openapi_mcp.server.inside import Inside
    from openapi_mcp.serving import Serves

_GO_ON = "Go on where you stopped."
_FOR_GOOD = frozenset((FaultKind.CREDENTIALS, FaultKind.UNKNOWN_MODEL, FaultKind.REJECTED))


class Keeper:
    """Keeps a run after each step; without `runs` nothing is kept. That it cannot be kept is said once."""

    def __init__(self, run: Run, runs: Runs | None, notice: Notice) -> None:
        self.run = run
        self.mask: Callable[[str], str] = str
        self._runs = runs
        self._notice = notice

    def has(self, history: History) -> None:
        """Keep the conversation as it is while it goes on."""
        self._keep(replace(self.run, history=history, ended=None))

    def ended(self, ending: Ending) -> None:
        """Keep how it ended."""
        self._keep(replace(self.run, history=ending.history, ended=ending.kind))

    def _keep(self, run: Run) -> None:
        self.run = replace(run, changed=time.time(), usage=usage_of(run.history))
        if self._runs is None:
            return
        try:
            self._runs.save(self.run, self.mask)
        except (OSError, ValueError, RecursionError) as error:
            self._runs = None
            self._notice(f"warning: this run cannot be kept, nor gone on with later: {type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A run that is asked one question after the other."""

    tools: "Inside"
    offer: Offer
    limits: Limits
    driver: Driver
    keeper: Keeper
    steps: Steps
    hide: Callable[[str], str]
    """Masks the keys of the models."""

    async def ask(self, question: str) -> Ending:
        """Return how a question ends; "" goes on where the run stopped. Ctrl-C ends it, not the program."""
        before = self.keeper.run
        history = _asked(mended(before.history), question)
        self.keeper.run = replace(before, question=before.question or question)
        self.keeper.has(history)
        with interrupting(self.driver.interrupt):
            ending = await self.driver.drive(run_loop(history, self.offer, self.limits), history)
        self.keeper.ended(ending)
        return replace(ending, text=self.hide(ending.text))


def _asked(history: History, question: str) -> History:
    if question:
        return (*history, Asked(text=question))
    if history and isinstance(history[-1], Asked):
        return history
    return (*history, Asked(text=_GO_ON, is_ours=True))


def run_to_ask(config: Config, id: str | None) -> Run:
    """Return a new run, or with an id that one, "" the last; the models are those of now, where any are named.

    Raises:
        ConfigError: as `Runs.find` does.
    """
    if id is None:
        return Run(id=new_id(), began=time.time(), models=config.models)
    run = Runs.of_user(os.environ).find(id)
    return replace(run, models=config.models or run.models)


def answer_one(config: Config, run: Run, question: str, notice: Notice, *, as_json: bool) -> int:
    """Show how one question ends; return the exit status."""
    warnings: list[str] = []
    ending, conversation = anyio.run(_one, config, run, question, warnings.append if as_json else notice, as_json)
    command = goes_on(config, run) if can_go_on(ending) else ""
    if as_json:
        said = [each.removeprefix("warning: ") for each in warnings]
        trace = trace_json(run.id, mended(run.history), ending, conversation.steps.fell_over, said, command)
        show_json(mask_each(trace, conversation.hide))
    else:
        show_ending(run.id, ending, notice, command)
    return exit_code(ending)


async def _one(config: Config, run: Run, question: str, notice: Notice, as_json: bool) -> tuple[Ending, Conversation]:
    opening = open_conversation(config, run, notice, silent if as_json else say_of(config), may_ask=not as_json)
    async with opening as conversation:
        return await conversation.ask(question), conversation


def say_of(config: Config) -> Say:
    """Return what says each step, or with --quiet nothing."""
    return silent if config.quiet else say


def silent(_text: str, _style: str) -> None:
    """Say nothing."""


def show_ending(run: str, ending: Ending, notice: Notice, command: str = "") -> None:
    """Write an answer to stdout; to stderr what is known without one, why the models failed, and what it took."""
    if ending.kind is EndKind.ANSWERED:
        show_text(visible(without_controls(ending.text)) if stdout_is_terminal() else ending.text)
    else:
        for line in ending.text.splitlines():
            notice(line)
    for fault in ending.faults:
        what, todo = fault_parts(fault)
        show_error(OpenapiMcpError(what, where=f"{fault.model} ({fault.kind.value})", hint=todo))
    notice(end_line(run, ending, command))


def can_go_on(ending: Ending) -> bool:
    """True where the same again may come further."""
    if ending.kind in (EndKind.ANSWERED, EndKind.REFUSED):
        return False
    return not ending.faults or not all(each.kind in _FOR_GOOD for each in ending.faults)


def goes_on(config: Config, run: Run) -> str:
    """Return the command that goes on with a run, "" where it is not kept; credentials do not stand in it."""
    if runs_of(config) is None:
        return ""
    specs = [(each.name, each.spec) for each in config.apis] or [("", config.spec)]
    given = [("--spec", f"{name}={redact_url(spec)}" if name else redact_url(spec)) for name, spec in specs if spec]
    given += [("--model", each) for each in run.models]
    given += [("--model-url", redact_url(each)) for each in config.model_urls]
    return shlex.join(["openapi-mcp", "ask", "--continue", *(word for pair in given for word in pair)])


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


def runs_of(config: Config) -> Runs | None:
    """Return where runs are kept; None where they are not: they hold arguments, and what the API answered."""
    return Runs.of_user(os.environ) if config.record_arguments and not config.no_records else None


@asynccontextmanager
async def open_conversation(
    config: Config, run: Run, notice: Notice, say: Say, *, may_ask: bool
) -> AsyncIterator[Conversation]:
    """Yield a conversation over what the configuration serves, with its models.

    Where nobody `may_ask` a person, no call is sent that one must confirm.

    Raises:
        OpenapiMcpError: nothing can be served, or no model can be asked.
    """
    from openapi_mcp.server.inside import inside

    keeper = Keeper(run, runs_of(config), notice)
    keys: list[Secret] = []

    def hide(text: str) -> str:
        return Redactor(keys)(text) if keys else text

    steps = Steps(lambda text, style: say(hide(text), style), keeper.has)
    if config.budget is not None:
        steps.unpriced = partial(_say_unpriced, notice, config.budget)
    drivers: list[Driver] = []

    async def consent(text: str) -> bool | None:
        try:
            return ask(text)
        except KeyboardInterrupt:
            drivers[-1].interrupt()
            return None

    async with AsyncExitStack() as stack:
        think = await stack.enter_async_context(open_thinker(config, run.models, steps, keys.extend))
        app = await _opened(config, run, notice, stack)
        opening = inside(app, config, consent if may_ask and is_asked() else None, is_recorded=not config.no_records)
        tools = await stack.enter_async_context(opening)
        keeper.mask = lambda text: hide(tools.mask(text))
        drivers.append(Driver(think, tools.call, steps, lambda: tools.is_unaccepted, tools.foresee))
        limits = Limits(max_steps=config.max_steps, max_tokens=config.max_tokens, budget=config.budget)
        yield Conversation(
            tools=tools,
            offer=await _offer(tools, ways_in(app.toolset)),
            limits=limits,
            driver=drivers[-1],
            keeper=keeper,
            steps=steps,
            hide=hide,
        )


def _say_unpriced(notice: Notice, budget: float, model: str) -> None:
    notice(f"warning: the budget of ${budget:g} is not held: no price is known for {plain(model, 100)}")


async def _opened(config: Config, run: Run, notice: Notice, stack: AsyncExitStack) -> "Serves":
    """Open what serves the calls, which are recorded as the run's; one API or several."""
    recorder = await stack.enter_async_context(open_recorder(config, notice, run=run.id))
    app: Serves
    if config.apis:
        from openapi_mcp.several import open_several

        app = await stack.enter_async_context(open_several(config, notice))
    else:
        with naming(config):
            app = await stack.enter_async_context(open_app(config, notice))
    observe(app, recorder)
    return app


async def _offer(tools: "Inside", left_out: Mapping[str, str]) -> Offer:
    needs = {name: capability.needs for name, capability in (await tools.capabilities()).items()}
    return Offer(
        tools=tools.tools,
        instructions=instructions(tools.instructions),
        operations=tools.operations,
        needs=needs,
        left_out=left_out,
    )


@contextmanager
def interrupting(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C end what goes on, cleanly; the second ends the program, as ever."""
    import asyncio

    loop = asyncio.get_running_loop()

    def first(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        loop.call_soon_threadsafe(interrupt)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
