"""What an answer says of a failure of its own, though its status is one of success."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.document import Response
from openapi_mcp.model.media import plain_type
from openapi_mcp.model.text import one_line
from openapi_mcp.response.content import is_json_type
from openapi_mcp.response.declared import response_of

_LONGEST = 200  # characters of what the API says
_MOST_FIELDS = 30  # of an object that may be an error: those of answers that hold things are more
_MOST_ALONE = 3  # fields beside one that says no, where nothing says why
_SAYS_OK = ("ok", "success", "Success", "succeeded", "isSuccess")
_BAD = frozenset(("error", "fail", "failed", "failure"))
_SAYINGS = (
    "message",
    "error_description",
    "detail",
    "description",
    "msg",
    "title",
    "error",
    "errors",
    "reason",
    "code",
)
_OF_ERRORS = frozenset(
    ("message", "locations", "path", "extensions", "code", "detail", "title", "status", "source", "field", "type",
     "error_chain", "reason", "name", "documentation_url")
)  # fmt: skip
_BESIDE_ERRORS = frozenset(("errors", "data", "extensions", "jsonapi", "meta", "links", "message", "status", "code"))


def with_failure(answer: Answer, responses: Sequence[Response], status: int, content_type: str) -> Answer:
    """Return the answer, with a word in its note where it says that what was asked for has failed.

    200 with {"ok": false, "error": "channel_not_found"} -> `error`: "the answer says that it failed:
    channel_not_found". The API has said that it succeeded: the answer stays what it is.
    """
    said = failure_in(answer.value) if answer.is_json else _page(responses, status, content_type)
    return replace(answer, note={**answer.note, "error": said}) if said else answer


def failure_in(value: Any) -> str:
    """Return one line of what an object says of a failure, "" where it says none: by its own fields, by strict signs.

    {"status": "error", "code": 404, "message": "No such order"} -> "the answer says that it failed: No such order"
    """
    if not isinstance(value, dict) or not 0 < len(value) <= _MOST_FIELDS:
        return ""
    if not (_says_no(value) or _has_bad_status(value) or _has_errors(value)):
        return ""
    said = one_line(sentence(value)[: 4 * _LONGEST], _LONGEST)
    return f"the answer says that it failed: {said}" if said else "the answer says that it failed"


def _says_no(value: Mapping[str, Any]) -> bool:
    """True for {"ok": false, "error": "..."} and its like; a thing that has such a field says nothing of why."""
    is_no = any(value.get(name) is False for name in _SAYS_OK)
    return is_no and (bool(sentence(value)) or len(value) <= _MOST_ALONE) and "id" not in value


def _has_bad_status(value: Mapping[str, Any]) -> bool:
    status = value.get("status")
    is_bad = isinstance(status, str) and status.lower() in _BAD
    return is_bad and "id" not in value and any(value.get(name) for name in ("message", "error", "errors", "code"))


def _has_errors(value: Mapping[str, Any]) -> bool:
    """True for {"data": null, "errors": [...]} of GraphQL; without data where nothing else is told either."""
    errors = value.get("errors")
    if not isinstance(errors, list) or not errors or value.get("data") is not None:
        return False
    if "data" not in value and not _BESIDE_ERRORS.issuperset(value):
        return False
    first = errors[0]
    return isinstance(first, str) or (isinstance(first, dict) and "message" in first and _OF_ERRORS.issuperset(first))


def sentence(value: Mapping[str, Any]) -> str:
    """Return the first text of an object that says what is wrong, itself or one step down; "" where none does."""
    for name in _SAYINGS:
        match value.get(name):
            case str() as said if said.strip():
                return said
            case bool():
                continue
            case int() as code:
                return str(code)
            case dict() as inner:
                texts = (inner.get(each) for each in _SAYINGS)
            case [str() as said, *_]:
                return said
            case [dict() as inner, *_]:
                texts = (inner.get(each) for each in _SAYINGS)
            case _:
                continue
        said = next((text for text in texts if isinstance(text, str) and text.strip()), "")
        if said:
            return said
    return ""


def _page(responses: Sequence[Response], status: int, content_type: str) -> str:
    """Say that an answer is a page, where everything that is declared for its status is JSON."""
    if plain_type(content_type) not in ("text/html", "application/xhtml+xml"):
        return ""
    declared = response_of(responses, status)
    kinds = [plain_type(each.content_type) for each in islice(declared.content, _MOST_FIELDS)] if declared else []
    if not kinds or not all(is_json_type(kind) for kind in kinds):
        return ""
    return "the answer is an HTML page where JSON is declared: it may be one of a login, or of a proxy"
