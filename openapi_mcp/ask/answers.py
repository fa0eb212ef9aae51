"""What is answered to a call in place of the API: the call was not sent, why, and what to do."""

from typing import Any

from openapi_mcp.ask.grounds import Ungrounded
from openapi_mcp.ask.meant import Meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.readers import reading
from openapi_mcp.ask.writes import Repeated
from openapi_mcp.model.chat import Answered, ToolCall
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.room import brief, shown
from openapi_mcp.model.searching import CALL, SEARCH
from openapi_mcp.server.near import near_names

_MOST_NEAR = 3
_MOST_SOURCES = 3
_SHOWN = 200  # characters of what a model wrote
_NAME = 80
_EARLIER = "it was not sent again, and nothing has changed now. `earlier` is what it was answered then"
_SAID = f"this write was made already: {_EARLIER}"
_SAID_UNKNOWN = f"this write was sent already, and may have been carried out: {_EARLIER}"
_UNSAID = "stands in no answer so far and in no words of the person"
_AGAIN = (
    "take it as done. Only if the person wants it to be made a second time, make the same call again in your next "
    "turn: the person is asked then"
)
_BEFORE = "if the person wants it once more now, make the same call again in your next turn"
NOBODY = "this write was made already in this run, and only a person can say that it is made once more"
NOBODY_WAY = "tell the person: they can ask for it again in a new question, or say yes at a terminal"


def not_sent(call: ToolCall, kind: str, message: str, hint: str, **more: Any) -> Answered:
    """Return the answer to a call that is not sent, in the form of a failed call's."""
    error = {"kind": kind, "message": message, "hint": hint, "retryable": False, "attempts": 0, **more}
    value = {"error": error}
    return Answered(call=call, text=write_json(value), value=value, is_error=True, is_sent=False)


def malformed(call: ToolCall) -> Answered:
    """Return the answer to a call whose arguments are no JSON object."""
    wrote = f", but {brief(call.written, _SHOWN)!r}" if call.written.strip() else ""
    message = f"the arguments of {brief(call.tool, _NAME)} are no JSON object{wrote}; nothing was sent"
    return not_sent(call, "invalid_arguments", message, 'write them as one JSON object: {"id": "..."}')


def too_deep(call: ToolCall) -> Answered:
    """Return the answer to a call whose arguments are nested beyond measure."""
    message = "the arguments are nested too deeply; nothing was sent"
    return not_sent(call, "invalid_arguments", message, "write them as the tool's schema has them")


def cut_off(call: ToolCall) -> Answered:
    """Return the answer to a call of a turn that was cut off: it may not be what was meant."""
    message = "your turn was cut off, as it was too long, and none of its calls was made"
    return not_sent(call, "invalid_arguments", message, "make the call again, with fewer words around it")


def too_many(call: ToolCall, most: int) -> Answered:
    """Return the answer to a call beyond those that one turn may make."""
    return not_sent(call, "refused", f"a turn may make {most} calls; this one was not made", "make it in the next turn")


def too_late(call: ToolCall) -> Answered:
    """Return the answer to a call in a turn that was to make none."""
    return not_sent(call, "refused", "no more calls are made in this run", "say what is known")


def interrupted(call: ToolCall, *, is_on_its_way: bool) -> Answered:
    """Return the answer to a call when a person ended the run; of one on its way nobody knows what became of it."""
    if not is_on_its_way:
        return not_sent(call, "cancelled", "the person ended the run before this was made", "")
    message = "the person ended the run while this was on its way; whether it was carried out is not known"
    error = {"kind": "cancelled", "message": message, "hint": "read before you write again", "unknown_outcome": True}
    value = {"error": error}
    return Answered(call=call, text=write_json(value), value=value, is_error=True, is_sent=True)


UNACCEPTED = "the person did not accept this call; it was not sent"


def unaccepted(call: ToolCall) -> Answered:
    """Return the answer to a call whose question a person left by ending the run."""
    return not_sent(call, "cancelled", UNACCEPTED, "make it again if it is still wanted: the person is asked again")


def unknown(call: ToolCall, meant: Meant, offer: Offer) -> Answered:
    """Return the answer to a call of what was never offered, with names like it that are."""
    names = tuple(offer.operations) if meant.is_through else tuple(tool.name for tool in offer.tools)
    near = near_names(meant.tool, names, _MOST_NEAR)
    if not meant.is_through and meant.tool in offer.operations:
        hint = f"it is an operation: call it by {CALL}"
    elif near:
        hint = f"did you mean {' or '.join(near)}?"
    else:
        hint = (
            f"{SEARCH} finds operations by words" if offer.operations else "call one of the tools that you were given"
        )
    what = "operation" if meant.is_through else "tool"
    if (why := offer.left_out.get(meant.tool)) is not None:
        return not_sent(call, "unknown_tool", f"{why}; nothing was sent", "tell the person: only they can change that")
    message = f"there is no {what} {brief(meant.tool, _NAME)!r}; nothing was sent"
    return not_sent(call, "unknown_tool", message, hint, near=near)


def ungrounded(call: ToolCall, lacks: Ungrounded, offer: Offer) -> Answered:
    """Return the answer to a call with an id that nobody gave: from which answers to take it.

    Of a number that the person wrote, and that may mean something else: what to read first.
    """
    value, argument, thing = shown(lacks.value), brief(lacks.argument, _NAME), brief(lacks.need.entity, _NAME)
    why = f"is what the person wrote, but may mean something else than the {thing}" if lacks.is_said else _UNSAID
    message = f'argument "{argument}": {write_json(value)} {why}; nothing was sent'
    ask = f"or ask the person which {thing} is meant"
    if lacks.is_said and (reader := reading(lacks.need, offer)) is not None:
        hint = f"read it first by {reader.tool}({brief(reader.argument, _NAME)}={write_json(value)}); {ask}"
        first = reader.call({reader.argument: lacks.value})
        return not_sent(call, "refused", message, hint, field=argument, value=value, **{"try": [first]})
    offered = set(offer.operations) | {tool.name for tool in offer.tools}
    sources = [each for each in lacks.need.producers if each.tool in offered][:_MOST_SOURCES]
    ways = [{"tool": each.tool, "field": brief(each.field, _NAME)} for each in sources]
    first_way = f"take it from an answer of {ways[0]['tool']}" if ways else f"find the {thing} first"
    place = f" ({ways[0]['field']})" if ways and ways[0]["field"] else ""
    return not_sent(
        call, "refused", message, f"{first_way}{place}; {ask}", field=argument, value=value, **{"from": ways}
    )


def repeated(call: ToolCall, found: Repeated) -> Answered:
    """Return the answer to a write that was made already: that it was not sent again, and the first one's answer."""
    first = found.first
    said = _SAID_UNKNOWN if first.is_error else _SAID
    earlier = first.text if first.value is None else first.value
    return not_sent(call, "refused", said, _BEFORE if found.is_before else _AGAIN, earlier=earlier)


def nobody_to_ask(call: ToolCall) -> Answered:
    """Return the answer to a write that the model insists on making again, where no person can be asked."""
    return not_sent(call, "refused", f"{NOBODY}: nobody can be asked here; nothing was sent", NOBODY_WAY)
