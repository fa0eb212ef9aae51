"""What a failed request to a model means, in a few words: what it says, when to come back, what to do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openapi_mcp.ask.kinds import is_filtered, kind_of, takes_no_tools, wrote_no_call
from openapi_mcp.ask.names import SERVICES, ModelName, Wire
from openapi_mcp.ask.resets import retry_after, seconds_to_reset
from openapi_mcp.model.chat import PASSING, FaultKind, ModelFault
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.secret import MASK, Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

_LONG = 300.0  # seconds; who is told to wait longer than a person would has no blip before him
_MOST_WORDS = 4000  # characters that are looked at
_LONGEST_RAW = 65_536  # characters that are read as JSON
_MOST_SHOWN = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a request that failed. `kind` is what it surely is, where no answer of the provider tells it.

    The names of `headers` are in small letters; `body` is JSON, or text.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    said: str = ""
    kind: FaultKind | None = None


def fault_of(model: ModelName, seen: Seen, now: datetime) -> ModelFault:
    """Return what a failed request means, its words short and without the key; `now` has a time zone."""
    codes, words = _words_of(seen)
    kind = seen.kind or kind_of(_status(seen), codes, words)
    waits = retry_after(seen.headers, seen.body, words, now)
    if kind is FaultKind.RATE_LIMITED and waits is None:
        waits = seconds_to_reset(seen.headers, seen.body, words, now)
    if kind in (FaultKind.RATE_LIMITED, FaultKind.OVERLOADED) and waits is not None and waits >= _LONG:
        kind = FaultKind.QUOTA
    is_quota = kind is FaultKind.QUOTA
    return ModelFault(
        model=model.name,
        kind=kind,
        message=_redirected(model, seen) or _message(model, kind, seen, codes, words),
        status=seen.status,
        retry_after=waits if kind in PASSING else None,
        seconds_to_reset=seconds_to_reset(seen.headers, seen.body, words, now) if is_quota else None,
    )


def _status(seen: Seen) -> int | None:
    """Return the status; of an error within a stream, which has the stream's 200, the one that its body names."""
    if seen.status is not None and seen.status >= 300:
        return seen.status
    named = (str(body.get("code")) for body in _within(seen.body) if isinstance(body, Mapping))
    numbers = [int(each) for each in named if re.fullmatch("[45][0-9]{2}", each)]
    return numbers[-1] if numbers else None


def _within(body: Any) -> Iterator[Any]:
    """Yield a body and what stands in its `error`, from without to within."""
    for _ in range(4):
        if isinstance(body, list) and body:
            body = body[0]
        yield body
        if not isinstance(body, Mapping):
            return
        body = body.get("error")


def _told(body: Any) -> Iterator[Any]:
    """Yield what `_within` does, and what OpenRouter hands on of its own provider's error (`metadata.raw`)."""
    for each in _within(body):
        yield each
        match each:
            case {"metadata": {"raw": raw}}:
                yield from _within(_read(raw))


def _read(raw: Any) -> Any:
    if not isinstance(raw, str) or len(raw) > _LONGEST_RAW:
        return raw
    try:
        return read_json(raw)
    except ValueError:
        return raw


def _words_of(seen: Seen) -> tuple[frozenset[str], str]:
    """Return the codes and types that a body names, and the provider's own words.

    Anthropic: {"type": "error", "error": {"type", "message"}}; OpenAI: {"error": {"message", "type", "code"}}, or what
    is in `error`; others: {"error": "words"}, {"detail": …}, a list of one of these.
    """
    codes: set[str] = set()
    words: list[str] = []
    for body in _told(seen.body):
        if isinstance(body, str):
            words.append(body)
        if not isinstance(body, Mapping):
            continue
        codes |= {str(body[name]).lower() for name in ("type", "code", "status") if isinstance(body.get(name), str)}
        words += [body[name] for name in ("message", "detail") if isinstance(body.get(name), str)]
    return frozenset(codes), " ".join(words or [seen.said])[:_MOST_WORDS]


