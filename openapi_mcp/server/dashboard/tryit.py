"""The pages of a call that a person makes: a form, the exact request, and what came back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from openapi_mcp.generator.listing import BYTES_PER_TOKEN
from openapi_mcp.model.call import Blob, Call, Failure
from openapi_mcp.model.tool import Tool
from openapi_mcp.records.store import RecordsError
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.fields import (
    RAW,
    Field,
    FieldsError,
    fields_of,
    fits,
    raw_text,
    read_fields,
    read_raw,
    written,
)
from openapi_mcp.server.dashboard.forms import Form, form_of
from openapi_mcp.server.dashboard.frame import render, url
from openapi_mcp.server.dashboard.inventory import Inventory
from openapi_mcp.server.dashboard.outcome import blocks_of, failure_of, faults_of, request_of
from openapi_mcp.server.dashboard.sessions import Visit, visit_of
from openapi_mcp.server.dashboard.trial import Outcome, Shown, Trials, size_of
from openapi_mcp.serving import Serves

_ARGUMENTS = "arguments"
_LONGEST_ID = 40
_AGAIN = "This is not what was shown before, or that was sent already: look at it once more. Nothing was sent just now."
_DOWNLOAD = {"content-disposition": 'attachment; filename="result.bin"', "content-security-policy": "sandbox"}


def routes(board: Board) -> list[Route]:
    """Return the addresses of the pages; none where no tools are served."""
    if board.app is None or board.inventory is None:
        return []
    pages = TryIt(board, board.app, board.inventory)
    return [
        Route("/tools/{name}/try", pages.form),
        Route("/tools/{name}/try", pages.shown, methods=["POST"]),
        Route("/tools/{name}/edit", pages.edit, methods=["POST"]),
        Route("/tools/{name}/send", pages.send, methods=["POST"]),
        Route("/tools/{name}/results/{key}", pages.result),
        Route("/tools/{name}/results/{key}/{number}", pages.download),
    ]


class TryIt:
    """The pages, for what each visitor may call."""

    def __init__(self, board: Board, app: Serves, inventory: Inventory) -> None:
        self._board = board
        self._app = app
        self._inventory = inventory
        self._trials = Trials(app=app, missing=board.missing)

    async def form(self, request: Request) -> Response:
        """Return the form of a tool, with the arguments of ?call= where there are any."""
        tool = self._tool(request)
        if tool is None:
            return render(request, "missing.html", 404)
        given, said = await self._recorded(visit_of(request), tool, request.query_params.get("call", "")[:_LONGEST_ID])
        return _form(request, tool, given, said=said)

    async def edit(self, request: Request) -> Response:
        """Return the form of a tool, with the arguments that a page of ours sends back."""
        tool = self._tool(request)
        if tool is None:
            return render(request, "missing.html", 404)
        try:
            return _form(request, tool, read_raw(form_of(request).get(RAW, "")))
        except FieldsError as error:
            return _form(request, tool, {}, form=form_of(request), faults=error.faults)

    async def shown(self, request: Request) -> Response:
        """Return the request that the form comes to, or the form with what is wrong."""
        tool = self._tool(request)
        if tool is None:
            return render(request, "missing.html", 404)
        form = form_of(request)
        fields = fields_of(tool)
        try:
            given = read_raw(form[RAW]) if RAW in form else read_fields(fields, form)
        except FieldsError as error:
            return _form(request, tool, {}, form=form, faults=error.faults)
        found = self._trials.show(_call(tool, given, request), visit_of(request))
        if isinstance(found, Failure):
            return _form(request, tool, given, form=form, failure=found)
        return _shown(request, tool, found)

    async def send(self, request: Request) -> Response:
        """Send what was shown, and go to what came back; show it anew where it would be another now."""
        tool = self._tool(request)
        if tool is None:
            return render(request, "missing.html", 404)
        form = form_of(request)
        try:
            given = read_raw(form.get(_ARGUMENTS, ""))
        except FieldsError as error:
            return _form(request, tool, {}, form=form, faults=error.faults)
        call, visit = _call(tool, given, request), visit_of(request)
        key = await self._trials.send(call, visit, form.get("ticket", ""))
        if key is not None:
            return RedirectResponse(url(request, "tools", tool.name, "results", key), 303)
        found = self._trials.show(call, visit)
        if isinstance(found, Failure):
            return _form(request, tool, given, failure=found)
        return _shown(request, tool, found, said=_AGAIN, status=409)

    async def result(self, request: Request) -> Response:
        """Return what a call came to, as a model would get it."""
        outcome = self._outcome(request)
        if outcome is None:
            return render(request, "gone.html", 404, name=request.path_params["name"])
        result = outcome.result
        return render(
            request,
            "result.html",
            outcome=outcome,
            key=request.path_params["key"],
            tokens=size_of(result) // BYTES_PER_TOKEN,
            trace=result.trace,
            blocks=blocks_of(result),
            failure=failure_of(result.failure) if result.failure else None,
            request_view=request_of(result.trace.request()) if result.trace and result.trace.request else None,
            arguments=raw_text(dict(outcome.call.arguments)),
        )

    async def download(self, request: Request) -> Response:
        """Return bytes of a result as a file, whatever they are: no browser shows them as a page."""
        outcome, number = self._outcome(request), request.path_params["number"]
        content = outcome.result.content if outcome is not None else ()
        found = next((each for at, each in enumerate(content) if str(at) == number), None)
        if not isinstance(found, Blob):
            return render(request, "gone.html", 404, name=request.path_params["name"])
        return Response(found.data, media_type="application/octet-stream", headers=_DOWNLOAD)

    def _tool(self, request: Request) -> Tool | None:
        """Return the tool that is asked for; None where it is not there for this visitor, or was switched off."""
        tool = self._inventory.rights.tool(request.path_params["name"], visit_of(request).caller.scopes)
        return None if tool is None or self._board.is_off(tool) else tool

    def _outcome(self, request: Request) -> Outcome | None:
        found = self._trials.outcome(request.path_params["key"], visit_of(request))
        return found if found is not None and found.call.tool == request.path_params["name"] else None

    async def _recorded(self, visit: Visit, tool: Tool, id: str) -> tuple[Mapping[str, Any], str]:
        """Return the arguments of a recorded call of this tool, and what is to be said of them."""
        records = self._board.records
        if not id or records is None:
            return {}, ""
        try:
            record = await records.ask(lambda store: store.call(id))
        except RecordsError:  # several begin so, or the store is gone: the form does without
            record = None
        if record is None or record.tool != tool.name or not visit.may_see(record.caller):
            return {}, "There is no such call of this tool."
        if record.arguments is None:
            return {}, "The arguments of this call were not recorded."
        return record.arguments, f"As in the call {record.id}; a secret in it was recorded as ***."


def _call(tool: Tool, given: Mapping[str, Any], request: Request) -> Call:
    return Call(tool=tool.name, arguments=given, caller=visit_of(request).caller)


def _form(
    request: Request,
    tool: Tool,
    given: Mapping[str, Any],
    *,
    form: Form | None = None,
    faults: Mapping[str, str] | None = None,
    failure: Failure | None = None,
    said: str = "",
) -> Response:
    """Return the form, with what was given in it: as it was written, or as these arguments are written."""
    fields = fields_of(tool)
    faults = {**(faults or {}), **(faults_of(failure, {field.name for field in fields}) if failure else {})}
    is_raw = RAW in form if form is not None else not fits(fields, given)
    return render(
        request,
        "try.html",
        422 if faults or failure else 200,
        tool=tool,
        fields=[_lengthened(field, form) for field in fields],
        values=form if form is not None and not is_raw else written(fields, given),
        raw=form[RAW] if form is not None and RAW in form else raw_text(dict(given)),
        is_raw=is_raw,
        faults=faults,
        failure=failure_of(failure) if failure else None,
        said=said,
        left_out=len(tool.input_schema.get("properties", {})) - len(fields),
    )


def _lengthened(field: Field, form: Form | None) -> Field:
    """Return a field of one line as one of several where its text has several: a browser would join them."""
    is_long = field.kind == "text" and form is not None and "\n" in form.get(field.key, "")
    return replace(field, kind="long") if is_long else field


def _shown(request: Request, tool: Tool, shown: Shown, *, said: str = "", status: int = 200) -> Response:
    return render(
        request,
        "shown.html",
        status,
        tool=tool,
        ticket=shown.ticket,
        request_view=request_of(shown.request),
        repairs=[repair.as_json() for repair in shown.repairs],
        arguments=raw_text(dict(shown.call.arguments)),
        said=said,
    )
