"""What belongs to a call: the steps of a workflow's, and the workflow's call that one is a step of."""

from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.document import WORKFLOW
from openapi_mcp.model.record import Record
from openapi_mcp.records.query import Filter
from openapi_mcp.records.store import AmbiguousError, Store

_MOST = 2_000  # a run takes 1,000 steps at most
_SAID = ("id", "time", "tool", "status", "kind", "duration_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """The `steps` of a call in their order, None where it is no workflow's; the call that it `is_step_of`.

    Of that there is none where it is no step, is on its way still, or was cleaned up.
    """

    steps: tuple[Record, ...] | None = None
    is_step_of: Record | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what `history ID --json` has of it, beside the record: the steps of a workflow's call."""
        if self.steps is None:
            return {}
        said = [each.as_json() for each in self.steps]
        return {"steps": [{name: each[name] for name in _SAID} for each in said]}


def kin_of(store: Store, record: Record) -> Kin:
    """Return what belongs to a call."""
    steps = None
    if record.method == WORKFLOW:
        found = store.calls(Filter(step_of=record.id), limit=_MOST, newest_first=False)
        steps = tuple(sorted(found, key=lambda each: each.time))
    return Kin(steps=steps, is_step_of=_workflow_of(store, record))


def _workflow_of(store: Store, record: Record) -> Record | None:
    if not record.step_of:
        return None
    try:
        found = store.call(record.step_of)
    except AmbiguousError:  # several begin so: it is none of them
        return None
    return found if found is not None and found.id == record.step_of else None
