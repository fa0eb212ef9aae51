"""Whether an id was given: no call is sent with one that no answer, no person and no document has named.

Only arguments that are known to come from elsewhere are looked at (model/capability.py), and what was given in another
spelling counts. A number of few digits is said in many places that identify nothing: in an answer it counts where its
field may name what is needed, so that "quantity": 3 does not stand for the order 3.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from openapi_mcp.ask.leaves import Leaf, Scalar, folded, written
from openapi_mcp.ask.meant import Meant, meant
from openapi_mcp.ask.needed import given_for
from openapi_mcp.ask.numbers import Numbers
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.own import Own, is_identifying
from openapi_mcp.ask.phrases import Says
from openapi_mcp.ask.picked import WHOLE, given
from openapi_mcp.ask.sources import NOTE, Source, Sources, of_note, unnoted, unnoted_text
from openapi_mcp.ask.spelling import Spellings
from openapi_mcp.ask.spots import ANYTHING, Spot, known_kinds, may_name, spot, things
from openapi_mcp.ask.wildcards import Wildcards, may_be_many
from openapi_mcp.ask.within import GIVING, as_json, segments, told
from openapi_mcp.generator.instructions import without_inventory
from openapi_mcp.index.entities import split
from openapi_mcp.model.capability import Need
from openapi_mcp.model.chat import Answered, Asked, Message
from openapi_mcp.model.searching import DESCRIBE

_SHORT = 4  # digits: a quantity, a price, a year have no more
_LONGEST_ID = 100  # characters of a value that may be written in another way
_PARTS = re.compile(r"[,;|/\s]+")
_ONESELF = frozenset(("me", "self", "current"))  # what APIs take in place of the caller's own id
_NEWEST = frozenset(("head", "latest"))  # what they take in place of the id of what is newest at that moment
_NUMBERED = ("", "id ", "no ", "nr ", "number ")  # between a thing and its number: "order no 3"
_OFFERED = ("error.near", "error.allowed", "error.try")  # our server's own words on what may have been meant
_REPAIR, _REPAIRED = "repairs[].to", "repairs[].from"  # what was sent, and what the call had
_NOTED = f"{NOTE}."
_CUT = "…"  # ends a text that was cut, be it within a word
_THOUSANDS = re.compile(r"(?<=\d)[,.'\u202f\u00a0](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungrounded:
    """An argument whose value nobody gave: `argument` as the need names it, "items[].product".

    `is_said` where it is a number that a person wrote, and that may mean something else.
    """

    argument: str
    value: Scalar
    need: Need
    is_said: bool = False


class Grounds:
    """All that was said and answered in a run, as far as it can ground the value of an argument."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._said: list[str] = []
        self._leaves: set[str] = set()
        self._short: dict[str, set[Spot]] = defaultdict(set)
        self._kinds = known_kinds(offer.needs, offer.yields)
        self._texts: list[tuple[str, Own]] = []
        self._words: set[str] = set()
        self._sources = Sources()
        self._spellings = Spellings()
        self._wildcards = Wildcards()
        self._numbers = Numbers()
        self._things = frozenset(each for kinds in self._kinds.values() for kind in kinds for each in split(kind)[-1:])
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
                self._spellings.hear(text)
                self._wildcards.hear(text)
                self._numbers.hear(text)
            case Answered() if message.is_sent or not message.is_error:
                self._hear_answer(message)

    def _hear_answer(self, answered: Answered) -> None:
        value = answered.value if answered.value is not None else as_json(answered.text)
        if (source := self._sources.of(meant(answered.call))) is None:
            return
        if value is None or (source.is_part and isinstance(value, str | int | float)):
            self._hear_words(answered.text, source)
        elif answered.is_error:
            self._hear_leaves(given(WHOLE, value), replace(source, own=source.all), is_error=True)
        else:
            plain, note, source = unnoted(value, source)
            self._sources.gave(note, value, source)
            self._hear_leaves(chain(given(source.shape, plain), of_note(note)), source)

    def _hear_words(self, text: str, source: Source) -> None:
        """Hear an answer that is no JSON."""
        text, note = unnoted_text(text)
        self._sources.gave(note, None, source)
        words = folded(text).split()
        words = words[1:-1] if source.is_part else words
        own = self._unknown(source.all, words)
        self._hear_text(" ".join(words), own)
        for word in words:
            if not own.holds(word):
                self._keep(word, ANYTHING)
        self._hear_leaves(of_note(note), source)

    def _hear_leaves(self, found: Iterable[Leaf], source: Source, *, is_error: bool = False) -> None:
        said = []
        for leaf in found:
            text = written(leaf.value)
            if source.is_part and isinstance(leaf.value, str):
                text = " ".join(text.split()[1:-1])
            elif text.endswith(_CUT):
                text = text.rpartition(" ")[0]
            plain, where = folded(text), spot(leaf, source.tool, self._kinds)
            if leaf.place.endswith(_REPAIRED) or self._is_repeated(leaf, plain, source, where, is_error=is_error):
                continue
            is_open = leaf.is_key or leaf.place.startswith(_OFFERED) or leaf.place.endswith(_REPAIR)
            is_open = is_open or (source.tool == DESCRIBE and leaf.field in GIVING)
            self._keep(plain, ANYTHING if is_open else where)
            if not leaf.is_key and len(text) <= _LONGEST_ID and not source.own.is_within(plain):
                self._spellings.hear(text)
            if not source.own.holds(plain):
                self._wildcards.hear(text)
            for each in map(folded, segments(text)):
                if not source.own.holds(each) or (not is_error and self._was_said(each)):
                    self._keep(each, ANYTHING)
            if not leaf.is_key:
                said.append(plain)
        words = " . ".join(said)
        self._hear_text(words, source.own if is_error else self._unknown(source.own, words.split()))

    def _is_repeated(self, leaf: Leaf, plain: str, source: Source, where: Spot, *, is_error: bool) -> bool:
        """True for a value that the call had itself, where it does not identify an item that was found by it."""
        outputs = self._offer.said_again.get(source.tool)
        if outputs is not None and _is_of(leaf.place, outputs):
            return True
        is_own = source.own.holds(plain) and (is_error or not self._was_said(plain))
        if leaf.place.startswith(_NOTED):  # our own words: the next page's call has what this one had
            return is_own
        if is_error:
            return is_own or (outputs is not None and source.own.is_within(plain))
        is_named = outputs is not None and leaf.place == leaf.field  # by the author of a workflow, as they like
        return is_own and (leaf.is_key or is_named or not (where.kinds or is_identifying(leaf.field)))

    def _unknown(self, own: Own, words: Iterable[str]) -> Own:
        """Return what of a call's own was not said before, as far as an answer says it again."""
        return Own(own.values - {each for each in own.values.intersection(words) if self._was_said(each)}, own.text)

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

    def _hear_text(self, text: str, own: Own) -> None:
        self._texts.append((f" {text} ", own))
        self._words.update(text.split())

    def lacking(self, meant: Meant, written_as: Mapping[str, Any] | None = None) -> Ungrounded | None:
        """Return the first argument of a call whose value nothing grounds, None where there is none.

        Of a call as it was repaired, `written_as` are the arguments before that: what was read out of a value that is
        grounded, "order 7" -> 7, is so too.
        """
        for need in self._offer.needs.get(meant.tool, ()):
            before = (
                [] if written_as is None else list(given_for(replace(meant, arguments=written_as), need, self._offer))
            )
            for value in given_for(meant, need, self._offer):
                if not self._is_grounded(value, need, meant) and not _is_within(value, before):
                    is_said = self._says(folded(written(value)), need, meant) is not Says.NOTHING
                    return Ungrounded(argument=need.argument, value=value, need=need, is_said=is_said)
        return None

    def _is_grounded(self, value: Scalar, need: Need, meant: Meant) -> bool:
        text = written(value)
        parts = [part for part in _PARTS.split(text) if part]
        return self._is_given(text, need, meant) or (
            len(parts) > 1 and all(self._is_given(part, need, meant) for part in parts)
        )

    def _is_given(self, text: str, need: Need, meant: Meant) -> bool:
        if may_be_many(text) and not self._may_mean_many(text, meant):
            return False
        plain = folded(text)
        if not plain or plain in _ONESELF or plain in self._leaves:
            return True
        word = f" {plain} "
        if not _is_short(plain) and any(word in each for each in self._said):
            return True
        if self._is_named(plain, need, meant) if plain.isdigit() else self._is_newest(plain, meant):
            return True
        described, given = self._of_tool(meant)
        if plain in given:
            return True
        if _is_short(plain):
            where = self._short.get(plain, ())
            return any(may_name(spot, need) for spot in where) or self._is_numbered(plain, need, described)
        return word in self._own or word in described or self._is_told(plain) or self._spellings.have(text)

    def is_respelt(self, text: str) -> bool:
        """Return whether an id was given, but in another writing alone."""
        return not self._was_said(folded(text)) and self._spellings.have(text)

    def _is_named(self, plain: str, need: Need, meant: Meant) -> bool:
        """True where a person has named what is needed by a number of few digits.

        Any that they said is enough to read by; one that stands for itself to write by, where no tool would give it.
        """
        said, tool = self._says(plain, need, meant), self._offer.known(meant)
        if said is Says.NAMES or (tool is not None and tool.is_read):
            return said is not Says.NOTHING
        offered = set(self._offer.operations) | {each.name for each in self._offer.tools}
        return said is Says.ITSELF and not any(each.tool in offered for each in need.producers)

    def _says(self, plain: str, need: Need, meant: Meant) -> Says:
        named = things(need)
        return self._numbers.say(plain, named, self._things - named, split(meant.tool))

    def _is_newest(self, plain: str, meant: Meant) -> bool:
        """True for a word that names no certain thing, to read by: a write has to say of what it is."""
        tool = self._offer.known(meant) if plain in _NEWEST else None
        return tool is not None and tool.is_read

    def _may_mean_many(self, text: str, meant: Meant) -> bool:
        """True for a value by which many things may be read; who writes by it has it from somebody, sign by sign."""
        tool = self._offer.known(meant)
        return (tool is not None and tool.is_read) or self._wildcards.have(text)

    def _is_told(self, plain: str) -> bool:
        """True where the text of an answer holds these words."""
        if plain.partition(" ")[0] not in self._words:  # nearly always where nobody said them
            return False
        return any(f" {plain} " in said and not own.holds(plain) for said, own in self._texts)

    def _is_numbered(self, plain: str, need: Need, described: str) -> bool:
        """True where it is said in words: "created order 3". A version of the API has numbers, too."""
        texts = (self._own, described, *(said for said, own in self._texts if not own.holds(plain)))
        phrases = [f" {thing} {between}{plain} " for thing in things(need) for between in _NUMBERED]
        return any(phrase in said for said in texts for phrase in phrases)

    def _of_tool(self, meant: Meant) -> tuple[str, frozenset[str]]:
        """Return what a tool's description says, and the values that its schema gives, folded."""
        if meant.tool not in self._of_tools:
            tool = self._offer.known(meant)
            self._of_tools[meant.tool] = told(tool.description, tool.input_schema) if tool else ("", frozenset())
        return self._of_tools[meant.tool]


def _is_within(value: Scalar, before: list[Scalar]) -> bool:
    """True where a value is read out of one that was given in its place, and was looked at before it."""
    word = f" {folded(written(value))} "
    return any(word in f" {folded(written(each))} " for each in before)


def _is_of(place: str, outputs: frozenset[str]) -> bool:
    """True for a place in one of these outputs of a workflow, or where that may be."""
    return any(place.startswith("?") or f"{place}.".startswith((f"{each}.", f"{each}[")) for each in outputs)


def _is_short(plain: str) -> bool:
    return plain.isdigit() and len(plain) <= _SHORT
