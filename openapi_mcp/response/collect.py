"""Pages collected into one answer: which call comes next is decided here, the executor makes it."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.response.envelope import Path, items_at, items_path
from openapi_mcp.response.job import Begun
from openapi_mcp.response.onward import going_on_as

_LONGEST_CALL = 4_000  # characters: a call that is longer than this is not said again
_LONGEST_SAID = 200  # characters of what is said of one further page
_MOST_SAID = 5  # pages of which something is said; of the others how many there are
_OF_ONE_PAGE = ("link", "content-range", "etag", "last-modified", "content-location")
_OF_EACH_PAGE = ("mismatch", "incomplete", "error")
_BESIDE = ("included",)  # JSON:API: what the items of a page refer to


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A call, its answer of `size` bytes as it was read, and how it goes on: by a call, else by a URL none reaches.

    `begun` is what it says of work that the API goes on with.
    """

    call: Call
    answer: Answer
    size: int
    next: Call | None = None
    next_url: str | None = None
    begun: Begun = field(default_factory=Begun)


Collection = Generator[Call, Page | Failure, Answer]


def collect(first: Page, *, pages: int, max_bytes: int) -> Collection:
    """Yield the call for each further page, up to `pages` in all, and return what they hold as one answer.

    [1, 2], then [3] -> [1, 2, 3] with {"pages": 2} noted. What comes after is noted as `next`; why it ended before its
    end, as `stopped`, with the call that failed as `next`.
    """
    path = items_path(first.answer.value) if first.answer.is_json else None
    so_far = _Collected(pages=[first], size=first.size, path=path)
    while so_far.next is not None and len(so_far.pages) < pages and so_far.stopped is None:
        if path is None:
            so_far.stop(FailureKind.BAD_RESPONSE, "which list of the answer goes on is not clear")
        elif so_far.was_made(so_far.next):
            so_far.stop(FailureKind.BAD_RESPONSE, "the API names a page again that was read already")
            so_far.next = None
        else:
            so_far.add((yield so_far.next), max_bytes)
    return so_far.answer()


@dataclass(slots=True, kw_only=True)
class _Collected:
    pages: list[Page]
    size: int
    path: Path | None
    next: Call | None = field(init=False)
    stopped: Mapping[str, str] | None = None
    _made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.next = self.pages[0].next
        self.was_made(self.pages[0].call)

    def stop(self, kind: FailureKind, message: str) -> None:
        self.stopped = {"kind": kind.value, "message": message}

    def was_made(self, call: Call) -> bool:
        """True for a call that was made before; one that was not counts as made from now on."""
        said = write_json(sorted((name, write_json(value)) for name, value in call.arguments.items()))
        is_known = said in self._made
        self._made.add(said)
        return is_known

    def add(self, page: Page | Failure, max_bytes: int) -> None:
        if isinstance(page, Failure):
            self.stop(page.kind, page.message)
        elif self.size + page.size > max_bytes:
            self.stop(FailureKind.TOO_LARGE, f"the pages are larger than {max_bytes:,} bytes together")
        elif items_at(page.answer.value, self.path or ()) is None:
            self.stop(FailureKind.BAD_RESPONSE, "the page has no list where the first one has its own")
        else:
            self.pages.append(page)
            self.size += page.size
            self.next = page.next

    def answer(self) -> Answer:
        first, last = self.pages[0].answer, self.pages[-1]
        onward = _onward(self.next, last.next_url if self.stopped is None else None)
        note = {**first.note, **self._said_of_pages(), **onward}
        if self.stopped is not None:
            note["stopped"] = self.stopped
        if len(self.pages) == 1 or self.path is None:
            return replace(first, note=note)
        value = _joined([page.answer.value for page in self.pages], self.path)
        return replace(first, value=value, text="", note={**_of_all(note), "pages": len(self.pages)})

    def _said_of_pages(self) -> dict[str, str]:
        """Return what the notes say of single pages, those after the first one with their number."""
        notes = [page.answer.note for page in self.pages]
        return {name: text for name in _OF_EACH_PAGE if (text := _said_of_each([note.get(name) for note in notes]))}


def _onward(call: Call | None, url: str | None) -> dict[str, Any]:
    if call is not None:
        said = {"tool": call.tool, "arguments": dict(call.arguments)}
        return {"next": said} if len(write_json(said)) <= _LONGEST_CALL else {}
    return {"next_url": url} if url else {}


def _said_of_each(texts: list[str | None]) -> str:
    """Return the first page's text, then the others': ["a", None, "b"] -> "a; page 3: b"."""
    first, *others = texts
    said = [f"page {number}: {one_line(text, _LONGEST_SAID)}" for number, text in enumerate(others, 2) if text]
    left = [f"and so of {len(said) - _MOST_SAID} more pages"] if len(said) > _MOST_SAID else []
    return "; ".join([*([first] if first else []), *said[:_MOST_SAID], *left])


def _of_all(note: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page's note without what is true of that page only."""
    headers = {name: text for name, text in note.get("headers", {}).items() if name not in _OF_ONE_PAGE}
    others = {name: said for name, said in note.items() if name != "headers"}
    return {**({"headers": headers} if headers else {}), **others}


def _joined(values: list[JsonValue], path: Path) -> JsonValue:
    """Return the first page with the items of all, and what the last one says of how it goes on.

    What the items refer to, and JSON:API puts beside them, is joined as well.
    """
    items = [item for value in values for item in items_at(value, path) or ()]
    joined = _with(going_on_as(values[0], values[-1]), path, items)
    for name in _BESIDE:
        beside = [item for value in values for item in items_at(value, (name,)) or ()]
        if path and beside:
            joined = _with(joined, (name,), beside)
    return joined


def _with(value: JsonValue, path: Path, items: list[JsonValue]) -> JsonValue:
    if not path or not isinstance(value, dict):
        return items
    return {**value, path[0]: _with(value.get(path[0]), path[1:], items)}
