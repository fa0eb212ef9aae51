"""A conversation of `ask`: what serves its calls, who thinks, what is shown, and what ends it."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from openapi_mcp.ask.about import About, about_of, all_about
from openapi_mcp.ask.ask import Driver
from openapi_mcp.ask.fitted import fitted, require_fit
from openapi_mcp.ask.instructions import instructions
from openapi_mcp.ask.kept import Run
from openapi_mcp.ask.loop import run as run_loop
from openapi_mcp.ask.mended import mended
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.spans import note_ending, run_span
from openapi_mcp.cli.keeper import Keeper, runs_of
from openapi_mcp.cli.left_out import ways_in
from openapi_mcp.cli.operated import measured, telemetry
from openapi_mcp.cli.output import Notice, ask, is_asked
from openapi_mcp.cli.passing import Passing, passing
from openapi_mcp.cli.steps import Say, Steps
from openapi_mcp.cli.thinker import open_thinker
from openapi_mcp.cli.told import plain
from openapi_mcp.config import Config
from openapi_mcp.model.chat import Asked, Ending, History
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.opening import open_app
from openapi_mcp.recording import Recorder, observe, open_recorder
from openapi_mcp.said_of import naming
from openapi_mcp.telemetry.meters import Meters

if TYPE_CHECKING:
    from openapi_mcp.ask.thinking import Thinker
    from openapi_mcp.server.inside import Inside
    from openapi_mcp.serving import Serves

_GO_ON = "Go on where you stopped."


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A run that is asked one question after the other."""

    tools: "Inside"
    offer: Offer
    limits: Limits
    driver: Driver
    thinker: "Thinker"
    keeper: Keeper
    steps: Steps
    hide: Callable[[str], str]
    """Masks the keys of the models."""

    async def ask(self, question: str) -> Ending:
        """Return how a question ends; "" goes on where the run stopped. Ctrl-C ends it, not the program."""
        self.thinker.begin()
        before = self.keeper.run
        history = _asked(mended(before.history), question)
        self.keeper.run = replace(before, question=before.question or question)
        self.keeper.has(history)
        try:
            with interrupting(self.driver.interrupt), run_span(before.id) as asking:
                ending = await self.driver.drive(run_loop(history, self.offer, self.limits), history)
                note_ending(asking, ending)
        finally:
            self.steps.passing.end()
        self.keeper.ended(ending)
        return replace(ending, text=self.hide(ending.text))


def _asked(history: History, question: str) -> History:
    if question:
        return (*history, Asked(text=question))
    if history and isinstance(history[-1], Asked):
        return history
    return (*history, Asked(text=_GO_ON, is_ours=True))


@asynccontextmanager
async def open_conversation(
    config: Config, run: Run, notice: Notice, say: Say, *, may_ask: bool, is_shown: bool = False
) -> AsyncIterator[Conversation]:
    """Yield a conversation over what the configuration serves, with its models.

    Where nobody `may_ask` a person, no call is sent that one must confirm. Where it `is_shown`, a terminal shows also
    what is only for the moment.

    Raises:
        OpenapiMcpError: nothing can be served, or no model can be asked.
    """
    from openapi_mcp.server.inside import inside

    keeper = Keeper(run, runs_of(config), notice)
    keys: list[Redactor] = []

    def hide(text: str) -> str:
        for redact in keys:
            text = redact(text)
        return text

    def know(of_models: Sequence[Secret]) -> None:
        keys.append(Redactor(of_models))  # once: it is asked for each text of a run, whenever that is kept

    shown = passing(hide=hide) if is_shown else Passing()
    steps = Steps(lambda text, style: say(hide(text), style), keeper.has, shown)
    if config.budget is not None:
        steps.unpriced = partial(_say_unpriced, notice, config.budget)
    drivers: list[Driver] = []

    async def consent(text: str) -> bool | None:
        try:
            said = ask(text)
        except KeyboardInterrupt:
            drivers[-1].interrupt()
            return None
        shown.again()
        return said

    async with AsyncExitStack() as stack:
        meters = stack.enter_context(telemetry(config, notice))
        thinker = await stack.enter_async_context(open_thinker(config, run.models, steps, know))
        app, apis = await _opened(fitted(config, run.models), run, notice, meters, stack)
        keeper.run = replace(run, about=all_about(run.about, apis))
        require_fit(len(app.toolset.listed) + len(app.toolset.extras), run.models)
        opening = inside(app, config, consent if may_ask and is_asked() else None, is_recorded=not config.no_records)
        tools = await stack.enter_async_context(opening)
        keeper.mask = lambda text: hide(tools.mask(text))
        drivers.append(
            Driver(
                thinker.think,
                tools.call,
                steps,
                lambda: tools.is_unaccepted,
                tools.foresee,
                tools.once_more,
                lambda: tools.sent,
            )
        )
        limits = Limits(
            max_steps=config.max_steps,
            max_tokens=config.max_tokens,
            budget=config.budget,
            input_prices=thinker.input_prices() if config.budget is not None else {},
        )
        yield Conversation(
            tools=tools,
            offer=await _offer(tools, ways_in(app.toolset)),
            limits=limits,
            driver=drivers[-1],
            thinker=thinker,
            keeper=keeper,
            steps=steps,
            hide=hide,
        )


def _say_unpriced(notice: Notice, budget: float, model: str) -> None:
    notice(f"warning: the budget of ${budget:g} is not held: no price is known for {plain(model, 100)}")


async def _opened(
    config: Config, run: Run, notice: Notice, meters: Meters, stack: AsyncExitStack
) -> "tuple[Serves, list[About]]":
    """Open what serves the calls, which are recorded as the run's; return it with the APIs that are there."""
    recorder = await stack.enter_async_context(open_recorder(config, notice, run=run.id))
    if config.apis:
        from openapi_mcp.joining import open_several

        several = await stack.enter_async_context(open_several(config, notice))
        observe(several, recorder)
        _measure(config, several, recorder, meters)
        return several, [about_of(each.app) for each in several.members if each.app is not None]
    with naming(config):
        app = await stack.enter_async_context(open_app(config, notice))
    observe(app, recorder)
    _measure(config, app, recorder, meters)
    return app, [about_of(app)]


def _measure(config: Config, app: "Serves", recorder: Recorder | None, meters: Meters) -> None:
    if config.otel:
        measured(app, recorder, meters)


async def _offer(tools: "Inside", left_out: Mapping[str, str]) -> Offer:
    known = await tools.capabilities()
    return Offer(
        tools=tools.tools,
        instructions=instructions(tools.instructions),
        operations=tools.operations,
        needs={name: each.needs for name, each in known.items()},
        yields={name: each.yields for name, each in known.items()},
        said_again={name: each.said_again for name, each in known.items() if each.said_again is not None},
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
