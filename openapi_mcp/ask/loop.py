"""The loop: reason, call, append, over one history; a flow that yields what it wants done (ask/steps.py)."""

from collections.abc import Generator
from dataclasses import replace

from openapi_mcp.ask import as_text
from openapi_mcp.ask.answers import cut_off, interrupted, too_late, too_many, unaccepted
from openapi_mcp.ask.as_text import has_call
from openapi_mcp.ask.closing import ASKED_TO_CLOSE, closing, refused, why
from openapi_mcp.ask.gate import Gate, is_unreadable
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.repeats import Notice
from openapi_mcp.ask.shorten import shorten, size
from openapi_mcp.ask.spending import Spending, tool_size
from openapi_mcp.ask.steps import Foreseen, Interrupted, Invoke, Outcome, Step, Think
from openapi_mcp.model.chat import (
    Answered,
    Asked,
    Ending,
    EndKind,
    FaultKind,
    Finish,
    History,
    Message,
    ModelFault,
    ToolCall,
    Turn,
)

UNLIMITED = Limits()
_MOST_CALLS = 32  # of one turn
_MOST_SHORTER = 4  # times that the history is halved for one turn of a model
_SHORT = 1_000  # characters: what is too long beside them are the tools, or it is a very small context
_MOST_MALFORMED = 2  # turns in a row with calls that are no JSON, which are answered
_MOST_UNSENT = 5  # turns in a row of whose calls none was sent
_TO_BE_CLOSED = frozenset((EndKind.STEPS, EndKind.TOKENS, EndKind.BUDGET, EndKind.LOOP))
_NO_JSON = "it writes calls that are no JSON, again and again; try another --model"
_LIMITS_OF_SIZE = frozenset((EndKind.TOKENS, EndKind.BUDGET))
_SAY_SOMETHING = "You said nothing and called nothing. Answer the question, or call a tool."
_GO_ON = "Your answer was cut off, as it was too long. Go on exactly where it stopped, and be brief."
_CIRCLES = (
    "You made a call again that had been made, and its answer was the same. Answer with what you know, or take another "
    "way; if the same call comes once more, the run ends."
)

Steps = Generator[Step, Outcome, Ending]
Faults = tuple[ModelFault, ...]


def run(history: History, offer: Offer, limits: Limits = UNLIMITED) -> Steps:
    """Return how a run ends: `history` ends with what a person asks, the Ending's has all that came after it.

    Yields a Think for each turn of a model, and an Invoke for each call that is to be made, one at a time. What the
    history holds from before (`ask --continue`, a chat) counts: its answers ground ids, and its writes are not made
    again unasked. The history of a Think may be shortened, the Ending's never is.

    To end it early (Ctrl-C), throw Interrupted into it where it waits: it then returns an Ending of the kind
    INTERRUPTED, with the whole history, each call in it answered.
    """
    return (yield from _Run(history, offer, limits).going())


