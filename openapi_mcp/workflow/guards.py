"""What a run never does: send a write again whose outcome nobody knows, or go round in a circle that brings nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from openapi_mcp.model.jsontext import write_json
from openapi_mcp.workflow.state import Exchange, Missing
from openapi_mcp.workflow.work import Work

MOST_ALIKE = 10  # times that a step may meet the same answer, as the run comes round to it without a wait


@dataclass(slots=True, kw_only=True)
class Guards:
    """Remembers over a whole run what must not be repeated."""

    _lost: dict[str, str] = field(default_factory=dict)
    _alike: Counter[str] = field(default_factory=Counter)

    def lost(self, place: str, tool: str, arguments: Mapping[str, Any], work: Work) -> str:
        """Return what came of a write of unknown outcome, of this step or with this request; "" for none."""
        if not self._lost:
            return ""
        return self._lost.get(place) or self._lost.get(_digest(tool, arguments, work), "")

    def loses(self, place: str, tool: str, arguments: Mapping[str, Any], said: str, work: Work) -> None:
        """Remember a write of unknown outcome, and what came of it."""
        self._lost[place] = self._lost[_digest(tool, arguments, work)] = said

    def turns(self, place: str, exchange: Exchange | None, outputs: Mapping[str, Any], work: Work) -> bool:
        """True where a step that leads elsewhere in the workflow brought the same as so often before."""
        said: tuple[Any, ...] = ()
        if exchange is not None:
            bodies = [
                None if isinstance(body, Missing) else body for body in (exchange.request_body, exchange.response_body)
            ]
            said = (exchange.method, exchange.url, exchange.status, *bodies)
        key = _digest(place, [*said, outputs], work)
        self._alike[key] += 1
        return self._alike[key] >= MOST_ALIKE

    def waited(self) -> None:
        """Begin anew: what was waited for may have changed."""
        self._alike.clear()


def no_answer(status: int | None) -> str:
    """Return what is known of a write of unknown outcome: "no answer came"."""
    if status is None:
        return "no answer came"
    return f"the API answered {status}, which does not say whether it was carried out"


def _digest(name: str, value: Any, work: Work) -> str:
    work.weigh(value)
    return sha256(f"{name} {write_json(value)}".encode(errors="replace")).hexdigest()
