"""Long work in a thread of its own."""

import threading

import anyio
import pytest

from openapi_mcp.apart import Once, apart

pytestmark = pytest.mark.anyio


async def test_work_is_done_once_for_all_who_wait() -> None:
    """Issue 7: many calls that fail at once ask for the same index."""
    times: list[int] = []
    go = threading.Event()

    async def work() -> str:
        times.append(threading.get_ident())
        go.wait(30)
        return "done"

    once, got = Once(work), []

    async def get() -> None:
        got.append(await once.get())

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(get)
        go.set()
    assert got == ["done"] * 5
    assert await once.get() == "done"
    assert len(times) == 1
    assert times[0] != threading.get_ident()


async def test_who_gives_up_waiting_does_not_stop_the_work() -> None:
    """A failed call waits for what tools need a little while only; the next one has it."""
    go, begun = threading.Event(), threading.Event()

    async def work() -> int:
        begun.set()
        go.wait(30)
        return 7

    once = Once(work)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await once.get()
    assert scope.cancelled_caught
    go.set()
    assert await once.get() == 7
    assert begun.is_set()


async def test_what_the_work_ends_with_is_raised_for_each() -> None:
    async def fail() -> int:
        raise KeyError("no")

    once = Once(fail)
    for _ in range(2):
        with pytest.raises(KeyError):
            await once.get()
    with pytest.raises(KeyError):
        await apart(fail)


def test_the_end_of_a_loop_before_the_end_of_the_work_is_no_error() -> None:
    """The end of the process does not wait for it."""
    go = threading.Event()

    async def work() -> int:
        go.wait(30)
        return 7

    once = Once(work)

    async def give_up() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await once.get()

    anyio.run(give_up)
    go.set()
    assert anyio.run(once.get) == 7
