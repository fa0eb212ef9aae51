"""What many ask for at the same time is done at once."""

import asyncio
from collections.abc import Sequence

import pytest

from openapi_mcp.background.batching import Batched

pytestmark = pytest.mark.anyio


class Work:
    """Doubles numbers, once it may; notes what came together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        await self.may.wait()
        return [2 * item for item in items]


async def test_those_that_come_meanwhile_are_done_together_and_each_has_its_own() -> None:
    work = Work()
    batched = Batched(work)
    asked = [asyncio.create_task(batched(number)) for number in range(40)]
    await asyncio.sleep(0)
    work.may.set()
    assert await asyncio.gather(*asked) == [2 * number for number in range(40)]
    assert [len(batch) for batch in work.batches] in ([32, 8], [1, 32, 7])


async def test_one_that_is_cancelled_takes_nobody_with_it() -> None:
    work = Work()
    batched = Batched(work)
    first, second, third = (asyncio.create_task(batched(number)) for number in range(3))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    work.may.set()
    assert await third == 4
    assert first.cancelled() or first.cancelling()


async def test_what_cannot_be_done_for_one_is_not_tried_for_those_that_come_later() -> None:
    async def halved(items: Sequence[int]) -> Sequence[int]:
        if odd := [item for item in items if item % 2]:
            raise ValueError(f"{odd[0]} is odd")
        return [item // 2 for item in items]

    batched = Batched(halved)
    with pytest.raises(ValueError, match="3 is odd"):
        await batched(3)
    assert await batched(4) == 2


async def test_what_nobody_waits_for_any_more_is_not_done_by_others() -> None:
    work = Work()
    batched = Batched(work)
    first, second, third = (asyncio.create_task(batched(number)) for number in range(3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    first.cancel()
    await asyncio.wait([first])
    work.may.set()
    assert await third == 4
    assert work.batches[-1] == [2]
