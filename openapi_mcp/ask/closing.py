"""The honest word at the end of a run that found no answer: what is known, what was changed, what is missing."""

from collections.abc import Callable

from openapi_mcp.ask.answers import UNACCEPTED
from openapi_mcp.ask.as_text import has_call
from openapi_mcp.ask.meant import meant
from openapi_mcp.ask.offer import Limits
from openapi_mcp.ask.writes import was_done
from openapi_mcp.model.chat import Answered, Asked, EndKind, FaultKind, History, ModelFault, ToolCall, Turn
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.room import brief

ASKED_TO_CLOSE = (
    "No more calls can be made in this run: {why}. Say now, in short: what you found that answers the question, what "
    "was changed, what is still missing or not sure."
)
NONE_SENT = "none of its last calls could be sent, and it found no other way"
_REFUSED = "The model, or a filter of its provider, refused to answer."
_CHEAPER = "a larger --budget, a cheaper --model, or fewer tools (--mode search, --include)"
_MOST_SHOWN = 5  # answers, and writes
_LONGEST_WORDS = 2_000  # characters
_LONGEST_ANSWER = 300
_LONGEST_CALL = 200

IsWrite = Callable[[ToolCall], bool]


def why(kind: EndKind, limits: Limits) -> str:
    """Return why a run ends, as a part of a sentence, with what would let it go further."""
    match kind:
        case EndKind.STEPS:
            steps = "its one step" if limits.max_steps == 1 else f"its {limits.max_steps} steps"
            return f"it took {steps} (--max-steps)"
        case EndKind.TOKENS:
            return f"too little is left of its {limits.max_tokens or 0:,} tokens to go on (--max-tokens)"
        case EndKind.BUDGET:
            return f"too little is left of its budget of ${limits.budget or 0:g} to go on (--budget)"
        case EndKind.LOOP:
            return "it went in circles: calls that had been made came again, and their answers with them"
        case EndKind.EMPTY:
            return "the model said nothing, twice"
        case EndKind.MODELS:
            return "no model is left that answers"
        case EndKind.INTERRUPTED:
            return "it was interrupted"
        case _:
            return "it came to no answer"


def too_few(kind: EndKind, limits: Limits, needed: int) -> str:
    """Return why a run ends before its first request, which takes about so many tokens."""
    if kind is not EndKind.TOKENS:
        return why(kind, limits)
    most = limits.max_tokens or 0
    return f"{most:,} tokens (--max-tokens) do not suffice for one request, which takes about {needed:,}"


def too_dear(tokens: int, cost: float, limits: Limits) -> str:
    """Return why a run does not even begin, as a part of a sentence, with what would let it."""
    return (
        f"the first request alone, about {tokens:,} tokens, would cost ${cost:.4f}, which is more than the budget of "
        f"${limits.budget or 0:g}, so that nothing was sent. Give {_CHEAPER}"
    )


def too_dear_for(model: str, tokens: int, cost: float, limits: Limits) -> ModelFault:
    """Return why one of the models is not asked, as its fault."""
    said = (
        f"{model}: the request alone, about {tokens:,} tokens, would cost ${cost:.4f}, which is more than is left of "
        f"the budget of ${limits.budget or 0:g}, so that it was not asked. What to do: give {_CHEAPER}."
    )
    return ModelFault(model=model, kind=FaultKind.DEAR, message=said)


def closing(kind: EndKind, history: History, limits: Limits, is_write: IsWrite, *, words: str, more: str = "") -> str:
    """Return the text of a run's end; `words` are the model's own on what is known, "" where it said none."""
    parts = [
        words.strip() or so_far(history),
        f"The run ended without an answer: {more or why(kind, limits)}.",
        carried_out(history, is_write),
        unaccepted(history),
    ]
    return "\n\n".join(filter(None, parts))


def refused(words: str, history: History, is_write: IsWrite) -> str:
    """Return the text of a run's end where the model will not answer: what it says, and what it did before."""
    done = carried_out(history, is_write) if _writes_done(history, is_write) else ""
    end = "The model, or a filter of its provider, refused to go on." if words.strip() else _REFUSED
    return "\n\n".join(filter(None, (words.strip(), end, done)))


def so_far(history: History) -> str:
    """Return what the run found since the person last asked, in short: the model's last words, the last answers."""
    since = _since_asked(history)
    said = [each.text for each in since if isinstance(each, Turn) and each.text.strip() and not has_call(each.text)]
    words = said[-1] if said else ""
    answers = [each for each in since if isinstance(each, Answered) and each.is_sent and not each.is_error]
    lines = [f"- {_call(each)}: {brief(each.text, _LONGEST_ANSWER)}" for each in answers[-_MOST_SHOWN:]]
    last = f"The model's last words: {brief(words, _LONGEST_WORDS)}" if words else ""
    has_called = any(isinstance(each, Answered) for each in since)
    found = "\n".join(["Found so far:", *lines]) if lines else "Nothing was found so far." if has_called else ""
    return "\n\n".join(filter(None, (last, found)))


def carried_out(history: History, is_write: IsWrite) -> str:
    """Return which calls changed something since the person last asked, or may have."""
    done = _writes_done(history, is_write)
    if not done:
        has_called = any(isinstance(each, Answered) for each in _since_asked(history))
        return "Nothing was changed." if has_called else ""
    lines = [f"- {_call(each)}{' (failed; it may have been carried out)' if each.is_error else ''}" for each in done]
    more = [f"- and {len(lines) - 2 * _MOST_SHOWN} more"] if len(lines) > 2 * _MOST_SHOWN else []
    return "\n".join(["Carried out:", *lines[: 2 * _MOST_SHOWN], *more])


def _writes_done(history: History, is_write: IsWrite) -> list[Answered]:
    writes = [each for each in _since_asked(history) if isinstance(each, Answered) and is_write(each.call)]
    return [each for each in writes if was_done(each)]


def unaccepted(history: History) -> str:
    """Return which calls were not sent since the person last asked, as the run was ended at their question."""
    left = []
    for each in _since_asked(history):
        match each:
            case Answered(value={"error": {"message": said}}) if said == UNACCEPTED:
                left.append(f"- {_call(each)}")
    return "\n".join(["Not sent, as you did not accept:", *left[-_MOST_SHOWN:]]) if left else ""


def _since_asked(history: History) -> History:
    asked = [at for at, each in enumerate(history) if isinstance(each, Asked) and not each.is_ours]
    return history[asked[-1] :] if asked else history


def _call(answer: Answered) -> str:
    what = meant(answer.call)
    try:
        arguments = write_json(what.arguments)
    except (ValueError, TypeError, RecursionError):
        arguments = answer.call.written
    return f"{brief(what.tool, 100)} {brief(arguments, _LONGEST_CALL)}"
