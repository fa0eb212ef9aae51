"""How far the work of an API is, as its status monitor says it: by plain words, at the outermost levels of an answer.

Azure: {"status": "InProgress", "percentComplete": 40}; Google: {"done": true, "error": {...}}; others: {"job":
{"state": "queued"}}. What says nothing of a state is the result itself.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line
from openapi_mcp.response.envelope import Fields, fields, word
from openapi_mcp.response.failed import sentence


class Stand(StrEnum):
    """How far work is."""

    GOES_ON = "goes on"
    ENDED = "ended"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What an answer says of work: how far it is, in its own word (`said`), and `done` from 0 to 1 where it tells.

    `why` is what it says of a failure; `result_url` is where it says that the result is, as it stands there.
    """

    stand: Stand
    said: str = ""
    done: float | None = None
    why: str = ""
    result_url: str = ""


_STATES = (
    "status", "state", "jobstatus", "jobstate", "taskstatus", "taskstate", "operationstatus", "operationstate",
    "runstatus", "executionstatus", "executionstate", "processingstatus", "processingstate", "provisioningstate",
    "lifecyclestate", "phase",
)  # fmt: skip
_AROUND = ("data", "job", "task", "operation", "run", "execution", "properties", "metadata", "attributes", "status",
           "state")  # fmt: skip
_FLAGS = ("done", "isdone", "completed", "iscompleted", "complete", "iscomplete", "finished", "isfinished", "ready",
          "isready")  # fmt: skip
_SHARES = ("percentcomplete", "percentcompleted", "percentdone", "percent", "percentage", "progresspercent",
           "progresspercentage", "completionpercentage", "progress", "completion")  # fmt: skip
_COUNTED = ("completed", "processed", "current", "done", "finished")
_RESULTS = ("resourcelocation", "resulturl", "resulturi", "resultlocation", "outputurl", "outputuri", "responseurl")
_LINKS = ("links", "urls")
_LINKED = ("result", "results", "output", "resource")
_ERRORS = ("error", "errors", "failure", "fault")

_GOING = frozenset(
    ("queued", "enqueued", "pending", "running", "inprogress", "processing", "started", "starting", "waiting",
     "scheduled", "initiated", "initializing", "notstarted", "working", "executing", "ongoing", "preparing",
     "validating", "provisioning", "creating", "updating", "deleting", "retrying", "cancelling", "canceling",
     "cancelrequested", "stopping", "finalizing")
)  # fmt: skip
_GOING_OF_JOBS = frozenset(
    ("active", "new", "created", "open", "accepted", "received", "submitted", "paused", "suspended", "onhold", "held",
     "blocked", "delayed", "assigned")
)  # fmt: skip
"""Such a thing may well be all that it is to become; work is not."""
_FAILED = frozenset(("failed", "failure", "error", "errored", "faulted", "crashed", "exception"))
_FAILED_OF_JOBS = frozenset(
    ("fail", "aborted", "rejected", "timedout", "timeout", "expired", "dead", "terminated", "invalid", "killed", "lost")
)
_CANCELLED = frozenset(("cancelled", "canceled", "revoked"))
_DONE = frozenset(
    ("succeeded", "success", "successful", "done", "completed", "complete", "finished", "ok", "ready", "available",
     "processed", "ended")
)  # fmt: skip
_NO_GOING = frozenset(("existing", "missing", "outstanding", "nothing", "standing"))
_OF_JOBS = frozenset(
    ("job", "jobs", "task", "tasks", "operation", "operations", "queue", "queues", "queuejobs", "status", "statuses",
     "run", "runs", "execution", "executions", "async", "batch", "batches", "progress", "monitor", "poll", "polling",
     "operationresults", "operationstatuses", "asyncoperations", "export", "exports", "import", "imports",
     "predictions", "builds")
)  # fmt: skip
_LONGEST_STATE = 200  # characters of a text that says a state
_LONGEST_SAID = 60
_LONGEST_WHY = 500
_MOST_SEGMENTS = 50
_WORDS = re.compile(r"[A-Za-z]+")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")


def is_of_jobs(path: str) -> bool:
    """True for a path that is plainly one of work, not of a thing: "/v1/jobs/7", "/orders/{id}/status"."""
    segments = path.partition("?")[0].split("/")[:_MOST_SEGMENTS]
    return any(word(part) in _OF_JOBS for segment in segments for part in segment[:80].split(":"))


def read_state(value: JsonValue, *, is_of_job: bool, before: str = "") -> State | None:
    """Return what an answer says of how far work is; None where it says nothing of it.

    ({"status": "Running", "percentComplete": 40}, is_of_job=True) -> goes on, "Running", 0.4. `is_of_job`: it is asked
    for where work is told of, not a thing that has a status of its own: an order that is "new". `before` is its word of
    the last time.
    """
    places = _places(value)
    said, stand = _stand(places, is_of_job=is_of_job, before=before)
    if stand is None:
        return None
    error = next((place[name] for place in places for name in _ERRORS if place.get(name)), None)
    if stand is Stand.ENDED and is_of_job and said == "" and error is not None:
        stand = Stand.FAILED  # {"done": true, "error": {...}}
    return State(
        stand=stand,
        said=one_line(said, _LONGEST_SAID),
        done=_done(places),
        why=_why(value, places) if stand in (Stand.FAILED, Stand.CANCELLED) else "",
        result_url=_result_url(places) if stand is Stand.ENDED else "",
    )


def share_done(value: JsonValue) -> float | None:
    """Return how much of its work an API says is done, from 0 to 1; None where it does not: {"progress": 40} -> 0.4."""
    return _done(_places(value))


def said_of(value: JsonValue) -> str:
    """Return the word that an answer has for its state, "" where it has none: {"status": "queued"} -> "queued"."""
    return one_line(next((text for text in _texts(_places(value))), ""), _LONGEST_SAID)


