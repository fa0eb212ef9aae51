"""Whether an id was given: no call is sent with one that no answer, no person and no document has named.

Only arguments that are known to come from elsewhere are looked at (model/capability.py), and what was given in another
spelling counts. A number of few digits is said in many places that identify nothing: in an answer it counts where its
field may name what is needed, so that "quantity": 3 does not stand for the order 3.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.ask.leaves import Scalar, folded, leaves, written
from openapi_mcp.ask.meant import Meant, is_too_deep, meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.own import is_identifying, makes_values, own_values
from openapi_mcp.ask.spots import ANYTHING, Spot, known_kinds, may_name, spot, things
from openapi_mcp.generator.instructions import without_inventory
from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.model.capability import Need
from openapi_mcp.model.chat import Answered, Asked, Message
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.searching import DESCRIBE

_SHORT = 4  # digits: a quantity, a price, a year have no more
_PARTS = re.compile(r"[,;|/\s]+")
_ADDRESS = re.compile(r"(?:[A-Za-z][\w+.-]*[:/]|/)\S+$")
_SEGMENTS = re.compile(r"[/?&=:#]+")
_ONESELF = frozenset(("me", "self", "current"))  # what APIs take in place of the caller's own id
_NUMBERED = ("", "id ", "no ", "nr ", "number ")  # between a thing and its number: "order no 3"
_GIVING = ("enum", "default", "example", "examples", "const")
_OFFERED = ("error.near", "error.allowed", "error.try")  # our server's own words on what may have been meant
_REPAIR, _REPAIRED = "repairs[].to", "repairs[].from"  # what was sent, and what the call had
_THOUSANDS = re.compile(r"(?<=\d)[,.'\u202f\u00a0](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungrounded:
    """An argument whose value nobody gave: `argument` as the need names it, "items[].product"."""

    argument: str
    value: Scalar
    need: Need


class Grounds:
    """All that was said and answered in a run, as far as it can ground the value of an argument."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._said: list[str] = []
        self._leaves: set[str] = set()
        self._short: dict[str, set[Spot]] = defaultdict(set)
        self._kinds = known_kinds(offer.needs, offer.yields)
        self._texts: list[tuple[str, frozenset[str]]] = []
        self._words: set[str] = set()
        self._own = f" {folded(without_inventory(offer.instructions))} "
        self._of_tools: dict[str, tuple[str, frozenset[str]]] = {}

    def hear(self, message: Message) -> None:
        """Take what a person says, or what an answer holds.

        What a call itself had is not given by an answer that says it again: a failure names what was sent, a search
        repeats its words. Of a success it counts where it identifies an item that was found, or had been given before.
        """
        match message:
            case Asked(is_ours=False, text=text):
                self._said.append(f" {folded(text)} ")
                self._said.append(f" {folded(_THOUSANDS.sub('', text))} ")
            case Answered() if message.is_sent or not message.is_error:
                self._hear_answer(message)

    def _hear_answer(self, answered: Answered) -> None:
        value = answered.value if answered.value is not None else _as_json(answered.text)
        what = meant(answered.call)
        if makes_values(what):
            return
        own = own_values(what)
        if not answered.is_error:
            own = frozenset(each for each in own if not self._was_said(each))
        if value is None:
            self._hear_text(text := folded(answered.text), own)
            for word in set(text.split()) - own:
                self._keep(word, ANYTHING)
            return
        tool, said = what.tool, []
        for leaf in leaves(value):
            text = written(leaf.value)
            plain, where = folded(text), spot(leaf, tool, self._kinds)
            is_found = not answered.is_error and not leaf.is_key and (where.kinds or is_identifying(leaf.field))
            if (plain in own and not is_found) or leaf.place.endswith(_REPAIRED):
                continue
            is_open = leaf.is_key or leaf.place.startswith(_OFFERED) or leaf.place.endswith(_REPAIR)
            is_open = is_open or (tool == DESCRIBE and leaf.field in _GIVING)
            self._keep(plain, ANYTHING if is_open else where)
            for each in {folded(each) for each in _segments(text)} - own:
                self._keep(each, ANYTHING)
            if not leaf.is_key:
                said.append(plain)
        self._hear_text(" . ".join(said), own)

    def _was_said(self, plain: str) -> bool:
        """True for a value that was said before, by a person or in an answer, wherever that was."""
        word = f" {plain} "
        said = plain in self._leaves or plain in self._short or any(word in each for each in self._said)
        return said or self._is_told(plain)

    def _keep(self, plain: str, where: Spot) -> None:
        """Keep a value of an answer; that of few digits with where it stood."""
        if _is_short(plain):
            self._short[plain].add(where)
        else:
            self._leaves.add(plain)

    def _hear_text(self, text: str, own: frozenset[str]) -> None:
        self._texts.append((f" {text} ", own))
        self._words.update(text.split())

    def lacking(self, meant: Meant, written_as: Mapping[str, Any] | None = None) -> Ungrounded | None:
        """Return the first argument of a call whose value nothing grounds, None where there is none.

        Of a call as it was repaired, `written_as` are the arguments before that: what was read out of a value that is
        grounded, "order 7" -> 7, is so too.
        """
        for need in self._offer.needs.get(meant.tool, ()):
            before = [] if written_as is None else list(self._given(replace(meant, arguments=written_as), need))
            for value in self._given(meant, need):
                if not self._is_grounded(value, need, meant) and not _is_within(value, before):
                    return Ungrounded(argument=need.argument, value=value, need=need)
        return None

    def _given(self, meant: Meant, need: Need) -> Iterator[Scalar]:
        """Yield the values that a call has for a need, under its name or one that the server may take for it."""
        names = need.argument.replace("[]", "").split(".")
        if need.argument in meant.arguments:
            names = [need.argument]
        if names[0] in meant.arguments:
            yield from _at(meant.arguments, names)
        elif (tool := self._offer.known(meant)) is not None:
            known = tool.input_schema.get("properties", {})
            for name, value in meant.arguments.items():
                if name in known:
                    continue
                if _is_alike(name, need):
                    yield from _at(value, [])
                elif isinstance(value, str):  # an address in place of what is missing: the server reads it
                    yield from (each for each in _segments(value) if any(map(str.isdigit, each)))

    def _is_grounded(self, value: Scalar, need: Need, meant: Meant) -> bool:
        text = written(value)
        parts = [part for part in _PARTS.split(text) if part]
        return self._is_given(text, need, meant) or (
            len(parts) > 1 and all(self._is_given(part, need, meant) for part in parts)
        )

    def _is_given(self, text: str, need: Need, meant: Meant) -> bool:
        plain = folded(text)
        if not plain or plain in _ONESELF or plain in self._leaves:
            return True
        word = f" {plain} "
        if any(word in each for each in self._said):
            return True
        described, given = self._of_tool(meant)
        if plain in given:
            return True
        if _is_short(plain):
            where = self._short.get(plain, ())
            return any(may_name(spot, need) for spot in where) or self._is_numbered(plain, need, described)
        return word in self._own or word in described or self._is_told(plain)

    def _is_told(self, plain: str) -> bool:
        """True where the text of an answer holds these words."""
        if plain.partition(" ")[0] not in self._words:  # nearly always where nobody said them
            return False
        return any(f" {plain} " in said and plain not in own for said, own in self._texts)

    def _is_numbered(self, plain: str, need: Need, described: str) -> bool:
        """True where it is said in words: "created order 3". A version of the API has numbers, too."""
        texts = (self._own, described, *(said for said, own in self._texts if plain not in own))
        phrases = [f" {thing} {between}{plain} " for thing in things(need) for between in _NUMBERED]
        return any(phrase in said for said in texts for phrase in phrases)

    def _of_tool(self, meant: Meant) -> tuple[str, frozenset[str]]:
        """Return what a tool's description says, and the values that its schema gives, folded."""
        if meant.tool not in self._of_tools:
            tool = self._offer.known(meant)
            self._of_tools[meant.tool] = _told(tool.description, tool.input_schema) if tool else ("", frozenset())
        return self._of_tools[meant.tool]


