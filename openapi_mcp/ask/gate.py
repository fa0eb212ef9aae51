"""What stands between a model's call and its being sent: each check has an answer of its own in place of the API's."""

from dataclasses import replace

from openapi_mcp.ask.answers import malformed, repeated, too_deep, ungrounded, unknown
from openapi_mcp.ask.grounds import Grounds
from openapi_mcp.ask.meant import Meant, is_too_deep, meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.repeats import Notice, Repeats
from openapi_mcp.ask.respelt import IdKeys, id_keys
from openapi_mcp.ask.steps import Foresee, Foreseen
from openapi_mcp.ask.writes import Writes
from openapi_mcp.model.chat import Answered, Asked, Message, ToolCall


class Gate:
    """Knows what was said, answered and written in a run, and which calls may follow."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._grounds = Grounds(offer)
        self._writes = Writes()
        self._repeats = Repeats()
        self._unheard: list[Answered] = []  # of the turn that goes on
        self.is_insisted = False
        """True where the call that was looked at last was made already, and the model was told so before."""

    def turned(self) -> None:
        """Take that a turn of a model begins: all its calls are held against what was known then.

        What one of them is answered grounds no other one: the model had not seen it.
        """
        for answer in self._unheard:
            self._grounds.hear(answer)
        self._unheard.clear()
        self._writes.turned()

    def hear(self, message: Message) -> None:
        """Take a message of before this run."""
        self._grounds.hear(message)
        match message:
            case Asked(is_ours=False):
                self._writes.asked()
            case Answered() if not is_unreadable(message.call):
                self._written(message)

    def answer(self, call: ToolCall) -> Answered | None:
        """Return what is answered to a call in place of the API, as it was written; None where it may be sent."""
        self.is_insisted = False
        if call.arguments is None:
            return malformed(call)
        if is_too_deep(call.arguments):
            return too_deep(call)
        what = meant(call)
        if self._offer.known(what) is None:
            return unknown(call, what, self._offer)
        if (lacks := self._grounds.lacking(what)) is not None:
            return ungrounded(call, lacks, self._offer)
        return self._repeated(call, self._looked(what))

    def foresee(self, call: ToolCall) -> Foresee | None:
        """Return what asks for what a call would send, None where nothing hangs on that."""
        if not self.is_write(call) and not self._offer.needs.get(meant(call).tool):
            return None
        return Foresee(call=call, made=self._writes.keys)

    def answer_foreseen(self, call: ToolCall, foreseen: Foreseen) -> Answered | None:
        """Return what is answered to a call in place of the API, by what it would send; None where it is to be sent."""
        what = meant(call)
        if foreseen.arguments is not None:
            lacks = self._grounds.lacking(replace(what, arguments=foreseen.arguments), what.arguments)
            if lacks is not None:
                return ungrounded(call, lacks, self._offer)
        return self._repeated(call, self._looked(what, foreseen))

    def held_back(self, answer: Answered) -> Answered:
        """Return what is answered to a call: where its request was made already, what it was answered with then.

        That is known only as it is to go out, where something was looked up for it, or repaired after a refusal.
        """
        if not answer.held:
            return answer
        keys = [meant(answer.call).key, answer.held]
        self._writes.held(answer)
        if answer.is_sent:  # a workflow, whose other steps were: its failure says what was done
            self._writes.again(keys)
            return answer
        return self._repeated(answer.call, keys) or answer

    def _repeated(self, call: ToolCall, keys: list[str]) -> Answered | None:
        if self.is_insisted or not self.is_write(call) or (found := self._writes.again(keys)) is None:
            return None
        self.is_insisted = found.is_insisted
        return None if found.is_insisted else repeated(call, found)

    def answered(self, answer: Answered, foreseen: Foreseen | None = None) -> Notice:
        """Take the answer to a call, the API's or ours; return whether the run goes in circles."""
        self._unheard.append(answer)
        if is_unreadable(answer.call):
            return Notice.NONE  # counted by the loop: nothing can be compared
        what = meant(answer.call)
        if self._written(answer, foreseen):
            self._repeats.written()
            return Notice.NONE
        return self._repeats.answered(what.key, answer)

    def _written(self, answer: Answered, foreseen: Foreseen | None = None) -> bool:
        """Take what an answer tells of writes: a read comes with those that calls in the background have sent."""
        if self.is_write(answer.call):
            return self._writes.answered(self._kept(meant(answer.call), foreseen), answer)
        return bool(answer.requests) and self._writes.answered((), answer)

    def is_write(self, call: ToolCall) -> bool:
        """True for a call that may change something; of what is not known, everything may."""
        if is_unreadable(call):
            return False  # and was never sent
        tool = self._offer.known(meant(call))
        return tool is None or not tool.is_read

    def _looked(self, what: Meant, foreseen: Foreseen | None = None) -> list[str]:
        """Return the keys under which a write is looked for."""
        return [*_keys(what, foreseen), *(key for each in self._by_ids(what, foreseen) for key in each.looked)]

    def _kept(self, what: Meant, foreseen: Foreseen | None = None) -> list[str]:
        """Return the keys under which a write is kept that was made."""
        return [*_keys(what, foreseen), *(key for each in self._by_ids(what, foreseen) for key in each.kept)]

    def _by_ids(self, what: Meant, foreseen: Foreseen | None) -> list[IdKeys]:
        return [id_keys(each, self._offer, self._grounds.is_respelt) for each in _forms(what, foreseen)]


def _forms(what: Meant, foreseen: Foreseen | None) -> list[Meant]:
    """Return a call as it was written, and as it was repaired, where that is known."""
    if foreseen is None or foreseen.arguments is None:
        return [what]
    return [what, replace(what, arguments=foreseen.arguments)]


def _keys(what: Meant, foreseen: Foreseen | None) -> list[str]:
    keys = [each.key for each in _forms(what, foreseen)]
    requests = [foreseen.request] if foreseen is not None and foreseen.request else []
    return [keys[0], *requests, *keys[1:]]


def is_unreadable(call: ToolCall) -> bool:
    """True for a call whose arguments are no JSON object, or nested beyond measure."""
    return call.arguments is None or is_too_deep(call.arguments)
