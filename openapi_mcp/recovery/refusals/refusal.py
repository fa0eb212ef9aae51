"""What the body of a refusal complains of, in whatever form its framework has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.recovery.refusals.complaint import LONGEST_SAID, Complaint
from openapi_mcp.recovery.refusals.forms.item import by_plain_name, complaints_of, sayings_in
from openapi_mcp.recovery.refusals.forms.keyed import by_field, first_ones
from openapi_mcp.recovery.refusals.forms.markup import is_markup, texts_of
from openapi_mcp.recovery.refusals.forms.names import HOLDERS, NO_FIELDS, plain

_DEEPEST = 5
_MOST_ITEMS = 100  # of one list that are looked at
_MOST_NODES = 400  # of a form that is not known
_LONGEST_JSON = 100_000  # characters of a text that is JSON all the same
_VAGUE = frozenset(("data", "embedded", "details", "extensions", "body", "message", "causes"))  # they hold others too
_ERRORS = re.compile(r"errors|invalid|validation|violation|problems|issues")  # in the names of others


def readings(body: Any) -> Iterator[list[Complaint]]:
    """Yield what the body of a refusal complains of, at most 20 complaints: as known forms have it, then as any.

    {"detail": [{"loc": ["body", "quantity"], "msg": "Input should be greater than 0"}]} -> one, of body and quantity.
    The last reading is the sentences that may name a field in their words.
    """
    value = _read(body) if isinstance(body, str) else body
    yield first_ones(_found(value, "#", _DEEPEST))
    yield first_ones(_walked(value))
    yield first_ones(_sentences(value))


def sentence_in(body: Any) -> tuple[str, str]:
    """Return the sentence of a body that says what is wrong, and its pointer; ("", "#") for none."""
    value = _read(body) if isinstance(body, str) else body
    first = next(_sentences(value), None)
    return (one_line(first.said, 300), first.at) if first else ("", "#")


def _read(text: str) -> Any:
    """Return what a text is: JSON under another type, the elements of markup, else itself."""
    if is_markup(text):
        texts = texts_of(text)
        names = {plain(name) for name in texts}
        is_said = any(name in names for name in ("message", "detail", "description", "faultstring", "errormessage"))
        return {name: said for name, said in texts.items() if name} if is_said else texts[""]
    if text[:1] in ("{", "[") and len(text) <= _LONGEST_JSON:
        try:
            return read_json(text)
        except ValueError:
            return text
    return text


def _found(value: Any, at: str, deepest: int) -> Iterator[Complaint]:
    """Yield what a known form complains of."""
    match value:
        case dict():
            held = first_ones(_held(value, at, deepest)) if deepest else []
            yield from held
            if not any(each.steps and not each.is_loose for each in held):
                yield from _of_root(value, at, deepest)
        case list():
            yield from _listed(value, at, deepest)


def _held(value: Mapping[str, Any], at: str, deepest: int) -> Iterator[Complaint]:
    """Yield what stands in the fields of an object that hold errors; and what it says itself of one field."""
    own = complaints_of(value, at, is_single=True)
    known = by_plain_name(value)
    for name in (*HOLDERS, *(each for each in known if each not in HOLDERS and _ERRORS.search(each))):
        key, held = known.get(name, ("", None))
        match held:
            case [str(), *_]:
                yield from () if own and _are_names(held) else _worded(held, join(at, key))
            case list() if deepest:
                yield from _listed(held, join(at, key), deepest - 1)
            case dict() if deepest:
                yield from _in_holder(held, join(at, key), deepest - 1, is_loose=name not in HOLDERS or name in _VAGUE)
    yield from own


def _are_names(held: list[Any]) -> bool:
    """True for what may be names of fields: texts of one word each."""
    return all(isinstance(each, str) and " " not in each for each in held[:_MOST_ITEMS])


def _in_holder(held: Mapping[str, Any], at: str, deepest: int, *, is_loose: bool) -> Iterator[Complaint]:
    """Yield what an object of errors complains of: an envelope of others, one error, or errors by field."""
    inner = list(_held(held, at, deepest))
    yield from inner or (() if _is_envelope(held) else by_field(held, at, is_loose=is_loose))


def _is_envelope(held: Mapping[str, Any]) -> bool:
    """True for an object whose texts say something of the whole: {"code": 3, "message": "..."}."""
    return any(isinstance(value, str) and plain(name[:60]) in NO_FIELDS for name, value in islice(held.items(), 60))


def _listed(items: list[Any], at: str, deepest: int) -> Iterator[Complaint]:
    """Yield what the items of a list of errors complain of."""
    if not any(isinstance(each, dict) and complaints_of(each, at) for each in items[:_MOST_ITEMS]):
        nested = {str(index): each for index, each in enumerate(items[:_MOST_ITEMS]) if isinstance(each, dict)}
        if nested and not any(_is_envelope(each) for each in nested.values()):
            yield from by_field(nested, at)
            return
    for index, each in enumerate(items[:_MOST_ITEMS]):
        match each:
            case dict():
                yield from _of_item(each, join(at, index), deepest)
            case str() if each.strip():
                yield _sentence(each, join(at, index))


def _of_item(each: Mapping[str, Any], at: str, deepest: int) -> Iterator[Complaint]:
    """Yield what one of a list of errors complains of: of fields, else in its words alone."""
    own = complaints_of(each, at)
    held = list(_held(each, at, deepest)) if deepest and all(one.is_loose for one in own) else []
    yield from held
    yield from own
    if not held and not own:
        yield from (_sentence(said, where) for said, where in sayings_in(by_plain_name(each), at))


def _of_root(value: Mapping[str, Any], at: str, deepest: int) -> Iterator[Complaint]:
    """Yield what an object complains of whose names are the fields; those of envelopes are none."""
    if _holds_only_lists(value, _DEEPEST):  # nothing else looks like that
        yield from by_field(value, at)
        return
    fields = {name: each for name, each in islice(value.items(), 200) if _may_be_field(name, each)}
    inner = {name: each for name, each in fields.items() if isinstance(each, dict) and _is_envelope(each)}
    for name, each in inner.items() if deepest else ():
        yield from _held(each, join(at, name), deepest - 1)
    yield from by_field({name: fields[name] for name in fields if name not in inner}, at, is_loose=True)


def _may_be_field(name: str, value: Any) -> bool:
    """True for a name that is no envelope's; for one that may be, where lists of texts stand under it."""
    is_list = isinstance(value, list) and bool(value) and isinstance(value[0], str)
    return plain(name[:60]) not in (HOLDERS if is_list else NO_FIELDS)


