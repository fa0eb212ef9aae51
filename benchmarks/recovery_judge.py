"""What became of a case: right, left to the model, refused well, or wrong."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recovery_case import Case
from recovery_mock import Request, Seen, matches

Target = tuple[str, str]
WRONG = ("wrong repair", "invented", "sent twice", "acted", "over bounds")
MOST_LOOKUPS, MOST_ATTEMPTS = 3, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A call through the program: what the client got, and what the upstream saw."""

    is_error: bool
    content: Any
    seen: tuple[Seen, ...]

    @property
    def error(self) -> dict[str, Any]:
        """The error object of a failure."""
        found = self.content.get("error") if isinstance(self.content, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def told(self) -> bool:
        """Whether the result tells of a repair."""
        return bool(self.error.get("repairs")) or '"repairs"' in json.dumps(self.content)

    def sent(self, target: Target) -> list[Seen]:
        """Return the requests of the tool that was called; the others are lookups."""
        return [one for one in self.seen if is_of(one.request, target)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One word, and why."""

    word: str
    why: str = ""


def is_of(request: Request, target: Target) -> bool:
    """Return whether a request is of an operation."""
    return request.method == target[0] and matches(target[1], request.path) is not None


def judge(case: Case, target: Target, wrong: Run, right: Run | None) -> Verdict:
    """Return `fixed`, `refused`, `left` (could have been), `mute` (no hint), `at once`, `broken`, or what is wrong."""
    if right is not None and (right.is_error or not right.sent(target)):
        return Verdict(word="broken", why=f"the right call fails: {json.dumps(right.content)[:400]}")
    sent = wrong.sent(target)
    if (bad := harm(case, sent, wrong, right, target)) is not None:
        return bad
    if not wrong.is_error:
        return succeeded(case, wrong, sent, right, target)
    if not case.refusable:
        return Verdict(word="left", why=str(wrong.error.get("message", ""))[:200])
    lacking = missing(case, wrong.error)
    return Verdict(word="mute", why=lacking) if lacking else Verdict(word="refused")


def harm(case: Case, sent: list[Seen], wrong: Run, right: Run | None, target: Target) -> Verdict | None:
    """Return what must never happen, where it did."""
    acted = [one for one in wrong.seen if one.acted]
    if len(acted) > 1 or (case.once and len(sent) > 1):
        return Verdict(word="sent twice", why=f"{len(sent)} requests, of which {len(acted)} acted")
    lookups = [one.request for one in wrong.seen if not is_of(one.request, target)]
    if any(request.method != "GET" for request in lookups):
        return Verdict(word="acted", why="a lookup was not a read")
    if len(lookups) > MOST_LOOKUPS or len(sent) > MOST_ATTEMPTS:
        return Verdict(word="over bounds", why=f"{len(lookups)} lookups, {len(sent)} attempts")
    expected = form(right.sent(target)[-1].request) if right else None
    for place, one in enumerate(wrong.seen):
        if not is_of(one.request, target) or form(one.request) == expected:
            continue
        if (strange := invented(one.request, case, wrong.seen[:place], target)) is not None:
            return Verdict(word="invented", why=f"{strange!r} was sent")
    if acted and not wrong.is_error and case.right is None and not case.told:
        return Verdict(word="acted", why="a write that nobody described was done")
    return None


def succeeded(case: Case, wrong: Run, sent: list[Seen], right: Run | None, target: Target) -> Verdict:
    """Judge a call that came back without an error."""
    if case.told:
        return Verdict(word="refused")
    same = right is not None and bool(sent) and form(sent[-1].request) == form(right.sent(target)[-1].request)
    if not wrong.told:
        return Verdict(word="at once" if not same else "untold", why="a success without a repair that was told")
    if not same or (right is not None and bare(right.content) != bare(wrong.content)):
        got = form(sent[-1].request) if sent else "nothing"
        return Verdict(word="wrong repair", why=f"sent {got}")
    return Verdict(word="fixed")


def missing(case: Case, error: dict[str, Any]) -> str:
    """Return what a refusal lacks, or nothing."""
    hint = str(error.get("hint") or "")
    named = f"{error.get('field') or ''} {hint}"
    whole = json.dumps({name: value for name, value in error.items() if name != "body"}, ensure_ascii=False)
    if not hint:
        return "no hint"
    if case.kinds and error.get("kind") not in case.kinds:
        return f"kind is {error.get('kind')}"
    if case.fields and not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", named) for name in case.fields):
        return f"field {error.get('field')}, hint {hint[:120]!r}: neither names {' or '.join(case.fields)}"
    if lost := [word for word in case.says if word.casefold() not in whole.casefold()]:
        return f"does not say {', '.join(lost)}"
    tried = [one.get("tool") for one in error.get("try") or ()]
    return f"try is {tried}" if case.tries and not set(tried) & set(case.tries) else ""


def form(request: Request) -> str:
    """Return a request in a form that compares: method, path, query in order of names, body."""
    query = "&".join(f"{name}={value}" for name, value in sorted(request.pairs))
    body = "" if request.body is None else json.dumps(plain_numbers(request.body), sort_keys=True, ensure_ascii=False)
    whole = f"{request.method} {request.path}{'?' if query else ''}{query} {body}".strip()
    return whole.replace("+00:00", "Z")


def plain_numbers(value: Any) -> Any:
    """Return a value with 80 for 80.0: JSON has one kind of number."""
    if isinstance(value, dict):
        return {name: plain_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bare(content: Any) -> Any:
    """Return an answer without what the program says beside it, and without times of day and new ids."""
    if isinstance(content, dict):
        return {
            name: bare(value) for name, value in content.items() if name not in ("_note", "created_at", "placed_at")
        }
    return [bare(item) for item in content] if isinstance(content, list) else content


def invented(request: Request, case: Case, before: Sequence[Seen], target: Target) -> Any:
    """Return a value of a request that was neither given nor answered before, also not in another form; or None."""
    given = [plain(leaf) for leaf in leaves(case.wrong)]
    texts = [one.answer for one in before if one.status < 500]
    known = {*given, *(plain(leaf) for answer in texts for leaf in leaves(read(answer)))}
    for value in values(request, target):
        seen = plain(value)
        if seen in known or any(seen in one for one in given if len(seen) > 2):
            continue
        if isinstance(value, str) and any(is_day(value, one) for one in map(str, leaves(case.wrong))):
            continue
        if isinstance(value, bool) or any(seen in numbers(one) for one in map(str, leaves(case.wrong))):
            continue
        return value
    return None


def values(request: Request, target: Target) -> Iterator[Any]:
    """Yield the values of a request: of its path, query and body."""
    yield from (matches(target[1], request.path) or {}).values()
    yield from (value for _, value in request.pairs)
    yield from leaves(request.body, names=False)


def leaves(value: Any, *, names: bool = True) -> Iterator[Any]:
    """Yield every value in a value, JSON text unpacked; of what was given also the names."""
    if isinstance(value, dict):
        if names:
            yield from value
        for item in value.values():
            yield from leaves(item, names=names)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, names=names)
    elif isinstance(value, str) and value[:1] in "[{" and isinstance(found := read(value), dict | list):
        yield from leaves(found, names=names)
    else:
        yield value


def read(answer: str) -> Any:
    """Return an answer as a value, or as it stands."""
    try:
        return json.loads(answer)
    except ValueError:
        return answer


def is_day(value: str, said: str) -> bool:
    """Return whether a date is the one that a text names with its month in words: 2026-06-09, "9 June 2026"."""
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return False
    words = re.findall(r"[a-z]+|\d+", said.lower())
    return any(each[:3] == day.strftime("%b").lower() for each in words) and {str(day.day), str(day.year)} <= {*words}


def plain(value: Any) -> str:
    """Return a value without case, spaces, punctuation and the noughts after its point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"[\W_]+", "", str(value)).casefold()


def numbers(said: str) -> set[str]:
    """Return the numbers in a text, `1,250` as `1250`."""
    return {plain(found) for found in re.findall(r"\d[\d.,' ]*", said)}
