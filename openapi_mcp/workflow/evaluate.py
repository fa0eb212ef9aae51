"""Runtime expressions evaluated: what a run knows, put in where a value names it."""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.dereference import by_dots, by_pointer
from openapi_mcp.workflow.expressions import (
    Expression,
    Root,
    begins_one,
    parse,
    pieces,
    texts_in,
    whole,
    without_braces,
)
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.state import NOTHING, Exchange, Missing, Ran, State
from openapi_mcp.workflow.work import parts

_MASK = re.compile(r"(?<!\*)\*{3}(?!\*)")
_OF_ANSWERS = (Root.STEPS, Root.WORKFLOWS)
_DEEPEST = 300  # levels of a value; documents have no more
_MOST = 10_000_000  # characters that expressions may put into one value
_MOST_TEXTS = 10_000  # of a component
_OVERHEAD = 4  # of a value: quotes, a comma, the work of looking at it
_CHARACTERS = 8  # of an expression that are followed in a step: a name may have many dots
Write = Callable[[str], str]


def evaluate(expression: str | Expression, state: State) -> Any:
    """Return the value that a runtime expression names, with its JSON type; a Missing where there is none.

    "$response.body#/items/0/id" -> 7. "{$inputs.x}" is the same as "$inputs.x" here: for outputs and contexts.

    Raises:
        ExpressionError: it is no runtime expression.
        SpentError, GivenUpError: as `Work.spend`, here and below.
    """
    read = expression if isinstance(expression, Expression) else parse(without_braces(expression))
    state.work.spend(1 + len(read.text) // _CHARACTERS)
    plain = state.plain(read.text) if state.plain is not None else None
    if plain is not None:
        return plain
    held = _held(read, state)
    if not isinstance(held, Missing) and read.name and read.root not in (Root.SOURCES, Root.COMPONENTS):
        held = held if read.part == "header" else by_dots(held, read.name)
    if not isinstance(held, Missing) and read.pointer is not None:
        held = by_pointer(held, read.pointer)
    if isinstance(held, Missing):
        return Missing(expression=read.text, why=held.why or _lacking(read, state) or "there is no such value")
    return held


def _lacking(read: Expression, state: State) -> str:
    """Return why a step has no value for an output that it names, "" where it names none such."""
    return state.lacking.get(read.owner, {}).get(read.name, "") if read.root is Root.STEPS else ""


def filled(value: Any, state: State) -> Any:
    """Return a value of a parameter or a payload, the expressions in its texts, however deep, replaced; or a Missing.

    {"id": "$steps.find.outputs.id", "note": "for {$inputs.name}"} -> {"id": 7, "note": "for Ana"}. A text that is
    one expression keeps the type of what it names; one that has some in braces stays a text. The first Missing of
    any of them is returned in place of the whole.

    Raises:
        WorkflowError: it would be larger than any request.
    """
    return _Filling(state).value(value, _DEEPEST)


def filled_text(text: str, state: State, write: Write | None = None) -> str | Missing:
    """Return a text with the expressions in its braces replaced, each value written as `write` makes it of its text.

    Raises:
        WorkflowError: it would be larger than any request.
    """
    return _Filling(state).text(text, write)


class _Filling:
    """One value filled; what is put in is counted, for texts may name each other to any size."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._work = state.work
        self._left = _MOST

    def value(self, value: Any, levels: int) -> Any:
        self._work.spend(1)
        if isinstance(value, str):
            only = whole(value)
            return self.text(value) if only is None else self._put_in(only)
        if isinstance(value, dict | list) and levels == 0:
            raise WorkflowError(f"a value is nested deeper than {_DEEPEST} levels", hint="write it flatter")
        if isinstance(value, dict):
            members = {}
            for key, child in value.items():
                members[key] = self.value(child, levels - 1)
                if isinstance(members[key], Missing):
                    return members[key]
            return members
        if isinstance(value, list):
            items: list[Any] = []
            for child in value:
                items.append(self.value(child, levels - 1))
                if isinstance(items[-1], Missing):
                    return items[-1]
            return items
        return value

    def text(self, text: str, write: Write | None = None) -> str | Missing:
        self._work.read(len(text))
        if "{$" not in text:
            return text
        written: list[str] = []
        for piece in pieces(text):
            found = self._put_in(piece) if isinstance(piece, Expression) else piece
            if isinstance(found, Missing):
                return found
            said = found if isinstance(found, str) else write_json(found)
            written.append(write(said) if write and isinstance(piece, Expression) else said)
        return "".join(written)

    def _put_in(self, read: Expression) -> Any:
        value = self._counted(evaluate(read, self._state))
        if self._state.has_masks and read.root in _OF_ANSWERS and any(map(_is_masked, parts(value))):
            said = f"{one_line(read.text, 120)} holds a secret, which is masked (***) and not sent as a value"
            raise WorkflowError(said, hint="name a part of the answer that holds no secret")
        return value

    def _counted(self, value: Any) -> Any:
        """Return the value, once its characters, members and items are counted."""
        self._work.weigh(value)
        for node in parts(value):
            self._left -= _OVERHEAD + (len(node) if isinstance(node, str | dict | list) else 0)
            if self._left < 0:
                said = "the expressions of one value put in more than any request can carry"
                raise WorkflowError(said, hint="name a part of the value: $steps.ID.outputs.NAME#/0/id")
        return value


def _is_masked(value: Any) -> bool:
    return isinstance(value, str) and _MASK.search(value) is not None


def _held(read: Expression, state: State) -> Any:
    """Return where the name of an expression is looked for; for a header, a source and a component the value itself."""
    match read.root:
        case Root.URL | Root.METHOD | Root.STATUS | Root.REQUEST | Root.RESPONSE:
            return Missing(why="nothing was sent yet") if state.exchange is None else _of(read, state.exchange, state)
        case Root.INPUTS:
            return state.inputs
        case Root.OUTPUTS:
            return state.outputs
        case Root.STEPS:
            return state.steps.get(read.owner, Missing(why="the step has not run"))
        case Root.WORKFLOWS:
            ran = state.workflows.get(read.owner, Missing(why="the workflow has not run"))
            return (ran.inputs if read.part == "inputs" else ran.outputs) if isinstance(ran, Ran) else ran
        case Root.SOURCES:
            return _source(read, state)
        case Root.COMPONENTS:
            return _component(read, state)


def _of(read: Expression, exchange: Exchange, state: State) -> Any:
    if read.root in (Root.URL, Root.METHOD, Root.STATUS):
        value = {Root.URL: exchange.url, Root.METHOD: exchange.method, Root.STATUS: exchange.status}[read.root]
        return Missing(why="there is no answer") if value is None else value
    is_request = read.root is Root.REQUEST
    if not is_request and exchange.status is None:
        return Missing(why="there is no answer")
    if read.part == "header":
        headers = exchange.request_headers if is_request else exchange.response_headers
        state.work.spend(len(headers))
        wanted = read.name.lower()
        return next((value for name, value in headers if name.lower() == wanted), Missing(why="no such header"))
    if read.part == "body":
        body = exchange.request_body if is_request else exchange.response_body
        return Missing(why=body.why or "there is no body") if isinstance(body, Missing) else body
    return exchange.path if read.part == "path" else exchange.query


def _source(read: Expression, state: State) -> Any:
    source = next((each for each in state.sources if each.name == read.owner), None)
    if source is None:
        return Missing(why="there is no such source description")
    return {"url": source.url, "name": source.name, "type": source.kind}.get(read.name, read.name)


def _component(read: Expression, state: State) -> Any:
    """Return a component; of a parameter its value, for that is what a place for values takes."""
    found = by_dots(state.components, f"{read.owner}.{read.name}")
    if read.owner == "parameters" and isinstance(found, dict):
        found = found.get("value", NOTHING)
    if _is_open(found):  # its expressions are of the place that refers to it
        return Missing(why="its value has expressions: refer to it with `reference`")
    return found


def _is_open(value: Any) -> bool:
    """True for a value with an expression in it, and for one of so many texts that nobody looks for it."""
    looked = [text for _, text in islice(texts_in(value, ""), _MOST_TEXTS)]
    return len(looked) == _MOST_TEXTS or any(begins_one(text) or "{$" in text for text in looked)
