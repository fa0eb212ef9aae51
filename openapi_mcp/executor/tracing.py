"""How a result came about, from what was sent for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.trying import Story
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Caller
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.record import HIT, REVALIDATED, STORED
from openapi_mcp.model.trace import Trace


def trace_of(sent: Sequence[Delivery], authority: Authority, caller: Caller, told: Mapping[str, Any]) -> Trace:
    """Return what was done for a call of this caller; what was repaired and looked up is `told` in its result."""
    last = sent[-1] if sent else None
    return Trace(
        redact=authority.redactor(last.secrets if last is not None else (), caller),
        request=partial(_shown, authority, last) if last is not None else None,
        status=last.story.status if last is not None else None,
        attempts=sum(each.story.attempts for each in sent),
        waited=sum(each.story.waited for each in sent),
        held=sum(each.story.held for each in sent),
        cache=cache_of([each.story for each in sent]),
        repairs=told.get("repairs", ()),
        lookups=told.get("lookups", ()),
    )


def cache_of(stories: Sequence[Story]) -> str:
    """Return what the cache did for all pages of a result: "hit" where nothing was asked for any of them.

    An attempt that failed before they came does not count; of a call that failed, the last one does.
    """
    pages = [story.cache for story in stories if story.status is not None and story.status < 400]
    states = set(pages or [story.cache for story in stories[-1:]])
    if states <= {HIT, REVALIDATED}:
        return REVALIDATED if REVALIDATED in states else HIT if states else ""
    return STORED if STORED in states else ""


def noted_of_pages(answer: Answer, stories: Sequence[Story]) -> Answer:
    """Return an answer of several pages whose note says for how many of them the cache stood in, and the oldest age."""
    kept = [story for story in stories if story.cache == HIT]
    others = {name: said for name, said in answer.note.items() if name != "cache"}
    if cache_of(stories) == REVALIDATED:
        return replace(answer, note={"cache": {"from": "revalidated"}, **others})
    if not kept:
        return replace(answer, note=others)
    said = {"from": "cache", "age": max(story.age for story in kept), "pages": len(kept)}
    return replace(answer, note={"cache": said, **others})


def _shown(authority: Authority, sent: Delivery) -> HttpRequest:
    """Return the request as it was sent; where a kept answer took its place, as it would have been."""
    if sent.story.cache == HIT:
        return authority.masked(sent.request, sent.chosen, sent.caller)
    return authority.shown(sent.request, tuple(sent.carried))
