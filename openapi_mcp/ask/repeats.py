"""A run that goes in circles is noticed: the same call with the same answer, whatever came between the two.

A, B, A, B is noticed as A is that comes again. After a write all answers may be other ones, so it begins anew.
"""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from openapi_mcp.model.background import GET_CALL
from openapi_mcp.model.chat import Answered

_MOST = 3  # repetitions of whatever calls, after which a run that was told of one ends
_ERROR = ("kind", "status", "message", "field")  # what a failure is; its attempts and seconds may differ


class Notice(Enum):
    """What is to be done about a repetition."""

    NONE = "none"
    SAY = "say"
    END = "end"


@dataclass(slots=True)
class Repeats:
    """What was answered to each call since the last write, and how often the same again."""

    _answers: dict[str, str] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _count: int = 0
    _is_said: bool = False

    def written(self) -> None:
        """Forget the answers: something was changed."""
        self._answers.clear()
        self._again.clear()

    def answered(self, key: str, answer: Answered) -> Notice:
        """Return whether a call goes in circles, now that it has this answer; `key` is what it shares with its like.

        The first repetition of a run is to be said to the model. The run is to end where the same call comes back
        after that, or with the third repetition of any. Asking how far a call in the background is, is none.
        """
        if answer.call.tool == GET_CALL:
            return Notice.NONE
        said = _said(answer)
        if self._answers.get(key) != said:
            self._answers[key] = said
            self._again.discard(key)
            return Notice.NONE
        self._count += 1
        is_again = key in self._again
        self._again.add(key)
        if not self._is_said:
            self._is_said = True
            return Notice.SAY
        return Notice.END if is_again or self._count >= _MOST else Notice.NONE


def _said(answer: Answered) -> str:
    """Return what an answer says of the API: without our notes, which tell of the attempts and the cache."""
    value: Any = answer.value
    try:
        match value:
            case {"error": {"kind": _, **error}} if answer.is_error:
                kept = {"kind": value["error"]["kind"], **error}
                return json.dumps({name: kept.get(name) for name in _ERROR}, sort_keys=True)
            case dict() if "_note" in value:
                return json.dumps({name: each for name, each in value.items() if name != "_note"}, sort_keys=True)
    except (RecursionError, ValueError, TypeError):  # no value that JSON has a form for: its text tells it apart
        return answer.text
    return answer.text
