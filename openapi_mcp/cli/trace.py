"""A run of `ask` as one JSON document."""

from collections.abc import Iterator, Sequence
from typing import Any

from openapi_mcp.ask.usage import usage_json
from openapi_mcp.model.chat import Answered, Ending, History, ModelFault, Turn

FellOver = tuple[int, ModelFault]
"""A model that failed, another one in its place, and in which step that was, counted from 1."""


def trace_json(
    run: str,
    before: History,
    ending: Ending,
    fell_over: Sequence[FellOver] = (),
    warnings: Sequence[str] = (),
    go_on: str = "",
) -> dict[str, Any]:
    """Return {"run", "ended", "answer", "steps", "usage", "models", "faults", "warnings", "go_on"} of a run.

    It is what came after `before`; what each is stands in docs/guides/ask.md.
    """
    came = ending.history[len(before) :]
    steps = list(_steps(came))
    return {
        "run": run,
        "ended": ending.kind.value,
        "answer": ending.text,
        "steps": steps,
        "usage": usage_json(ending.usage),
        "models": list(dict.fromkeys(step["model"] for step in steps)),
        "faults": [
            *(_fault(fault, step, falls_over=True) for step, fault in fell_over if fault not in ending.faults),
            *(_fault(fault, len(steps) + 1, falls_over=False) for fault in ending.faults),
        ],
        "warnings": list(warnings),
        "go_on": go_on or None,
    }


def _steps(history: History) -> Iterator[dict[str, Any]]:
    for number, message in enumerate(history):
        if isinstance(message, Turn):
            answers = _answers(history[number + 1 :])
            yield {
                "model": message.model,
                "thought": message.thought or None,
                "text": message.text or None,
                "calls": [_call(each) for each in answers],
                "usage": usage_json(message.usage),
            }


def _answers(history: History) -> Iterator[Answered]:
    """Yield the answers that follow a turn, up to the next one."""
    for message in history:
        if isinstance(message, Turn):
            return
        if isinstance(message, Answered):
            yield message


def _call(answered: Answered) -> dict[str, Any]:
    arguments = answered.call.arguments
    return {
        "tool": answered.call.tool,
        "arguments": None if arguments is None else dict(arguments),
        "is_error": answered.is_error,
        "sent": answered.is_sent,
        "record": answered.record or None,
        "result": answered.text if answered.value is None else answered.value,
    }


def _fault(fault: ModelFault, step: int, *, falls_over: bool) -> dict[str, Any]:
    said = {"model": fault.model, "kind": fault.kind.value, "message": fault.message, "status": fault.status}
    return {**said, "step": step, "fell_over": falls_over}
