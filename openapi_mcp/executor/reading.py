"""What of an answer is shown: the part that was selected, as much as a result holds; the rest when it is read on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from openapi_mcp.auth.scopes import allows
from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.kept import Kept, KeptAnswers
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Result
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.reading import READ_RESULT_TOOL, SELECT
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.request.arguments import validate_against
from openapi_mcp.request.lenient import with_numbers
from openapi_mcp.response.more import Place
from openapi_mcp.response.part import part_of
from openapi_mcp.response.present import fits, present
from openapi_mcp.schema.check import Check

if TYPE_CHECKING:
    from openapi_mcp.response.select import Select

_LARGE = 1_000_000  # characters: an answer that is cut in a thread, so that other calls go on
_SCHEMA: Mapping[str, Any] = {**READ_RESULT_TOOL["inputSchema"], "additionalProperties": False}


class NoSuchResultError(LookupError):
    """A handle that leads nowhere: never given, given to another caller, or what it stood for is gone."""


class NotKnownNowError(NoSuchResultError):
    """A handle that leads nowhere here, and what the replicas share does not answer."""


def selection(tool: Tool, arguments: Mapping[str, Any]) -> "Select | None":
    """Return what a call selects of its answer, None where it wants all of it.

    A document's own argument of that name is no selection.

    Raises:
        ArgumentsError: it is no JMESPath expression.
    """
    is_offered = SELECT in tool.input_schema.get("properties", {})
    if not is_offered or not arguments.get(SELECT) or any(binding.argument == SELECT for binding in tool.bindings):
        return None
    return _read_select(SELECT, arguments[SELECT])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Shows answers to callers; without `kept` what is cut off is gone.

    An answer is read on by whoever may call its tools still: `scoped` are the schemes of the document that name scopes.
    """

    max_response: int
    toolset: Toolset
    scoped: frozenset[str] = frozenset()
    kept: KeptAnswers | None = None

    async def show(self, answer: Answer, call: Call, select: "Select | None" = None) -> Result:
        """Return an answer as a Result, the selected part alone where one was asked for.

        The call was made, so a selection that does not fit its answer is no failure: all of it is shown, and that is
        said.
        """
        if select is not None:
            answer = await _selected(answer, select)
        return await self.cut(answer, call.caller, call.tool)

    async def cut(self, answer: Answer, caller: Caller, *tools: str) -> Result:
        """Return an answer about these tools as a Result, as much of it as one holds; the rest is kept."""
        if fits(answer, self.max_response):
            return present(answer, self.max_response)
        handle = await self.kept.keep(answer, caller.id, *tools) if self.kept else None
        place = self._place(handle, caller) if handle else None
        shown = partial(present, answer, self.max_response, place)
        if len(answer.text or "") < _LARGE:
            return shown()
        return await anyio.to_thread.run_sync(shown, abandon_on_cancel=True)

    def _place(self, handle: str, caller: Caller) -> Place:
        return Place(handle=handle, is_here_alone=self.kept is not None and self.kept.is_here_alone(handle, caller.id))

    async def read_on(self, call: Call, kept: KeptAnswers) -> Result:
        """Return what a call of `read_result` asks for.

        Raises:
            ArgumentsError: an argument breaks a rule, or `select` does not fit the answer.
            NoSuchResultError: the handle leads nowhere.
            NotKnownNowError: that is not known just now.
        """
        given = {name: value for name, value in call.arguments.items() if value is not None}
        given = with_numbers(given, ("offset", "limit"))
        validate_against(given, Check(_SCHEMA))
        select = _read_select("select", given["select"]) if given.get("select") else None
        asked = Place(
            handle=given["handle"],
            select=given.get("select", ""),
            offset=int(given.get("offset", 0)),
            limit=int(given["limit"]) if "limit" in given else None,
        )

        found = await kept.find(asked.handle, call.caller.id)
        if found is None and kept.may_be_elsewhere(asked.handle):
            raise NotKnownNowError
        if found is None or not self._may_call(call.caller, found.tools):
            raise NoSuchResultError
        asked = replace(asked, is_here_alone=found.is_here_alone)
        return await anyio.to_thread.run_sync(self._part, found, asked, select, abandon_on_cancel=True)

    def _may_call(self, caller: Caller, names: Iterable[str]) -> bool:
        """True where the scopes of this very request allow all these tools; of one that is gone nobody knows that."""
        if caller.scopes is None:
            return True
        found = (self.toolset.by_name.get(name) for name in names)
        return all(tool is not None and allows(caller.scopes, tool.operation, self.scoped) for tool in found)

    def _part(self, found: Kept, asked: Place, select: "Select | None") -> Result:
        answer = found.answer()
        value: JsonValue = answer.value if answer.is_json else answer.text
        if select is not None:
            value = _apply(select, value, is_json=answer.is_json)
        part, total = part_of(value, asked.offset, asked.limit)
        note = {} if total is None else {"total": total}
        if total is None or not isinstance(part, (list, dict, str)):
            return present(Answer(value=part, note=note), self.max_response, asked)
        begin = min(asked.offset, total)
        place = replace(asked, offset=begin, rest=total - begin - len(part))
        if answer.is_json:
            return present(Answer(value=part, note=note), self.max_response, place)
        return present(Answer(text=str(part), is_json=False, note=note), self.max_response, place)


def _read_select(argument: str, expression: str) -> "Select":
    from openapi_mcp.response.select import EXAMPLES, Select, SelectError

    try:
        return Select(expression)
    except SelectError as error:
        raise ArgumentsError(f'argument "{argument}" {error}', field=argument, hint=f"write one {EXAMPLES}") from None


def _apply(select: "Select", value: JsonValue, *, is_json: bool) -> JsonValue:
    from openapi_mcp.response.select import SelectError

    if not is_json:
        hint = "leave it out; offset and limit count characters"
        raise ArgumentsError('argument "select" is for JSON, and this result is text', field="select", hint=hint)
    try:
        return select.apply(value)
    except SelectError as error:
        hint = "correct it, or leave it out and read on by offset"
        raise ArgumentsError(f'argument "select" {error}', field="select", hint=hint) from None


async def _selected(answer: Answer, select: "Select") -> Answer:
    from openapi_mcp.response.select import SelectError

    if not answer.is_json:
        said = f"not applied: the answer is {'text' if answer.blob is None else 'bytes'}, not JSON"
        return replace(answer, note={**answer.note, "select": said})
    try:
        value = await anyio.to_thread.run_sync(select.apply, answer.value, abandon_on_cancel=True)
    except SelectError as error:
        return replace(answer, note={**answer.note, "select": f"not applied: it {error}"})
    note = answer.note if value is not None else {**answer.note, "select": _null(answer.value)}
    return replace(answer, value=value, text=write_json(value), note=note)


def _null(value: JsonValue) -> str:
    """Say why a selection may have come to null: what it could have named."""
    match value:
        case dict():
            return f"it comes to null; the answer has the fields {one_line(', '.join(value), 300)}"
        case list():
            return "it comes to null; the answer is an array"
        case _:
            return "it comes to null; the answer has no fields"
