"""Kept answers: for their caller, for a time, within some bytes."""

import pytest

from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.model.answer import Answer

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def kept_text(kept: KeptAnswers, text: str, caller: str = "") -> str:
    handle = await kept.keep(Answer(text=text, is_json=False, note={"status": 201}), caller, "things")
    assert handle is not None
    return handle


async def test_an_answer_is_found_by_its_handle_as_it_was() -> None:
    """Issue 4; integers beyond 2^53 and all."""
    kept = KeptAnswers(Clock())
    handle = await kept.keep(Answer(value={"n": 2**60, "é": [1.5]}), "", "things")
    assert handle is not None
    found = await kept.find(handle, "")
    assert found is not None
    assert found.tools == ("things",)
    assert (found.answer().value, found.answer().is_json) == ({"n": 2**60, "é": [1.5]}, True)
    plain = await kept.find(await kept_text(kept, "plain"), "")
    assert plain is not None
    assert plain.answer() == Answer(text="plain", is_json=False)


async def test_handles_are_long_and_all_different() -> None:
    """security.md 26: handles are unguessable. 22 characters of base64 are 128 bits."""
    kept = KeptAnswers(Clock())
    handles = {await kept_text(kept, "x") for _ in range(100)}
    assert len(handles) == 100
    assert all(handle.startswith("r_") and len(handle) >= 24 for handle in handles)


async def test_another_caller_finds_nothing() -> None:
    """security.md 26: bound to their caller."""
    kept = KeptAnswers(Clock())
    handle = await kept_text(kept, "mine", caller="ann")
    assert await kept.find(handle, "bob") is None
    assert await kept.find(handle, "") is None
    assert await kept.find("r_unknown", "ann") is None
    assert await kept.find(handle, "ann") is not None


async def test_an_answer_is_gone_after_its_time_however_often_it_was_read() -> None:
    """Our choice: an hour after it was made it is no answer to today's question."""
    clock = Clock()
    kept = KeptAnswers(clock, max_age=60)
    old, handle = await kept_text(kept, "old"), ""
    clock.now = 50
    assert await kept.find(old, "") is not None
    handle = await kept_text(kept, "new")
    clock.now = 61
    assert await kept.find(old, "") is None
    assert await kept.find(handle, "") is not None


async def test_the_least_recently_used_go_first() -> None:
    """Bounded in bytes, all together."""
    kept = KeptAnswers(Clock(), max_bytes=4000)
    first, second = await kept_text(kept, "a" * 1000), await kept_text(kept, "b" * 1000)
    assert await kept.find(first, "") is not None
    third = await kept_text(kept, "é" * 500)
    assert await kept.find(second, "") is None
    assert [await kept.find(handle, "") is not None for handle in (first, third)] == [True, True]


async def test_what_is_too_large_alone_is_not_kept_and_drops_nothing() -> None:
    """Or one answer would cost all the others."""
    kept = KeptAnswers(Clock(), max_bytes=4000)
    handle = await kept_text(kept, "a" * 1000)
    assert await kept.keep(Answer(text="x" * 4000, is_json=False), "", "things") is None
    assert await kept.find(handle, "") is not None
