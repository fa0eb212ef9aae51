"""Flows: generators that yield a step and are sent its outcome, run with a function that performs the steps."""

from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

Step = TypeVar("Step")
Outcome = TypeVar("Outcome")
Answer = TypeVar("Answer")


async def drive(flow: Generator[Step, Outcome, Answer], perform: Callable[[Step], Awaitable[Outcome]]) -> Answer:
    """Return what a flow comes to, each of its steps performed in turn."""
    try:
        step = next(flow)
        while True:
            step = flow.send(await perform(step))
    except StopIteration as done:
        answer: Answer = done.value
        return answer


def drive_at_once(flow: Generator[Step, Outcome, Answer], perform: Callable[[Step], Outcome]) -> Answer:
    """Return what a flow comes to whose steps wait for nothing."""
    try:
        step = next(flow)
        while True:
            step = flow.send(perform(step))
    except StopIteration as done:
        answer: Answer = done.value
        return answer
