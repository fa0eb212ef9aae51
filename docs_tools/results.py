"""The page of what a tool answers; its examples are made by the code that answers."""

import json
from typing import Any

from docs_tools.markdown import code, fenced, page, table
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Result, Text
from openapi_mcp.response.more import Place
from openapi_mcp.response.ongoing import told
from openapi_mcp.response.present import present

_START = """\
A success holds the API's answer once as text and, where it is JSON, once as structured content. Images and audio are
content blocks, other bytes an embedded resource. A failure is [one object](errors.md#a-failed-call) with `isError`.
"""
_NOTE = """\
What we add to an answer stands under `_note`, and only where there is something to say. Beside text or bytes it is a
text block of its own. An answer that has a `_note` itself comes as `{"result": {...}}`.
"""
_ONGOING = """\
A call that goes on in the background answers with its handle. `get_call` reads its result, `cancel_call` ends it.
"""
NOTES = {
    "status": "the API's status, where it is not 200",
    "headers": "headers that a next call may need: `Location`, `ETag`, `Link` and others",
    "next": "the whole next call where there is another page: `tool` and `arguments`",
    "next_url": "where the next page is, when no call of the tool reaches it",
    "pages": "how many pages were collected (`--follow-pages`)",
    "stopped": "why collecting pages ended early",
    "more": "what was cut: `cut` counts it by place, `handle` and `next` read on, `hint` says how",
    "select": "that the `select` expression found nothing, or was not applied",
    "total": "of a part that `read_result` reads: how many items there are in all",
    "mismatch": "how the answer differs from its content type or from the schema that is declared for it",
    "incomplete": "why the answer ends where it does: it had no end within the deadline or `--max-body`",
    "repairs": "what was changed in the arguments: `field`, `from`, `to`, `how`",
    "more_repairs": "how many repairs are not told",
    "lookups": "which calls were made to find a value: `tool`, `arguments`, `items` or `failed`",
    "retried": "that it took several attempts: `attempts`, `waited` in seconds, `after` what",
    "cache": "that a kept answer was used: `from` is `cache` (with its `age` in seconds) or `revalidated`",
    "error": "that the answer itself says that what was asked for has failed, though its status is a success",
    "job": "what became of work that the API goes on with after a 202",
}
"""Every key of a note, and what it says."""
STATES = {
    CallState.WORKING: "it goes on",
    CallState.COMPLETED: "it has ended, with a result or a failure",
    CallState.CANCELLED: "it was ended by its caller",
}


def results_page() -> str:
    """Return the page of results."""
    examples = [part for title, result in _examples() for part in (f"{title}\n", _shown(result))]
    states = table(["`state`", "says"], [[code(state.value), said] for state, said in STATES.items()])
    return page(
        "Results",
        _START,
        *examples,
        "## Notes\n",
        _NOTE,
        table(["key", "says"], [[code(name), said] for name, said in NOTES.items()]),
        "## Calls in the background\n",
        _ONGOING,
        _shown(told(_PENDING)),
        states,
    )


def _examples() -> tuple[tuple[str, Result], ...]:
    created: dict[str, Any] = {"status": 201, "headers": {"Location": "/orders/7"}}
    orders: list[Any] = [{"id": number, "status": "placed", "total": "12.00"} for number in range(1, 40)]
    page_of_orders: dict[str, Any] = {"count": 39, "results": orders}
    place = Place(handle="r_1a2b3c")
    return (
        ("An object comes as it is:", present(Answer(value={"id": 7, "status": "placed"}), 25_000)),
        ("An array is `result` in the structured content:", present(Answer(value=[1, 2, 3]), 25_000)),
        ("With a note:", present(Answer(value={"id": 7, "status": "placed"}, note=created), 25_000)),
        ("Cut to `--max-response`, here 1,000 characters:", present(Answer(value=page_of_orders), 1_000, place)),
    )


_PENDING = Pending(
    handle="c_5R0m...", tool="reports_create", state=CallState.WORKING, created=0.0, updated=0.0, expires=9.0, poll=5.0,
    said="running, 40 %",
)  # fmt: skip


def _shown(result: Result) -> str:
    """Return the structured content of a result."""
    (block,) = result.content
    assert isinstance(block, Text)
    assert result.structured is not None
    return fenced(json.dumps(dict(result.structured), indent=2), "json")
