"""A run of `ask` as it goes on, in short lines for a person: what a model thinks, calls, and is answered."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.steps import Pause
from openapi_mcp.cli.go_on import NOTHING, GoOn
from openapi_mcp.cli.passing import Passing
from openapi_mcp.cli.told import lookup_line, plain, repair_line
from openapi_mcp.cli.units import about, many
from openapi_mcp.model.chat import Answered, Asked, Ending, History, ModelFault, ToolCall, Turn, Usage
from openapi_mcp.model.text import one_line

_LONGEST = 300  # characters of a line
_LONGEST_RESULT = 120

Say = Callable[[str, str], None]
"""Writes a line in a style of rich's."""


class Steps:
    """Says each step as it comes; `keep` is told the whole conversation after each.

    `passing` is shown between two of them: who is waited for, and what a model says before it has said it all.
    `fell_over` are the models that another one took over for, each with the step; `unpriced` is told once of a model
    whose turns have no known cost.
    """

    def __init__(self, say: Say, keep: Callable[[History], None], passing: Passing | None = None) -> None:
        self._say = say
        self._keep = keep
        self.passing = passing or Passing()
        self.turns = 0
        self.fell_over: list[tuple[int, ModelFault]] = []
        self.unpriced: Callable[[str], None] | None = None

    def thought(self, turn: Turn) -> None:
        """Say what a model thinks; its answer is shown at the end."""
        self.turns += 1
        self.passing.end()
        if turn.usage.cost is None and self.unpriced is not None:
            self.unpriced(turn.model)
            self.unpriced = None
        said = turn.thought or (turn.text if turn.calls else "")
        if short := one_line(said, _LONGEST):
            self._say(f"thinks: {short}", "dim")

    def calls(self, call: ToolCall) -> None:
        """Say which call is made."""
        self._say(f"calls: {call_line(call)}", "cyan")
        self.passing.waits(meant(call).tool)

    def answered(self, answered: Answered) -> None:
        """Say what came of it, and what was repaired on the way."""
        self.passing.end()
        self._say(f"answer: {result_line(answered)}", "red" if answered.is_error else "dim")
        for repair in repairs_in(answered.value):
            self._say(f"repaired: {repair_line(repair)}", "yellow")

    def added(self, message: Answered | Asked) -> None:
        """Say what the loop itself has said to the model: of a call that it held back, or on its own account."""
        if isinstance(message, Answered):
            self._say(held_line(message), "yellow")
        elif message.is_ours:
            self._say(f"told the model: {one_line(message.text, _LONGEST)}", "yellow")

    def on_asked(self, model: str) -> None:
        """Show that a model is waited for."""
        self.passing.waits(model)

    def on_text(self, model: str, text: str) -> None:
        """Show a piece of a text for the moment: until its turn has ended it may be void."""
        del model  # it is the one that is waited for
        self.passing.comes(text)

    def on_fall_over(self, fault: ModelFault, to: str) -> None:
        """Say that another model takes over."""
        self.passing.end()
        self.fell_over.append((self.turns + 1, fault))
        self._say(f"model: {fault_line(fault, f'{plain(to, _LONGEST)} takes over')}", "yellow")

    def on_left_alone(self, fault: ModelFault, seconds: float) -> None:
        """Say that a model is asked only where no other is left."""
        self._say(
            f"model: {fault_line(fault, f'for {about(seconds)} more it is asked only after all others')}", "yellow"
        )

    def on_pause(self, pause: Pause) -> None:
        """Say that a model is asked again later."""
        self.passing.end()
        self._say(f"waits: {pause.seconds:.0f} s: {one_line(pause.why, _LONGEST)}", "yellow")

    def has(self, history: History) -> None:
        """Keep the conversation."""
        self._keep(history)


def call_line(call: ToolCall) -> str:
    """Return a call in a line: "orders_list(customer: 7)"; of the search mode the operation that it calls."""
    if call.arguments is None:
        return plain(f"{call.tool}: {call.written}", _LONGEST)
    named = meant(call)
    return plain(lookup_line({"tool": named.tool, "arguments": named.arguments}), _LONGEST)


def result_line(answered: Answered) -> str:
    """Return a result in a line: "ok, 1,204 characters: {...", or what failed."""
    match answered.value:
        case {"error": {"kind": str() as kind, "message": str() as message}} if answered.is_error:
            return f"{plain(kind, _LONGEST)}: {one_line(message, _LONGEST)}"
    first = one_line(answered.text[: _LONGEST_RESULT * 4], _LONGEST_RESULT)
    if answered.is_error:
        return f"failed: {first}"
    return f"ok, {many(len(answered.text), 'character')}: {first}"


def held_line(answered: Answered) -> str:
    """Return a call that was not sent in a line: why, or what it answered when it was made before."""
    call, result = call_line(answered.call), result_line(answered)
    match answered.value:
        case {"_note": {"not_sent": str()}}:
            is_made = True
        case _:
            is_made = not answered.is_error
    return f"not sent again: {call}: made already; it answered {result}" if is_made else f"held back: {call}: {result}"


def repairs_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield what a result says was repaired in its call."""
    match value:
        case {"_note": {"repairs": list() as repairs}} | {"error": {"repairs": list() as repairs}}:
            yield from (
                each for each in repairs if isinstance(each, dict) and each.keys() >= {"field", "from", "to", "how"}
            )


def fault_line(fault: ModelFault, then: str) -> str:
    """Return why a model cannot go on, what comes of that, and what to do: "anthropic:NAME: quota: ...; ..."."""
    what, todo = fault_parts(fault)
    said = f"{plain(fault.model, _LONGEST)}: {fault.kind.value}: {what}; {then}"
    return f"{said}. What to do: {todo}" if todo else said


def fault_parts(fault: ModelFault) -> tuple[str, str]:
    """Return what happened to a model, and what to do about it, "" where that is not said (ask/faults.py)."""
    what, _, todo = fault.message.removeprefix(f"{fault.model}: ").partition(". What to do: ")
    return one_line(what, _LONGEST), one_line(todo.removesuffix("."), _LONGEST)


def end_line(run: str, ending: Ending, go_on: GoOn = NOTHING) -> str:
    """Return what a run took: "run k3vq...: answered; 4 steps, 5,120 tokens, $0.0142", and what goes on with it."""
    took = [many(ending.steps, "step"), *usage_words(ending.usage)]
    said = f"run {run}: {ending.kind.value}; {', '.join(took)}"
    if not go_on.command:
        return said
    return f"{said}; to go on{f' ({go_on.note})' if go_on.note else ''}: {go_on.command}"


def usage_words(usage: Usage) -> Iterator[str]:
    """Yield tokens, and the cost where it is known."""
    yield many(usage.tokens, "token")
    if usage.cost is not None:
        yield f"${usage.cost:.4f}"
