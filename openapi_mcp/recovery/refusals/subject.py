"""The field that a sentence speaks of: "Shipping address can't be blank" -> shipping_address."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from openapi_mcp.model.fault import Path
from openapi_mcp.recovery.refusals.allowed import list_in
from openapi_mcp.recovery.refusals.complaint import Complaint
from openapi_mcp.recovery.refusals.forms.names import LOCATIONS, plain, steps_of
from openapi_mcp.recovery.refusals.place import Places, Spot
from openapi_mcp.recovery.refusals.rules import rule_in_words

_BETWEEN_SENTENCES = re.compile(
    r"[;\n]\s*|\.\s+(?=[A-Z])|,\s+(?=[A-Z])|\s(?=Key: ')"
    r"|,\s+(?=[\w.]{1,60} (?:is|are|must|should|cannot|can't) )"
)
_MOST_WORDS = 80  # of one sentence
_MOST_LEADING = 5  # words that one name is written in
_MOST_SENTENCES = 20
_MOST_LEAVES = 2_000  # of the arguments, that a quoted value is looked for in
_LED = re.compile(r"^(?:body|querystring|params|headers)(?:/[\w~.-]{1,100}){1,8}(?= )")  # fastify: "body/quantity must"
_TAILED = re.compile(r" - '([\w.\[\]-]{1,100})'$")  # connexion: "'x' is not one of ['a'] - 'status'"
_TOKEN = re.compile(r"[A-Za-z_$@][\w$@-]{0,100}(?:\[[\w-]{0,60}\]|\.[A-Za-z_$0-9][\w$-]{0,60}){0,8}")
_QUOTED = re.compile(r"""(["'`])([^"'`\n]{1,100})\1|[\u201c\u2018]([^\u201d\u2019\n]{1,100})[\u201d\u2019]""")
_NOUN = re.compile(
    r"\b(?:parameter|param|field|property|argument|attribute|column|key|header)[ :=]{1,3}([\w$.\[\]-]{1,100})",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^(?:[\w\"' ]{0,40}(?:failed|error|invalid|detected|request|exception)[\w\"' ]{0,20}"
    r"|invalid value|warning|\d{3}): ",
    re.IGNORECASE,
)
_KEY = re.compile(r"\bKey \(([\w, \"]{1,100})\)=\(")  # PostgreSQL: "Key (email)=(x) already exists."
_CONSTRAINT = re.compile(r"\bconstraint [\"'`]([\w.]{1,100})[\"'`]", re.IGNORECASE)
_ENDS = ("_key", "_fkey", "_check", "_idx", "_unique", "_not_null", "_pkey", "_excl", "_foreign")  # of its names
_BEFORE = frozenset(
    ("the", "parameter", "field", "argument", "property", "attribute", "your", "query", "path", "invalid")
)
_COMMON = frozenset(
    ("a", "all", "an", "and", "any", "are", "as", "at", "be", "body", "by", "code", "data", "date", "detail", "error",
     "field", "for", "format", "from", "has", "header", "if", "in", "integer", "invalid", "is", "it", "key", "less",
     "list", "message", "more", "must", "no", "not", "number", "object", "of", "on", "one", "only", "or", "parameter",
     "path", "query", "request", "required", "size", "string", "than", "that", "the", "this", "time", "to", "too",
     "type", "valid", "value", "was", "with")
)  # fmt: skip
"""Words of any sentence, which may be the names of arguments as well."""


def about(complaint: Complaint, places: Places, arguments: Mapping[str, Any]) -> Iterator[tuple[Complaint, Spot]]:
    """Yield the sentence of a complaint with the place that its words name; each of its sentences that names one.

    Nothing where no argument is named, or more than one in the same way.
    """
    preamble = _PREAMBLE.match(complaint.said)
    is_said = preamble is not None and spot_in(preamble[0], places, arguments) is not None
    whole = complaint.said[preamble.end() :] if preamble and not is_said else complaint.said
    parts = islice(_BETWEEN_SENTENCES.split(whole), _MOST_SENTENCES)
    found = [(said, spot) for said in parts if (spot := spot_in(said, places, arguments)) is not None]
    if len(found) < 2:  # one sentence says more than its half
        spot = spot_in(whole, places, arguments)
        found = [(whole, spot)] if spot is not None else found
    for said, spot in found:
        yield replace(complaint, said=said), spot


def spot_in(text: str, places: Places, arguments: Mapping[str, Any]) -> Spot | None:
    """Return the one place that a sentence names: at its beginning, in quotes, behind "parameter", or anywhere."""
    led, tailed = _LED.match(text), _TAILED.search(text)
    written = led[0] if led else tailed[1] if tailed else ""
    if written:
        return _written(written, places)
    text = _without_list(text)
    quoted = [found[2] or found[3] for found in islice(_QUOTED.finditer(text), _MOST_WORDS)]
    nouns = [found[1].rstrip(".") for found in islice(_NOUN.finditer(text), _MOST_WORDS)]
    ways: tuple[Iterable[Spot | None], ...] = (
        (_written(each.strip(' "'), places) for found in _KEY.findall(text) for each in found.split(",")),
        _leading(text, places),
        _referred(text, places),
        (_written(each, places) for each in quoted),
        (_written(each, places) for each in nouns),
        _bare(text, places),
        _by_value(quoted, places, arguments),
        (_of_constraint(each, places) for each in _CONSTRAINT.findall(text)),
    )
    for way in ways:
        found = {spot.path: spot for spot in way if spot is not None}
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _without_list(text: str) -> str:
    """Return a sentence without the values that it allows: they may be names of arguments."""
    found = list_in(text)
    return text if found is None else text[: found.start] + text[found.end :]


def _written(written: str, places: Places) -> Spot | None:
    first, _, rest = written.partition("/")
    if rest and first in LOCATIONS:
        return places.of(Complaint(said="", at="", steps=steps_of(f"/{rest}"), location=LOCATIONS[first]))
    steps = steps_of(written)
    return places.of(Complaint(said="", at="", named=written, steps=steps)) if " " not in written and steps else None


def _leading(text: str, places: Places) -> Iterable[Spot | None]:
    """Return the argument whose name the first words are: of Rails and Laravel, written as words."""
    words = [word.strip("\"'`:,") for word in text.split()[: _MOST_LEADING + 2]]
    while words and plain(words[0]) in _BEFORE and places.named(words[0]) is None:
        words = words[1:]
    for count in range(min(_MOST_LEADING, len(words)), 0, -1):
        name = plain("".join(words[:count]))
        spot = places.named(name) if name else None
        if spot is not None:
            return (spot,) if words[count : count + 1] not in (["and"], ["or"]) else ()
    return (_written(words[0], places),) if words and ("." in words[0] or "[" in words[0]) else ()


def _of_constraint(name: str, places: Places) -> Spot | None:
    """Return the argument that a constraint is of, by the end of its name: "tickets_owner_name_key" -> owner_name."""
    for end in _ENDS:
        name = name.removesuffix(end)
    words = name.split("_")
    spots = (places.named("_".join(words[count:])) for count in range(min(len(words), _MOST_LEADING)))
    return next((spot for spot in spots if spot is not None), None)


def _referred(text: str, places: Places) -> Iterator[Spot | None]:
    """Yield the arguments that refer to what there is not: "Customer with id 7 does not exist" -> customer_id."""
    if rule_in_words(text) == "exists":
        words = {plain(word) for word in text.split()[:_MOST_WORDS]} - _COMMON
        yield from (places.named(f"{word}_id") for word in sorted(words) if word)


def _bare(text: str, places: Places) -> Iterator[Spot | None]:
    """Yield the places of words that are the name of an argument to the letter, common words aside."""
    for found in islice(_TOKEN.finditer(text), _MOST_WORDS):
        word = found[0].rstrip(".")
        if word.lower() not in _COMMON:
            exact = {each.argument for each in places.bindings if word in (each.argument, each.name)}
            if len(exact) == 1:
                yield places.of_argument(exact.pop())
            elif word.partition(".")[2] and LOCATIONS.get(plain(word.partition(".")[0])):
                yield _written(word, places)  # "body.title should be defined"


def _by_value(quoted: list[str], places: Places, arguments: Mapping[str, Any]) -> Iterator[Spot | None]:
    """Yield the places whose value stands in quotes: "Customer 'Bob' is not known"."""
    for path, value in islice(_leaves(arguments), _MOST_LEAVES if quoted else 0):
        if str(value) in quoted:
            found = places.at(path, "")
            yield found if isinstance(found, Spot) else None


def _leaves(arguments: Mapping[str, Any]) -> Iterator[tuple[Path, str | int]]:
    """Yield every text and whole number of the arguments, with its path."""
    waiting: list[tuple[Path, Any]] = [((), arguments)]
    while waiting:
        match waiting.pop():
            case path, Mapping() as fields:
                waiting.extend(((*path, str(name)), value) for name, value in fields.items())
            case path, list() as items:
                waiting.extend(((*path, index), value) for index, value in enumerate(items))
            case path, (str() | int()) as value if not isinstance(value, bool):
                yield path, value