_WHAT: Mapping[FaultKind, str] = {
    FaultKind.QUOTA: "its quota is spent",
    FaultKind.RATE_LIMITED: "too many requests for its rate limit",
    FaultKind.OVERLOADED: "it is overloaded",
    FaultKind.UNREACHABLE: "it cannot be reached, or its answer broke off",
    FaultKind.SERVER: "it failed by itself",
    FaultKind.CREDENTIALS: "it refuses the key",
    FaultKind.UNKNOWN_MODEL: "it does not know the model",
    FaultKind.TOO_LONG: "the conversation is longer than it takes",
    FaultKind.REJECTED: "it does not take the request",
    FaultKind.MALFORMED: "what it answers is no answer of a model",
}
_DO: Mapping[FaultKind, str] = {
    FaultKind.QUOTA: "wait for its reset, top it up, or name another --model after it",
    FaultKind.RATE_LIMITED: "try again a little later, or name another --model after it",
    FaultKind.OVERLOADED: "try again a little later, or name another --model after it",
    FaultKind.UNREACHABLE: "check the network and where it is",
    FaultKind.SERVER: "try again a little later, or name another --model after it",
    FaultKind.TOO_LONG: "ask a narrower question, offer fewer tools (--mode search), or name another --model",
    FaultKind.REJECTED: "name another --model",
    FaultKind.MALFORMED: "check that what is there speaks the language of its provider",
}

_NO_TOOLS = "it cannot call tools; name another --model"
_OTHER_WORDS = "ask in other words; or name a model of another provider after it"


def _message(model: ModelName, kind: FaultKind, seen: Seen, codes: frozenset[str], words: str) -> str:
    """Return what happened, in the provider's own words as far as there are any, and what to do."""
    own = one_line(_without_keys(words, model), _MOST_SHOWN)
    of = f" (HTTP {seen.status})" if seen.status is not None and seen.status >= 300 else ""
    said = f': "{own}"' if own else ""
    what, todo = _what_and_todo(model, kind, codes, words)
    return f"{model.name}: {what}{of}{said}. What to do: {todo}."


def _what_and_todo(model: ModelName, kind: FaultKind, codes: frozenset[str], words: str) -> tuple[str, str]:
    """Return what a kind means and asks for; of some the codes and words tell more than the kind does."""
    match kind:
        case FaultKind.REJECTED if takes_no_tools(words):
            return _WHAT[kind], _NO_TOOLS
        case FaultKind.REJECTED if is_filtered(codes, words):
            return "a filter of its provider refuses what was said", _OTHER_WORDS
        case FaultKind.MALFORMED if wrote_no_call(codes):
            return "it wrote a call that its service cannot read", "ask again, or name another --model after it"
        case _:
            return _WHAT[kind], _todo(model, kind)


def _todo(model: ModelName, kind: FaultKind) -> str:
    where = redact_url(model.url)
    if kind is FaultKind.CREDENTIALS:
        key = "ANTHROPIC_API_KEY" if model.wire is Wire.ANTHROPIC else "OPENAI_API_KEY"
        if model.is_named_key:
            return "check what --model-key gives"
        return f"check {key}" if not model.is_named_url else f"give a key of {where} with --model-key"
    if kind is FaultKind.UNKNOWN_MODEL:
        check = "check the name" if model.is_at_home else f"check the name, and the URL {where}: most end in /v1"
        return check if model.wire is Wire.OPENAI else "check the name"
    if kind in (FaultKind.UNREACHABLE, FaultKind.MALFORMED):
        return f"{_DO[kind]} ({where})"
    return _DO[kind]


def _redirected(model: ModelName, seen: Seen) -> str:
    """Return what is said of an answer that points elsewhere, "" of any other: another model would not mend it."""
    if seen.status is None or not 300 <= seen.status < 400:
        return ""
    own = one_line(_without_keys(seen.said, model), _MOST_SHOWN)
    given = "--model-url" if model.is_named_url else SERVICES[model.wire].url_variable
    todo = f"give the address that answers itself with {given}, in place of {redact_url(model.url)}"
    return f"{model.name}: {own or 'it redirects'} (HTTP {seen.status}). What to do: {todo}."


_KEY_LIKE = re.compile(r"\b(?:sk|key|pk|gsk|xai)-[\w*.-]{6,}|\bBearer\s+\S{6,}", re.IGNORECASE)


def _without_keys(words: str, model: ModelName) -> str:
    """Return the words without the key, and without what looks like one: providers quote it with stars in it."""
    masked = Redactor([model.key])(words) if model.key else words
    return _KEY_LIKE.sub(MASK, masked)
