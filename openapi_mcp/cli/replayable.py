"""Whether a recorded call can be made again, by which tool, and whether it came to the same."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.cli.different import different
from openapi_mcp.cli.told import plain
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.jsontext import JsonValue, read_json
from openapi_mcp.model.record import Record
from openapi_mcp.model.secret import MASK
from openapi_mcp.model.tool import Tool, Toolset

_LONGEST = 600  # characters of a command
_MOST_NAMED = 5
_CUT = re.compile(r"\.\.\. \([0-9,]{1,20} characters\)\Z")
_UNSAID = ({"..."}, {"?"})  # the only name in what is recorded of arguments that were too long


def require_replayable(record: Record) -> None:
    """Do nothing where a call was recorded as it was made.

    Raises:
        ConfigError: it is no call of an API, or some of its arguments are not recorded.
    """
    where = f"call {plain(record.id, 80)}"
    tool = plain(record.tool, 80)
    if not record.method:
        hint = "only calls of an API's operations can be made again"
        raise ConfigError(f"{tool} calls no operation of an API", where=where, hint=hint)
    if record.arguments is None:
        said = "its arguments were not recorded (--record-arguments off)"
        raise ConfigError(said, where=where, hint=f"make it by hand: openapi-mcp call --spec SOURCE {tool} -a ...")
    if record.arguments.keys() in _UNSAID:
        raise ConfigError(
            "its arguments are too long to be recorded", where=where, hint=_by_hand(record, "all of them")
        )
    if masked := _named(record.arguments, _is_masked):
        said = f"secrets are not recorded: {masked}"
        raise ConfigError(said, where=where, hint=_by_hand(record, f"the secret in place of {MASK}"))
    if cut := _named(record.arguments, lambda text: _CUT.search(text) is not None):
        raise ConfigError(f"not all of it is recorded: {cut}", where=where, hint=_by_hand(record, "all of it"))


def _by_hand(record: Record, missing: str) -> str:
    arguments = shlex.quote(json.dumps(dict(record.arguments or {}), ensure_ascii=False))
    words = plain(f"openapi-mcp call --spec SOURCE {record.tool} --args {arguments}", _LONGEST)
    return f"make it by hand, with {missing}: {words}"


def _is_masked(text: str) -> bool:
    return MASK in text


def _named(arguments: Mapping[str, Any], test: Any) -> str:
    """Return the arguments that hold a text of which a test is true, in short; "" where none does."""
    names = [name for name, value in arguments.items() if any(map(test, (name, *_texts(value))))]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(plain(name, 80) for name in names[:_MOST_NAMED]) + more


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, names too."""
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case list() as items:
                left += items
            case dict() as members:
                left += [*members, *members.values()]


def operation_of(tool: Tool) -> str:
    """Return the operation of a tool as a record names it: "GET /orders/{id}"."""
    return f"{tool.operation.method} {tool.operation.path}"


def tool_for(toolset: Toolset, record: Record) -> Tool:
    """Return the tool that makes a recorded call: of its name and operation, else of its operation, else of its name.

    Raises:
        ConfigError: there is none.
    """
    named = toolset.by_name.get(record.tool)
    same = [tool for tool in toolset.tools if operation_of(tool) == record.operation]
    if named in same:
        return named
    by_id = [
        tool for tool in toolset.tools if record.operation_id and tool.operation.operation_id == record.operation_id
    ]
    found = next(iter((*same, *by_id)), named)
    if found is None:
        operation = plain(record.operation, 200)
        raise ConfigError(f"no tool makes this call: {operation}", where="--spec", hint=_missing(toolset, record))
    return found


def _missing(toolset: Toolset, record: Record) -> str:
    """Return why there is no tool for a call, and what makes one."""
    for left_out in toolset.skipped:
        if f"{left_out.method} {left_out.path}" == record.operation:
            return f"{plain(left_out.reason, 200)}; --allow {shlex.quote(plain(record.operation, 200))} takes it in"
    return f"give the document of {plain(record.api, 80)}: this one has no such operation"


def same_answer(then: Record, now: Record) -> bool:
    """True where two calls were answered alike, as far as answers are recorded; what we ourselves noted aside."""
    return _said(then.answer) == _said(now.answer)


def differences(then: Record, now: Record) -> Iterator[str]:
    """Yield what is different in two answers; nothing where one is no JSON or was cut, or they ended in other ways."""
    before, after = _said(then.answer), _said(now.answer)
    if then.kind == now.kind and isinstance(before, dict | list) and isinstance(after, dict | list):
        yield from different(before, after)


def _said(answer: str) -> JsonValue:
    try:
        value = read_json(answer)
    except ValueError:
        return answer
    return {name: each for name, each in value.items() if name != "_note"} if isinstance(value, dict) else value
