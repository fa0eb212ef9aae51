"""A history that fits: old results are shortened first, then old turns are left out; what identifies something stays.

Never left out: what a person said, the last turns, the answer to a call that stays, an id that an answer gave.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from openapi_mcp.ask.identifying import UNKNOWN, Identifying
from openapi_mcp.ask.ids import kept_of, plain_values
from openapi_mcp.ask.leaves import leaves, written
from openapi_mcp.ask.meant import meant
from openapi_mcp.model.chat import Answered, Asked, History, Message, ToolCall, Turn
from openapi_mcp.model.jsontext import write_json

LAST = 2  # turns, with their answers: they are never left out
_MOST_PASSES = 8
_HEAD = 600  # characters that are shown of a result that was cut
_CUT = "… "  # begins the word on what was cut
_IDS = "; ids kept: "
_LEFT_OUT = "Earlier steps are left out here, to save room. What they called, and the ids that they gave, as data:"

Group = tuple[Message, ...]
"""What a person said, or a turn with the answers to its calls."""


def shorten(history: History, room: int, known: Identifying = UNKNOWN) -> History:
    """Return a history of at most `room` characters, where that can be: what is never left out may take more.

    What is `known` to identify something stays beside what is called as an id is.

    Of a result that is cut, `text` has the beginning, or nothing of it, then how much was cut and its ids; its `value`
    is None. Whoever tells a model of results tells their `text`.
    """
    for _ in range(_MOST_PASSES):
        if (whole := size(history)) <= room:
            break
        short = _shorter(history, whole - room, known)
        if size(short) >= whole:
            break
        history = short  # values that calls took which are left out now need not stay for them
    return history


def _shorter(history: History, over: int, known: Identifying) -> History:
    groups = _groups(history)
    turns = [at for at, group in enumerate(groups) if isinstance(group[0], Turn) and group[0].says_something]
    border = turns[-LAST:][0] if turns else len(groups)
    early, late = range(border), range(border, len(groups))
    cutting = _Cutting(groups, over, _Ids(_used(history), known))
    cutting.cut(early, _HEAD)
    cutting.cut(early, 0)
    cutting.leave_out([at for at in turns if at < border])
    cutting.cut(late, _HEAD)
    cutting.cut(late, 0)
    return tuple(message for group in cutting.groups for message in group)


def size(history: Iterable[Message]) -> int:
    """Return about how many characters a model is told."""
    return sum(map(_size, history))


def _size(message: Message) -> int:
    match message:
        case Asked():
            return len(message.text)
        case Turn():
            whole = len(message.text) + len(message.thought) + sum(map(_call_size, message.calls))
            return whole if message.says_something else 0
        case Answered():
            return len(message.text) + len(message.call.id)


def _call_size(call: ToolCall) -> int:
    try:
        arguments = len(call.written) if call.arguments is None else len(write_json(call.arguments))
    except (ValueError, TypeError, RecursionError):  # NaN, or nested too deeply
        arguments = len(call.written)
    return len(call.tool) + len(call.id) + arguments


def _groups(history: History) -> list[Group]:
    groups: list[list[Message]] = []
    for message in history:
        if isinstance(message, Answered) and groups and isinstance(groups[-1][0], Turn):
            groups[-1].append(message)
        else:
            groups.append([message])
    return [tuple(group) for group in groups]


def _used(history: History) -> frozenset[str]:
    """Return the values that calls take, written out."""
    calls = (call for message in history if isinstance(message, Turn) for call in message.calls)
    values = (leaf for call in calls if call.arguments for leaf in leaves(meant(call).arguments) if not leaf.is_key)
    return frozenset(text for leaf in values if (text := written(leaf.value)))


@dataclass(frozen=True, slots=True)
class _Ids:
    """What is kept of an answer: what calls took of it, what is known to identify, what is called as an id is."""

    used: Collection[str]
    known: Identifying

    def of(self, answer: Answered) -> str:
        return kept_of(answer.value, answer.text, self.used, meant(answer.call).tool, self.known)


class _Cutting:
    """The groups as they are cut, until `over` characters are gone."""

    def __init__(self, groups: list[Group], over: int, ids: "_Ids") -> None:
        self.groups = groups
        self._over = over
        self._ids = ids

    def cut(self, places: Iterable[int], head: int) -> None:
        """Shorten the results at these places to a head and their ids, the first ones first."""
        for at in places:
            if self._over <= 0:
                return
            self.groups[at] = tuple(self._shortened(message, head) for message in self.groups[at])

    def _shortened(self, message: Message, head: int) -> Message:
        if not isinstance(message, Answered) or self._over <= 0:
            return message
        short = _cut(message, head, self._ids)
        self._over -= len(message.text) - len(short.text)
        return short

    def leave_out(self, places: Sequence[int]) -> None:
        """Leave the first turns out with their answers, as many as saves most; one message of ours stands for them."""
        lines, gain, told = [_LEFT_OUT], -len(_LEFT_OUT), frozenset[str]()
        count, saved, needed = 0, 0, 1  # turns, characters, lines of the best choice so far
        for number, at in enumerate(places, start=1):
            if saved >= self._over:
                break
            more, told = _lines(self.groups[at], self._ids, told)
            gain += size(self.groups[at]) - sum(len(line) + 1 for line in more)
            lines += more
            if gain > saved:
                count, saved, needed = number, gain, len(lines)
        for at in places[:count]:
            self.groups[at] = ()
        if count:
            self._over -= saved
            self.groups[places[0]] = (Asked(text="\n".join(lines[:needed]), is_ours=True),)


def _lines(group: Group, ids: "_Ids", told: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Return a line for each call of a turn: what it was, and the ids that its answer gave; and all that were told.

    They will stand among our own words: nothing with a space in it is taken over, as it could be read as an order. An
    id that was told before is not told again.
    """
    lines, more = [], told
    for message in group:
        if isinstance(message, Answered):
            how = "failed" if message.is_error else "done" if message.is_sent else "not sent"
            kept = message.text.rpartition(_IDS)[2] if message.shortened else ids.of(message)
            arguments, _ = plain_values(message.call.arguments)
            shown, new = plain_values(kept, more)
            lines.append(f"- {message.call.tool} {arguments}: {how}; ids: {shown}")
            more |= new
    return lines, more


def _cut(answer: Answered, head: int, ids: "_Ids") -> Answered:
    """Return an answer with the beginning of its text, and its ids; itself where that is no shorter."""
    if answer.shortened:
        shown, _, note = answer.text.rpartition(f"\n{_CUT}")
        kept = note.partition(_IDS)[2]
        gone = answer.shortened + len(shown) - len(shown[:head])
    else:
        shown, kept = answer.text, ids.of(answer)
        gone = len(answer.text) - len(shown[:head])
    text = _with_note(shown[:head], gone, kept)
    return answer if len(text) >= len(answer.text) else replace(answer, text=text, value=None, shortened=gone)


def _with_note(shown: str, gone: int, ids: str) -> str:
    note = f"{_CUT}{gone:,} characters cut{f'{_IDS}{ids}' if ids else ''}"
    return f"{shown}\n{note}" if shown else note