def _holds_only_lists(value: Any, deepest: int) -> bool:
    """True for objects that hold nothing but lists of texts, and such objects: {"email": ["..."]}."""
    match value:
        case dict():
            is_known = len(value) == 1 and plain(next(iter(value))[:60]) in HOLDERS
            few = list(islice(value.values(), 100))
            return (
                bool(few) and deepest > 0 and not is_known and all(_holds_only_lists(each, deepest - 1) for each in few)
            )
        case [str(), *_]:
            return True
        case list():
            return all(each == {} or _holds_only_lists(each, deepest - 1) for each in value[:100])
    return False


def _worded(items: Iterable[Any], at: str) -> Iterator[Complaint]:
    """Yield sentences: {"errors": ["Name can't be blank"]} of Rails, {"message": ["..."]} of NestJS."""
    for index, each in enumerate(islice(items, _MOST_ITEMS)):
        if isinstance(each, str) and each.strip():
            yield _sentence(each, join(at, index))


def _sentence(text: str, at: str) -> Complaint:
    return Complaint(said=one_line(text[: 4 * LONGEST_SAID], LONGEST_SAID), at=at)


def _sentences(value: Any) -> Iterator[Complaint]:
    """Yield the sentences of an answer that may say what is wrong, the most telling first."""
    match value:
        case str() if value.strip():
            yield _sentence(value, "#")
        case dict():
            known = by_plain_name(value)
            for name in ("error", "errors", "fault"):
                key, inner = known.get(name, ("", None))
                yield from _inner_sentences(inner, join("#", key)) if isinstance(inner, (dict, list)) else ()
            yield from (_sentence(said, at) for said, at in sayings_in(known, "#"))
        case list():
            yield from _inner_sentences(value, "#")


def _inner_sentences(inner: Any, at: str) -> Iterator[Complaint]:
    for index, each in enumerate(inner[:_MOST_ITEMS] if isinstance(inner, list) else [inner]):
        where = join(at, index) if isinstance(inner, list) else at
        if isinstance(each, dict):
            yield from (_sentence(said, place) for said, place in sayings_in(by_plain_name(each), where))
        elif isinstance(each, str) and each.strip():
            yield _sentence(each, where)


def _walked(value: Any) -> Iterator[Complaint]:
    """Yield what the objects within a form that is not known say of fields; they count where the tool has such."""
    waiting, seen = [(value, "#")], 0
    while waiting and seen < _MOST_NODES:
        node, at = waiting.pop(0)
        seen += 1
        if isinstance(node, dict):
            yield from (replace(one, is_loose=True) for one in complaints_of(node, at, is_single=at == "#"))
        below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        few = list(islice(below, _MOST_ITEMS)) if len(waiting) < _MOST_NODES else []
        read = ((_json_within(each), join(at, name)) for name, each in few)
        waiting += [(each, where) for each, where in read if isinstance(each, (dict, list))]


def _json_within(value: Any) -> Any:
    """Return what a text within an answer is, where it is JSON: of tRPC, whose `message` is a list of errors."""
    return _read(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