class _Run:
    """One run as it stands: what was said so far, and what is counted."""

    def __init__(self, history: History, offer: Offer, limits: Limits) -> None:
        self._offer = offer
        self._limits = limits
        self._gate = Gate(offer)
        self._spending = Spending(limits)
        self._history: list[Message] = []
        self._waiting: list[ToolCall] = []  # calls of the last turn that have no answer yet
        self._is_on_its_way = False  # the first of them
        self._room = limits.room
        self._fixed = len(offer.instructions) + sum(map(tool_size, offer.tools))  # what each request has
        self._pieces: list[str] = []  # of an answer that was cut off
        self._empty = self._malformed = self._unsent = self._textual = 0  # turns in a row
        for message in _mended(history):
            self._history.append(message)
            self._gate.hear(message)

    def going(self) -> Steps:
        try:
            while True:
                room = self._room_for_another()
                if (limit := self._spending.ends(self._told(room))) is not None:
                    return (yield from self._closed(limit))
                turn = yield from self._thought(room)
                if not isinstance(turn, Turn):
                    return self._ended(EndKind.MODELS, faults=turn)
                self._spending.steps += 1
                if (ending := (yield from self._taken(turn))) is not None:
                    return ending
        except Interrupted as ended:
            if self._is_on_its_way and ended.is_unaccepted:
                self._history.append(unaccepted(self._waiting.pop(0)))
                self._is_on_its_way = False
            for call in self._waiting:
                self._history.append(interrupted(call, is_on_its_way=self._is_on_its_way))
                self._is_on_its_way = False
            return self._ended(EndKind.INTERRUPTED)

    def _room_for_another(self) -> int:
        """Return the room of the next turn: less than there is where an answer is too large for what may be used."""
        room = self._room
        for _ in range(_MOST_SHORTER):
            told = self._told(room)
            if self._spending.ends(told) not in _LIMITS_OF_SIZE or not self._spending.is_leap(told):
                return room
            room = min(room, self._size(room)) // 2
        return room

    def _room_for_last_word(self) -> int | None:
        """Return the room in which the model can say what is known; None where nothing is left for it."""
        room = self._room
        for _ in range(_MOST_SHORTER + 1):
            if self._spending.has_last_word(self._told(room)):
                return room
            room = min(room, self._size(room)) // 2
        return None

    def _told(self, room: int) -> int:
        """Return about how many characters a request has in which the history takes so much room."""
        return self._size(room) + self._fixed

    def _thought(self, room: int, *, may_call: bool = True) -> Generator[Step, Outcome, Turn | Faults]:
        """Return a model's turn, or the faults of all models; what is too long for them is told in short."""
        halvings = 0
        while True:
            told = shorten(tuple(self._history), room)
            half = min(room, size(told)) // 2
            can_be_shorter = halvings < _MOST_SHORTER and half >= _SHORT and self._size(half) < size(told)
            outcome = yield self._think(told, may_call=may_call, can_be_shorter=can_be_shorter)
            match outcome:
                case Turn():
                    self._spending.spent(outcome, size(told) + self._fixed)
                    return outcome
                case Answered() | Foreseen():
                    raise TypeError("a Think is answered with a Turn, or with faults")
            if not can_be_shorter or not any(fault.kind is FaultKind.TOO_LONG for fault in outcome):
                return outcome
            self._room = room = half
            halvings += 1

    def _size(self, room: int) -> int:
        return size(shorten(tuple(self._history), room))

    def _think(self, told: History, *, may_call: bool, can_be_shorter: bool) -> Think:
        most = self._spending.most_out(size(told) + self._fixed)
        return Think(
            history=told,
            tools=self._offer.tools,
            instructions=self._offer.instructions,
            most_tokens=most,
            may_call=may_call,
            can_be_shorter=can_be_shorter,
        )

    def _taken(self, turn: Turn) -> Generator[Step, Outcome, Ending | None]:
        """Append a turn with the answers to its calls; return the run's end where it is one."""
        if turn.finish is Finish.REFUSED:
            self._append_unmade(turn)
            return self._ending(EndKind.REFUSED, refused(turn.text, tuple(self._history), self._gate.is_write))
        if turn.finish is Finish.LENGTH:
            return self._cut_off(turn)
        if turn.calls:
            self._empty = 0
            self._pieces.clear()
            self._textual = 0
            return (yield from self._called(turn))
        if self._offer.tools and has_call(turn.text):
            return self._as_text(turn)
        if turn.text.strip() and turn.finish is not Finish.CALLS:
            self._history.append(turn)
            return self._ending(EndKind.ANSWERED, "".join((*self._pieces, turn.text)))
        self._empty += 1
        if self._empty > 1:
            return self._ended(EndKind.EMPTY)
        self._history.append(Asked(text=_SAY_SOMETHING, is_ours=True))
        return None

    def _as_text(self, turn: Turn) -> Ending | None:
        """Take a turn with a call in its text: the model is told once, the second time nothing will come of it."""
        self._history.append(turn)
        self._textual += 1
        if self._textual > 1:
            return self._malformed_end(turn, as_text.WHY)
        self._history.append(Asked(text=as_text.SAY, is_ours=True))
        return None

    def _cut_off(self, turn: Turn) -> Ending | None:
        """Take a turn that was cut off: none of its calls is made. The model may go on once."""
        if turn.text.strip() or turn.calls:
            self._append_unmade(turn, is_cut_off=True)
        is_second = bool(self._pieces)
        self._pieces.append(turn.text)
        if is_second:
            more = "the model's answer was cut off, twice, as it was longer than one turn may be"
            return self._ended(EndKind.TOKENS, words="".join(self._pieces), more=more)
        self._history.append(Asked(text=_GO_ON, is_ours=True))
        return None

    def _append_unmade(self, turn: Turn, *, is_cut_off: bool = False) -> None:
        self._history.append(turn)
        self._history += [cut_off(call) if is_cut_off else too_late(call) for call in turn.calls]

    def _called(self, turn: Turn) -> Generator[Step, Outcome, Ending | None]:
        """Make the calls of a turn, in their order, and append their answers."""
        self._history.append(turn)
        self._waiting = list(turn.calls)
        before, notices = len(self._history), []
        for at, call in enumerate(turn.calls):
            answer, foreseen = too_many(call, _MOST_CALLS) if at >= _MOST_CALLS else self._gate.answer(call), None
            if answer is None and (step := self._gate.foresee(call)) is not None:
                outcome = yield step
                foreseen = outcome if isinstance(outcome, Foreseen) else Foreseen()
                answer = self._gate.answer_foreseen(call, foreseen)
            if answer is None:
                answer = self._gate.held_back((yield from self._invoked(call)))
            self._history.append(answer)
            self._waiting.pop(0)
            notices.append(self._gate.answered(answer, foreseen))
        self._count(turn, self._history[before:])
        if self._malformed > _MOST_MALFORMED:
            return self._malformed_end(turn, _NO_JSON)
        if Notice.END in notices or self._unsent >= _MOST_UNSENT:
            return (yield from self._closed(EndKind.LOOP))
        if Notice.SAY in notices:
            self._history.append(Asked(text=_CIRCLES, is_ours=True))
        return None

    def _invoked(self, call: ToolCall) -> Generator[Step, Outcome, Answered]:
        self._is_on_its_way = True
        outcome = yield Invoke(call=call)
        self._is_on_its_way = False
        if not isinstance(outcome, Answered):
            raise TypeError("an Invoke is answered with an Answered")
        return outcome if outcome.call == call else replace(outcome, call=call)

    def _count(self, turn: Turn, answers: list[Message]) -> None:
        self._malformed = self._malformed + 1 if any(is_unreadable(call) for call in turn.calls) else 0
        has_sent = any(isinstance(each, Answered) and (each.is_sent or not each.is_error) for each in answers)
        self._unsent = 0 if has_sent else self._unsent + 1

    def _malformed_end(self, turn: Turn, message: str) -> Ending:
        fault = ModelFault(model=turn.model, kind=FaultKind.MALFORMED, message=message)
        return self._ended(EndKind.MODELS, faults=(fault,))

    def _closed(self, kind: EndKind) -> Steps:
        """Return a run's end at a limit; before it the model says what is known, where there is enough for that."""
        if kind not in _TO_BE_CLOSED:
            return self._ended(kind)
        self._history.append(Asked(text=ASKED_TO_CLOSE.format(why=why(kind, self._limits)), is_ours=True))
        if (room := self._room_for_last_word()) is None:
            self._history.pop()
            return self._ended(kind)
        turn = yield from self._thought(room, may_call=False)
        if not isinstance(turn, Turn):
            self._history.pop()
            return self._ended(kind, faults=turn)
        if turn.text.strip() or turn.calls:
            self._append_unmade(turn)
        return self._ended(kind, words="" if has_call(turn.text) else turn.text)

    def _ended(self, kind: EndKind, *, words: str = "", more: str = "", faults: Faults = ()) -> Ending:
        """Return the end of a run that found no answer, with an honest word."""
        history = tuple(self._history)
        text = closing(kind, history, self._limits, self._gate.is_write, words=words, more=more)
        return self._ending(kind, text, faults)

    def _ending(self, kind: EndKind, text: str, faults: Faults = ()) -> Ending:
        return Ending(
            kind=kind,
            text=text,
            history=tuple(self._history),
            steps=self._spending.steps,
            usage=self._spending.usage,
            faults=faults,
        )


def _mended(history: History) -> History:
    """Return a history in which each call has its answer: a run may have ended between the two."""
    mended: list[Message] = []
    waiting: list[ToolCall] = []
    for message in history:
        if isinstance(message, Answered):
            waiting = waiting[1:]  # they are in the order of their calls
        else:
            mended += [interrupted(call, is_on_its_way=True) for call in waiting]
            waiting = list(message.calls) if isinstance(message, Turn) else []
        mended.append(message)
    return (*mended, *(interrupted(call, is_on_its_way=True) for call in waiting))
