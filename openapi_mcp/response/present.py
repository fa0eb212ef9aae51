"""An answer as a Result, cut to its budget."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Result, Text
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response.more import Place, more, most, with_rest
from openapi_mcp.response.shape import shape_json, shape_text

_FRAME = len('{"result":,"_note":}')
_LEAST = 200  # characters of a text, however much is said of it


def fits(answer: Answer, max_response: int) -> bool:
    """True when an answer stands in its result whole."""
    if not max_response or answer.blob is not None:
        return True
    text = answer.text or (write_json(answer.value) if answer.is_json else "")
    said = len(write_json(answer.note)) + _FRAME if answer.note else 0
    return len(text) + said <= max_response


def present(answer: Answer, max_response: int, place: Place | None = None) -> Result:
    """Return an answer as a Result; more than `max_response` characters (0: no limit) are cut between whole items.

    {"id": 7} -> {"id": 7}; with a note -> {"id": 7, "_note": {...}}; [1, 2] -> {"result": [1, 2]} as structured
    content. Where the answer is kept to be read on, `place` says where this part of it begins.
    """
    if answer.blob is not None:
        return Result(content=(answer.blob, *_note_block(answer.note)))
    if not answer.is_json:
        return _text_result(answer, max_response, place)
    return _json_result(answer, max_response, place)


def _json_result(answer: Answer, max_response: int, place: Place | None) -> Result:
    value, note = answer.value, answer.note
    text = answer.text or write_json(value)
    cuts: list[dict[str, Any]] = []
    if not fits(answer, max_response) or (place is not None and place.rest):
        value, cuts = shape_json(value, _budget(note, max_response, place))
        cuts = with_rest(cuts, value, place)
        text = write_json(value)
    if cuts:
        note = {**note, "more": more(cuts, answer.value, place, max_response)}
    return _structured(value, note, text)


def _budget(note: Mapping[str, Any], max_response: int, place: Place | None) -> int:
    """Return how many characters are left for the answer beside all that is said of it."""
    said = len(write_json({**note, "more": most(place, max_response)})) + _FRAME
    return max(max_response - said, 1)


def _structured(value: JsonValue, note: Mapping[str, Any], text: str) -> Result:
    """Return JSON as text and as structured content, whose root is an object for every client."""
    noted = {"_note": dict(note)} if note else {}
    if isinstance(value, dict) and "_note" not in value:  # the upstream's own is never taken for ours
        whole = {**value, **noted}
        return Result(content=(Text(text=write_json(whole) if note else text),), structured=whole)
    wrapped = {"result": value, **noted}
    if note or isinstance(value, dict):
        text = write_json(wrapped)
    return Result(content=(Text(text=text),), structured=wrapped)


def _text_result(answer: Answer, max_response: int, place: Place | None) -> Result:
    shown, note = answer.text, answer.note
    cuts: list[dict[str, Any]] = []
    if not fits(answer, max_response) or (place is not None and place.rest):
        shown, cut = shape_text(shown, max(_budget(note, max_response, place), min(_LEAST, max_response)))
        cuts = with_rest([cut] if cut else [], shown, place)
    if cuts:
        note = {**note, "more": more(cuts, answer.text, place, max_response)}
    return Result(content=(Text(text=shown), *_note_block(note)))


def _note_block(note: Mapping[str, Any]) -> tuple[Text, ...]:
    return (Text(text=write_json({"_note": dict(note)})),) if note else ()