def _is_within(value: Scalar, before: list[Scalar]) -> bool:
    """True where a value is read out of one that was given in its place, and was looked at before it."""
    word = f" {folded(written(value))} "
    return any(word in f" {folded(written(each))} " for each in before)


def _is_short(plain: str) -> bool:
    return plain.isdigit() and len(plain) <= _SHORT


def _as_json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def _segments(text: str) -> list[str]:
    """Return what the path of a URL, a URN or a compound id is made of: "/orders/1042" -> ["orders", "1042"]."""
    if not _ADDRESS.match(text):
        return []
    path = text.partition("://")[2].partition("/")[2] if text.startswith("http") else text
    return [each for each in _SEGMENTS.split(path.partition("?")[0]) if each]


def _at(value: Any, names: list[str]) -> Iterator[Scalar]:
    """Yield the scalars at a place within arguments; of an object that stands there, those that identify it."""
    if isinstance(value, str) and value[:1] in ("{", "[") and not is_too_deep(read := _as_json(value)):
        value = value if read is None else read  # the server reads it, too
    match value:
        case Mapping() if names:
            yield from _at(value.get(names[0]), names[1:])
        case Mapping():
            for name, each in value.items():
                if isinstance(each, (str, int, float)) and str(name).casefold() in IDS:
                    yield from _at(each, [])
        case list() | tuple():
            for each in value:
                yield from _at(each, names)
        case bool() | None:
            pass
        case str() | int() | float() if not names:
            yield value


def _is_alike(name: str, need: Need) -> bool:
    """True for an argument of another name that a server may take for what is needed: `order_id` for `id`."""
    found = parse(name)
    return bool(things(need) & set(found.words[-1:])) or (not found.words and found.key in IDS)


def _told(description: str, schema: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Return the words of a tool and of its arguments, and the values that its schema names itself."""
    words, given = [folded(description)], set()
    for leaf in leaves(schema):
        if leaf.field in _GIVING and not leaf.is_key:
            given.add(folded(written(leaf.value)))
        elif leaf.field == "description" and not leaf.is_key:
            words.append(folded(written(leaf.value)))
    return f" {' . '.join(words)} ", frozenset(given)
