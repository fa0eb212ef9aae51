"""One call in full: what was asked, what was sent, what came back, and what was done for it."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.model.document import WORKFLOW
from openapi_mcp.model.record import Record
from openapi_mcp.records.steps import Kin, kin_of
from openapi_mcp.records.store import AmbiguousError, Store
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render
from openapi_mcp.server.dashboard.sessions import Visit, visit_of
from openapi_mcp.server.rights import Rights

_MOST_STEPS = 200


def routes(board: Board) -> list[Route]:
    """Return the page's address."""
    rights = Rights(board.app) if board.app is not None else None

    async def one_call(request: Request) -> Response:
        visit, name = visit_of(request), request.path_params["id"]
        record = await record_for(board, visit, name)
        if record is None:
            return render(request, "missing.html", 404)
        kin = await board.records.ask(lambda store: kin_of(store, record)) if board.records is not None else Kin()
        steps = [each for each in kin.steps or () if visit.may_see(each.caller)]
        said: dict[str, Any] = {
            "can_try": can_try(record, visit),
            "is_workflow": record.method == WORKFLOW,
            "steps": steps[:_MOST_STEPS],
            "more_steps": max(0, len(steps) - _MOST_STEPS),
        }
        workflow = kin.is_step_of if kin.is_step_of is not None and visit.may_see(kin.is_step_of.caller) else None
        return render(request, "one_call.html", call=record, now=board.now(), workflow=workflow, **said)

    def can_try(record: Record, visit: Visit) -> bool:
        """True where this visitor can call the tool now, and it is the same API's: others may have one of its name."""
        if board.app is None or rights is None or not rights.allows(record.tool, visit.caller.scopes):
            return False
        return board.app.label_of(record.tool) == record.api

    return [Route("/calls/{id}", one_call)]


def _whole(name: str, store: Store) -> Record | None:
    try:
        return store.call(name)
    except AmbiguousError:
        return None


async def record_for(board: Board, visit: Visit, name: str) -> Record | None:
    """Return a record by its whole id; None where there is none, or none that this visitor may see."""
    if board.records is None:
        return None
    record = await board.records.ask(partial(_whole, name))
    return record if record is not None and record.id == name and visit.may_see(record.caller) else None
