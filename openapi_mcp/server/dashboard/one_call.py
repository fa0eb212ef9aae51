"""One call in full: what was asked, what was sent, what came back, and what was done for it."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openapi_mcp.model.document import WORKFLOW
from openapi_mcp.model.record import Record
from openapi_mcp.records.store import AmbiguousError, Store
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render
from openapi_mcp.server.dashboard.sessions import Visit, visit_of
from openapi_mcp.server.rights import Rights


def routes(board: Board) -> list[Route]:
    """Return the page's address."""
    rights = Rights(board.app) if board.app is not None else None

    async def one_call(request: Request) -> Response:
        visit, name = visit_of(request), request.path_params["id"]
        record = await record_for(board, visit, name)
        if record is None:
            return render(request, "missing.html", 404)
        said = {"can_try": can_try(record, visit), "is_workflow": record.method == WORKFLOW}
        return render(request, "one_call.html", call=record, now=board.now(), **said)

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
