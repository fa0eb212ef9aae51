"""The loop: reason, call, append, over one history; a flow that yields what it wants done (ask/steps.py)."""

from collections.abc import Generator
from dataclasses import replace

from openapi_mcp.ask import as_text
from openapi_mcp.ask.answers import cut_off, interrupted, too_late, too_many, unaccepted
from openapi_mcp.ask.as_text import has_call
from openapi_mcp.ask.closing import ASKED_TO_CLOSE, NONE_SENT, closing, refused, too_dear, too_few, why
from openapi_mcp.ask.gate import Gate, is_unreadable
from openapi_mcp.ask.mended import mended
from openapi_mcp.ask.offer import Limits, Offer
from openapi_mcp.ask.repeats import Notice
from openapi_mcp.ask.steps import Foreseen, Interrupted, Invoke, Outcome, Step
from openapi_mcp.ask.turns import Faults, Turns
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
_MOST_MALFORMED = 2  # turns in a row with calls that are no JSON, which are answered
_MOST_UNSENT = 5  # turns in a row of whose calls none was sent
_NO_JSON = "it writes calls that are no JSON, again and again; try another --model"
_SAY_SOMETHING = "You said nothing and called nothing. Answer the question, or call a tool."
_GO_ON = "Your answer was cut off, as it was too long. Go on exactly where it stopped, and be brief."
_CIRCLES = (
    "You made a call again that had been made, and its answer was the same. Answer with what you know, or take another "
    "way; if the same call comes once more, the run ends."
)

Steps = Generator[Step, Outcome, Ending]


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
        self._turns = Turns(offer, limits)
        self._history: list[Message] = []
        self._waiting: list[ToolCall] = []  # calls of the last turn that have no answer yet
        self._is_on_its_way = False  # the first of them
        self._pieces: list[str] = []  # of an answer that was cut off
        self._empty = self._malformed = self._unsent = self._lost = 0  # turns in a row
        self._names = frozenset((*(tool.name for tool in offer.tools), *offer.operations))
        for message in mended(history):
            self._history.append(message)
            self._gate.hear(message)

    def going(self) -> Steps:
        try:
            while True:
                room = self._turns.room_for_another(self._history)
                if (limit := self._turns.limit(self._history, room)) is not None:
                    return (yield from self._at_limit(limit, room))
                turn = yield from self._turns.next(self._history, room)
                if not isinstance(turn, Turn):
                    is_dear = any(fault.kind is FaultKind.DEAR for fault in turn)
                    return self._ended(EndKind.BUDGET if is_dear else EndKind.MODELS, faults=turn)
                self._turns.spending.steps += 1
                if (ending := (yield from self._taken(turn))) is not None:
                    return ending
        except Interrupted as ended:
            if self._is_on_its_way and ended.is_unaccepted:
                self._history.append(unaccepted(self._waiting.pop(0)))
                self._is_on_its_way = False
            for call in self._waiting:
                requests = ended.requests if self._is_on_its_way else ()
                answer = interrupted(call, is_on_its_way=self._is_on_its_way)
                self._history.append(replace(answer, requests=requests))
                self._is_on_its_way = False
            return self._ended(EndKind.INTERRUPTED)

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
            self._lost = 0
            return (yield from self._called(turn))
        if self._offer.tools and has_call(turn.text, self._names):
            return self._without_its_call(turn, as_text.SAY, as_text.WHY)
        if self._offer.tools and turn.finish is Finish.CALLS:
            return self._without_its_call(turn, as_text.SAY_NONE_CAME, as_text.WHY_NONE_CAME)
        if turn.text.strip():
            self._history.append(turn)
            return self._ending(EndKind.ANSWERED, "".join((*self._pieces, turn.text)))
        self._history.append(turn)  # no model is told of it; what it took is in it
        self._empty += 1
        if self._empty > 1:
            return self._ended(EndKind.EMPTY)
        self._history.append(Asked(text=_SAY_SOMETHING, is_ours=True))
        return None

    def _without_its_call(self, turn: Turn, say: str, why_not: str) -> Ending | None:
        """Take a turn whose call its server did not hand on: the model is told once, a second time ends the run."""
        self._history.append(turn)
        self._lost += 1
        if self._lost > 1:
            return self._malformed_end(turn, why_not)
        self._history.append(Asked(text=say, is_ours=True))
        return None

    def _cut_off(self, turn: Turn) -> Ending | None:
        """Take a turn that was cut off: none of its calls is made. The model may go on once."""
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
        self._gate.turned()
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
        if Notice.END in notices:
            return (yield from self._closed(EndKind.LOOP, why(EndKind.LOOP, self._limits)))
        if self._unsent >= _MOST_UNSENT:
            return (yield from self._closed(EndKind.LOOP, NONE_SENT))
        if Notice.SAY in notices:
            self._history.append(Asked(text=_CIRCLES, is_ours=True))
        return None

    def _invoked(self, call: ToolCall) -> Generator[Step, Outcome, Answered]:
        self._is_on_its_way = True
        outcome = yield Invoke(call=call, is_again=self._gate.is_insisted)
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

    def _at_limit(self, kind: EndKind, room: int) -> Steps:
        if self._turns.spending.steps == 0:  # nothing was asked, so there is nothing to be said
            if kind is EndKind.BUDGET and (dear := self._turns.too_dear(self._history)) is not None:
                return self._ended(kind, more=too_dear(*dear, self._limits))
            needed = self._turns.needed(self._history, room)
            return self._ended(kind, more=too_few(kind, self._limits, needed))
        return (yield from self._closed(kind, why(kind, self._limits)))

    def _closed(self, kind: EndKind, because: str) -> Steps:
        """Return a run's end at a limit; before it the model says what is known, where there is enough for that."""
        self._history.append(Asked(text=ASKED_TO_CLOSE.format(why=because), is_ours=True))
        if (room := self._turns.room_for_last_word(self._history)) is None:
            self._history.pop()
            return self._ended(kind, more=because)
        turn = yield from self._turns.next(self._history, room, may_call=False)
        if not isinstance(turn, Turn):
            self._history.pop()
            return self._ended(kind, more=because, faults=turn)
        if turn.text.strip() or turn.calls:
            self._append_unmade(turn)
        return self._ended(kind, words="" if has_call(turn.text, self._names) else turn.text, more=because)

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
            steps=self._turns.spending.steps,
            usage=self._turns.spending.usage,
            faults=faults,
        )
