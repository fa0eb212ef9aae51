"""What a call would send, and what came of it, for a terminal, for a pipe and as JSON."""

import base64
import shlex
from typing import Any

from openapi_mcp.cli.output import show_bytes, show_error, show_json, show_text, stdout_is_terminal
from openapi_mcp.cli.told import failure_lines, note_of, repair_line
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.model.call import Blob, Failure, Result, Text
from openapi_mcp.model.fault import Repair, Suggestion, told_repairs
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.text import without_controls
from openapi_mcp.request.curl import curl
from openapi_mcp.request.shown import shown_body


def show_request(request: HttpRequest, repairs: tuple[Repair, ...], *, as_json: bool) -> None:
    """Write a request that is not sent to stdout, and what was repaired in its call."""
    if as_json:
        show_json({**request_json(request), **told_repairs(repairs)})
        return
    show_text(request_text(request))
    for each in repairs:
        show_text(f"\nrepaired: {repair_line(each.as_json())}")


def request_json(request: HttpRequest) -> dict[str, Any]:
    """Return {"method", "url", "headers", "body", "body_base64", "curl"}."""
    exact = base64.b64encode(request.body).decode() if isinstance(request.body, bytes) else None
    return {
        "method": request.method,
        "url": request.url,
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "body": shown_body(request.body),
        "body_base64": exact,
        "curl": curl(request),
    }


def request_text(request: HttpRequest) -> str:
    """Return a request as it goes over the wire, an empty line, and the same as a curl line."""
    body = shown_body(request.body)
    lines = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in request.headers)]
    return "\n".join([*(lines if body is None else [*lines, "", body]), "", curl(request)])


def show_result(result: Result, *, as_json: bool) -> None:
    """Write the answer to stdout; of a failure what happened to stderr, and what the API said of it to stdout."""
    if as_json:
        show_json(result_json(result))
    elif result.failure is not None:
        _show_failure(result.failure)
    else:
        _show_content(result)


def _show_failure(failure: Failure) -> None:
    more = (step for step in failure.tries if step.arguments or step.tool not in failure.hint)  # else it says no more
    hint = "; ".join(filter(None, (failure.hint, *map(_suggested, more))))
    error = OpenapiMcpError(f"{failure.kind}: {failure.message}", where=failure.field, hint=hint)
    is_first = failure.body is not None and stdout_is_terminal()  # a screenful would move the error out of sight
    if is_first:
        show_json(failure.body)
    show_error(error, failure_lines(failure))
    if failure.body is not None and not is_first:
        show_json(failure.body)


def _show_content(result: Result) -> None:
    for content in result.content:
        match content:
            case Text():
                show_text(_pretty(content.text, result))
            case Blob() if stdout_is_terminal():
                show_text(f"{content.mime_type}, {len(content.data):,} bytes; send stdout to a file to keep them")
            case Blob():
                show_bytes(content.data)
                return  # a word after the bytes would spoil them


def _suggested(step: Suggestion) -> str:
    """Return a call that may help, as it is written here."""
    pairs = [f"-a {shlex.quote(f'{name}={_as_text(value)}')}" for name, value in (step.arguments or {}).items()]
    return f"{' '.join(['try', step.tool, *pairs])} ({step.why})"


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value)


def _pretty(text: str, result: Result) -> str:
    import json

    if not stdout_is_terminal():
        return text
    if result.structured is None:
        return without_controls(text)
    return without_controls(json.dumps(read_json(text), indent=2, ensure_ascii=False))


def result_json(result: Result) -> Any:
    """Return a result as one JSON value: the structured content, or what stands for text and bytes."""
    if result.structured is not None:
        return result.structured
    first = result.content[0]
    shown: Any = first.text if isinstance(first, Text) else _bytes_as_json(first)
    return {"result": shown, **note_of(result)}


def _bytes_as_json(blob: Blob) -> dict[str, Any]:
    return {
        "mime_type": blob.mime_type,
        "bytes": len(blob.data),
        "base64": base64.b64encode(blob.data).decode("ascii"),
    }
