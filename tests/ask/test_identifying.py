"""What identifies something is known from the needs and yields of the tools, and outlives a history that is cut."""

import json
from typing import Any

import pytest
from support.make import answering, document, parameter, toolset
from support.runs import call, calls, fault, needed, play, producer, says, tool

from openapi_mcp.ask.identifying import identifying
from openapi_mcp.ask.ids import kept_of
from openapi_mcp.ask.offer import Offer
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.capability import Yield
from openapi_mcp.model.chat import Answered, FaultKind


def lists(name: str) -> dict[str, Any]:
    row = {"type": "object", "properties": {name: {"type": "string"}, "bio": {"type": "string"}}}
    return {"get": {"operationId": "everything", "responses": answering({"type": "array", "items": row})}}


def one(name: str) -> dict[str, Any]:
    return {"get": {"operationId": "one", "parameters": [parameter(name, "path", required=True)], "responses": {}}}


def offer_of(paths: dict[str, Any]) -> Offer:
    known = find_capabilities(toolset(paths).tools, document(paths).schemas)
    needs, yields = ({name: getattr(each, kind) for name, each in known.items()} for kind in ("needs", "yields"))
    return Offer(tools=(tool("everything"), tool("one")), needs=needs, yields=yields)


@pytest.mark.parametrize(
    ("path", "name"),
    [("users", "username"), ("commits", "sha"), ("books", "isbn"), ("shipments", "tracking"), ("people", "nickname")],
)
def test_what_a_tool_needs_is_told_after_a_context_was_too_long(path: str, name: str) -> None:
    """Issue 11: an id that later steps need is never shortened away; which those are, needs and yields say."""
    offer = offer_of({f"/{path}": lists(name), f"/{path}/{{{name}}}": one(name)})
    rows = {"result": [{name: f"thing{n}x", "bio": "word " * 100} for n in range(30)]}
    first = calls(call("everything"))
    played = play([first, fault(FaultKind.TOO_LONG), says("done")], lambda made: rows, offer=offer)
    (told,) = [each.text for each in played.thinks[-1].history if isinstance(each, Answered)]
    assert ("characters cut" in told, "thing29x" in told) == (True, True)


def test_the_fields_of_producers_and_of_yields_stay() -> None:
    """Our choice: by the place, wherever the answer is wrapped."""
    offer = Offer(
        needs={"ship": (needed("to", "parcel", producer("pack", "boxes[].label")),)},
        yields={"pack": (Yield(entity="van", field="van.plate"),)},
    )
    value = {"result": {"boxes": [{"label": "red", "kind": "big"}], "van": {"plate": "LX 1", "colour": "red"}}}
    kept = json.loads(kept_of(value, "", (), "pack", identifying(offer)))
    assert kept == {"result.boxes[].label": ["red"], "result.van.plate": ["LX 1"]}


def test_what_hands_on_the_answers_of_any_tool_keeps_the_fields_of_all() -> None:
    """Our choice: `read_result` gives the rest of another tool's answer."""
    offer = Offer(needs={"ship": (needed("to", "parcel", producer("pack", "[].label")),)})
    known = identifying(offer)
    assert [known.has(each, "[].label", "a b") for each in ("pack", "read_result", "ship")] == [True, True, False]


def test_an_answer_that_is_a_list_of_what_is_needed_stays() -> None:
    """Our choice: GET /tags -> ["new", "sale"], and GET /tags/{tag}."""
    known = identifying(Offer(needs={"tag": (needed("name", "tag", producer("tags", "[]")),)}))
    assert json.loads(kept_of({"result": ["new one", "sale"]}, "", (), "tags", known)) == {
        "result[]": ["new one", "sale"]
    }


@pytest.mark.parametrize(
    "value",
    [
        {"next_cursor": "b2Zm", "results": [{"text": "a"}]},
        {"meta": {"nextPageToken": "b2Zm"}, "results": []},
        {"results": [], "_note": {"next": {"tool": "list", "arguments": {"from": "b2Zm"}}}},
        {"ok": True, "_note": {"location": "/jobs/b2Zm"}},
    ],
)
def test_what_leads_on_stays(value: dict[str, Any]) -> None:
    """Our choice: without its mark a list can be read from its beginning only; a place is that of what was made."""
    assert "b2Zm" in kept_of(value, "", ())


@pytest.mark.parametrize(
    "value",
    [
        {"members": {"ana": {"role": "admin"}, "bo": {"role": "guest"}}},
        {"members": {"ana-1": 3, "bo-2": 4}},
        {"members": {"17": {"role": "admin"}}},
    ],
)
def test_names_of_a_map_stay(value: dict[str, Any]) -> None:
    """Our choice: there a name is the id."""
    assert json.loads(kept_of(value, "", ())) == {"members.*": list(value["members"])}


def test_names_of_fields_are_no_ids() -> None:
    """Our choice."""
    assert kept_of({"count": 1, "results": [{"text": "a", "place": {"city": "b"}, "time": {"hour": 1}}]}, "", ()) == ""


def test_an_email_stays_without_being_needed() -> None:
    """Our choice: the words of names are what is left where needs and yields say nothing."""
    assert json.loads(kept_of([{"contactEmail": "a@b.example", "text": "a"}], "", ()))["[].contactEmail"]