def _places(value: JsonValue) -> Sequence[Fields]:
    """Return the objects that may say a state, the outermost first: {"data": {"attributes": {...}}} has three."""
    root = fields(value)
    found = [root]
    for name in _AROUND:
        inner = fields(root.get(name))
        if inner:
            found += [inner, *(deep for each in ("attributes", "status", "state") if (deep := fields(inner.get(each))))]
    return found


def _texts(places: Sequence[Fields]) -> Iterator[str]:
    for place in places:
        for name in _STATES:
            value = place.get(name)
            if isinstance(value, str) and 0 < len(value) <= _LONGEST_STATE:
                yield value


def _stand(places: Sequence[Fields], *, is_of_job: bool, before: str) -> tuple[str, Stand | None]:
    """Return a state in its own word, and what it means.

    A word that nobody knows is an end, but not where it was said before, when the work had just begun, or with a part
    that is done.
    """
    texts = list(_texts(places))
    for text in texts:
        stand = _meaning(text, is_of_job=is_of_job)
        if stand is not None:
            return text, stand
    for place in places if is_of_job else ():
        for name in _FLAGS:
            if isinstance(place.get(name), bool):
                return "", Stand.ENDED if place[name] else Stand.GOES_ON
    if not texts:
        return "", None
    done = _done(places)
    goes_on = one_line(texts[0], _LONGEST_SAID) == before or (done is not None and done < 1)
    return texts[0], Stand.GOES_ON if goes_on else Stand.ENDED


def _meaning(text: str, *, is_of_job: bool) -> Stand | None:
    """Return what a word means, else the first word of a sentence that means anything: "Process failed, see errors"."""
    stand = _of_word(word(text), is_of_job=is_of_job)
    if stand is not None:
        return stand
    words = _WORDS.findall(text)
    meanings = (_of_word(each.lower(), is_of_job=is_of_job) for each in words) if len(words) > 1 else iter(())
    return next((meaning for meaning in meanings if meaning is not None), None)


def _of_word(said: str, *, is_of_job: bool) -> Stand | None:
    if said in _DONE:
        return Stand.ENDED
    if said in _CANCELLED:
        return Stand.CANCELLED
    if said in _GOING or (is_of_job and said in _GOING_OF_JOBS):
        return Stand.GOES_ON
    if said in _FAILED or (is_of_job and said in _FAILED_OF_JOBS):
        return Stand.FAILED
    is_doing = said.endswith("ing") and said not in _NO_GOING
    return Stand.GOES_ON if is_of_job and is_doing else None


def _done(places: Sequence[Fields]) -> float | None:
    for place in places:
        for name in _SHARES:
            share = _share(name, place.get(name))
            if share is not None:
                return share
    return None


def _share(name: str, value: Any) -> float | None:
    """Return a number as a share: 40, "40 %" and 0.4 -> 0.4; {"completed": 2, "total": 8} -> 0.25."""
    match value:
        case bool():
            return None
        case int() | float() if 0 <= value <= 100:
            return _between(value / 100 if isinstance(value, int) or value > 1 or "percent" in name else value)
        case str() if (found := _PERCENT.fullmatch(value[:12].strip())) is not None:
            return _between(float(found[1]) / 100)
        case dict():
            return _counted(fields(value))
    return None


def _counted(counts: Mapping[str, Any]) -> float | None:
    share = next((found for name in _SHARES if (found := _plain_share(name, counts.get(name))) is not None), None)
    if share is not None:
        return share
    total = counts.get("total")
    done = next((counts[name] for name in _COUNTED if _is_count(counts.get(name))), None)
    return _between(done / total) if _is_count(total) and total and done is not None else None


def _plain_share(name: str, value: Any) -> float | None:
    return None if isinstance(value, dict) else _share(name, value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53


def _between(share: float) -> float | None:
    return round(share, 4) if math.isfinite(share) and 0 <= share <= 1 else None


def _why(value: JsonValue, places: Sequence[Fields]) -> str:
    """Return what is said of a failure, on one line: by its error, else by a message beside the state."""
    for place in places:
        for name in _ERRORS:
            said = _words_of(place.get(name))
            if said:
                return said
    return next((said for place in (value, *places) if (said := _message_of(place))), "")


def _words_of(error: Any) -> str:
    match error:
        case str():
            said = error
        case dict():
            said = sentence(error)
        case [*_]:
            said = sentence({"errors": error[:1]})
        case _:
            said = ""
    return one_line(said[: 4 * _LONGEST_WHY], _LONGEST_WHY)


_MESSAGES = ("message", "statusmessage", "errormessage", "failurereason", "reason", "statusreason", "detail",
             "statusdetail", "description")  # fmt: skip


def _message_of(place: Any) -> str:
    found = fields(place) if isinstance(place, dict) else {}
    said = (found.get(name) for name in _MESSAGES)
    return next((one_line(each[: 4 * _LONGEST_WHY], _LONGEST_WHY) for each in said if isinstance(each, str)), "")


def _result_url(places: Sequence[Fields]) -> str:
    """Return where an answer says that the result is, by a name that says nothing else; "" where it does not."""
    for place in places:
        for name in _RESULTS:
            if isinstance(url := place.get(name), str):
                return url
        for name in _LINKS:
            links = fields(place.get(name))
            for each in _LINKED:
                if url := linked_url(links.get(each)):
                    return url
    return ""


def linked_url(value: JsonValue) -> str:
    """Return the URL of a link in a body: "/a" or {"href": "/a"}; "" where it has none."""
    inner = value.get("href") or value.get("url") if isinstance(value, dict) else value
    return inner if isinstance(inner, str) else ""
