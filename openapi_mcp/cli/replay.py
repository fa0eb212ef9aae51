"""`openapi-mcp history replay`: a call that was made, made again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any

import anyio
import typer

from openapi_mcp.as_record import record_of
from openapi_mcp.cli.answer import request_json, request_text, result_json
from openapi_mcp.cli.call import show_dry, show_outcome
from openapi_mcp.cli.calling import DECLINED, ON_DECLINED, Preview, agrees, make_call, preview_call
from openapi_mcp.cli.lines import outcome
from openapi_mcp.cli.one import shown
from openapi_mcp.cli.options import CALLS, CREDENTIALS, DOCUMENT, OUTPUT, RECORDS, TLS, TOOLS, takes
from openapi_mcp.cli.output import Notice, is_asked, show_json, show_text
from openapi_mcp.cli.recorded import find_call, records_of
from openapi_mcp.cli.replayable import differences, operation_of, require_replayable, same_answer, tool_for
from openapi_mcp.cli.start import api_of, start
from openapi_mcp.cli.told import lookup_line, plain
from openapi_mcp.cli.units import lasted, local_time
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.heard import Heard
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.document import WORKFLOW
from openapi_mcp.model.fault import Looked
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import READS
from openapi_mcp.model.record import Record, iso_time
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.shown import question
from openapi_mcp.serving import Serves

HELP = """Make a call again that was made before, with the arguments that were recorded; then say what is different.

The exact request is shown before it goes out. A read goes at once, past the cache; a write when a person at the
terminal agrees, or with --yes. What is looked up before, for a name in place of an id, is named. The new call is
recorded, too. A workflow runs anew: each of its requests is shown so, and each step that writes is asked about.

Examples:

\b
  openapi-mcp history replay 7f3a --spec openapi.json
      the same read: request, answer, and whether it is the same answer as then

\b
  openapi-mcp history replay 7f3a --spec openapi.json --dry-run
      the request alone; nothing is sent. Where it depends on a lookup: the request that was sent then

\b
  openapi-mcp history replay 9c01 --spec openapi.json --allow 'POST /orders' --yes
      the same write, without a question
"""
_LONGEST = 200  # characters
_WHERE = "history replay"


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, CALLS, RECORDS, OUTPUT)
def replay(
    *,
    call_id: Annotated[str, typer.Argument(help="The call's id, or a beginning of it.", metavar="ID")],
    yes: Annotated[bool, typer.Option("--yes", help="Send a write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the exact request, send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    flags: Mapping[str, Any],
) -> int:
    """Make a recorded call again; the exit status says how it went."""
    config, notice = start(flags)
    with records_of(config, notice) as store:
        record = find_call(store, call_id)
    require_replayable(record)
    config = _api_of(config, record)
    again = _Again(record=record, notice=notice, yes=yes)
    if dry_run:
        return _show_dry(again, config, anyio.run(preview_call, config, notice, again.prepare), as_json=as_json)
    result = anyio.run(make_call, config, notice, again.prepare, again.consent)
    return _show_json(again, result) if as_json else _show(again, result)


def _show_dry(again: "_Again", config: Config, preview: Preview, *, as_json: bool) -> int:
    """Show what would be sent; of a call that depends on a lookup what that came to when it was recorded."""
    record = again.record
    if not (preview.lookups and record.curl):
        return show_dry(config, again.notice, preview, as_json=as_json)
    first = preview.lookups[0].as_json()
    if as_json:
        asked = {"tool": first["tool"], "arguments": first["arguments"]}
        show_json({"recorded": iso_time(record.time), "curl": record.curl, "lookup": asked})
        return ExitCode.OK
    again.name_lookup(preview.lookups)
    again.notice(f"a dry run looks nothing up; this is the request that was sent then, {local_time(record.time)}:")
    show_text(shown(record.curl))
    return ExitCode.OK


def _show(again: "_Again", result: Result) -> int:
    """Show what came of a call, and beside it what came of it then; return the exit status."""
    status = show_outcome(result, again.notice, as_json=False)
    for line in _comparison(again.record, again.heard[-1]):
        again.notice(line)
    return status


def _show_json(again: "_Again", result: Result) -> int:
    request = request_json(again.request) if again.request is not None else None
    compared = _compared(again.record, again.heard[-1])
    show_json({"replayed": again.record.id, "request": request, "result": result_json(result), **compared})
    return result.failure.kind.exit_code if result.failure else ExitCode.OK


def _api_of(config: Config, record: Record) -> Config:
    """Return the configuration of the API that a call was made to; a read goes past the cache."""
    if record.method == WORKFLOW:
        return _asking(replace(config, apis=tuple(map(_asking, config.apis))))
    named = next((api for api in config.apis if api.name == record.api), None)
    config = named if named is not None else api_of(config, record.tool)
    return replace(config, no_cache=True) if record.method in READS else config


def _asking(config: Config) -> Config:
    """Return the configuration of a workflow's run: each step that writes is asked about, none is from the cache."""
    return replace(config, confirm="writes", no_cache=True)


@dataclass(slots=True, kw_only=True)
class _Again:
    """A call that is made again: the last `request` that was shown before it, and what was `heard` at its end."""

    record: Record
    notice: Notice
    yes: bool
    request: HttpRequest | None = None
    heard: list[Record] = field(default_factory=list)

    def prepare(self, app: Serves) -> Call:
        """Return the call, of the tool that makes it now."""
        tool = tool_for(app.toolset, self.record)
        if tool.name != self.record.tool or operation_of(tool) != self.record.operation:
            now = f"{plain(tool.name, _LONGEST)} ({plain(operation_of(tool), _LONGEST)})"
            self.notice(f"the tool is now {now}; it was {plain(self.record.tool, _LONGEST)}")
        app.on_call.append(self._hear)
        return Call(tool=tool.name, arguments=dict(self.record.arguments or {}))

    async def consent(self, app: Serves, call: Call) -> Call | Failure:
        """Return the call as it may be sent: a request of a read is shown as it goes, of a write it is asked about."""
        tool = app.toolset.by_name[call.tool]
        if tool.plan is not None:
            return self._as_run(app, call, tool)
        found = app.foresee(call)
        if tool.annotations.read_only and not app.asks_before(tool):
            if isinstance(found, Failure):
                self.name_lookup(await app.foreseen_lookups(call))
            return replace(call, sending=self._show)
        if isinstance(found, Failure):
            return await app.explained(call, found)
        if self.yes:
            self._show(found)
        else:
            self._ask(app, call, found)
        return replace(call, is_shown=True)

    def _as_run(self, app: Serves, call: Call, tool: Tool) -> Call:
        """Return a workflow's call, whose steps show their requests, and ask before they write.

        Raises:
            ConfigError: one of them writes, and there is nobody to ask: half a workflow is not carried out.
        """
        from openapi_mcp.running import asks_within  # nothing else here needs it

        if asks_within(app, tool) and not self.yes and not is_asked():
            raise _nobody()
        return replace(call, reading=self._show, asking=partial(self._step, app))

    async def _step(self, app: Serves, call: Call) -> Failure | None:
        """Return why a step of a workflow is not sent, None where it may be, as it was shown."""
        found = app.foresee(call)
        if isinstance(found, Failure):
            return await app.explained(call, found)
        if self.yes:
            self._show(found)
            return None
        self.request = found
        is_sent = agrees(question(call, found, app.redactor(call)), _nobody())
        return None if is_sent else Failure(kind=FailureKind.REFUSED, message=DECLINED, hint=ON_DECLINED)

    def _ask(self, app: Serves, call: Call, request: HttpRequest) -> None:
        """Do nothing where the person at the terminal agrees to a request.

        Raises:
            ConfigError: there is none, or who declines: then no call was made, and none is recorded.
        """
        self.request = request
        if not agrees(question(call, request, app.redactor(call), "as it was recorded"), _nobody()):
            raise ConfigError(DECLINED, where=_WHERE, hint=ON_DECLINED)

    def name_lookup(self, lookups: tuple[Looked, ...]) -> None:
        """Say what is looked up before the call itself is sent; whether more is, its answer decides."""
        for each in lookups[:1]:
            self.notice(f"looked up first: {lookup_line(each.as_json())}")

    def _show(self, request: HttpRequest) -> None:
        self.request = request
        self.notice(request_text(request))

    def _hear(self, heard: Heard) -> None:
        self.heard.append(record_of(heard))


def _nobody() -> ConfigError:
    hint = "run it in a terminal, or give --yes; --dry-run shows the request"
    return ConfigError(
        "a person must confirm that a write is made again, and there is no terminal", where=_WHERE, hint=hint
    )


def _comparison(then: Record, now: Record) -> list[str]:
    """Return what is said of both calls: ["then: 200 in 120 ms, ...", "now:  404 not_found in 98 ms", "..."]."""
    before = f"then: {outcome(then)} in {lasted(then.duration)}, {local_time(then.time)}"
    after = f"now:  {outcome(now)} in {lasted(now.duration)}"
    return [before, after, _verdict(then, now), *(f"different: {each}" for each in differences(then, now))]


def _verdict(then: Record, now: Record) -> str:
    if outcome(then) != outcome(now):
        return "it ended in another way"
    return "the answer is the same" if same_answer(then, now) else "the answer is another one"


def _compared(then: Record, now: Record) -> dict[str, Any]:
    """Return {"then", "now", "same"}."""
    is_same = outcome(then) == outcome(now) and same_answer(then, now)
    return {"then": _in_short(then), "now": _in_short(now), "same": is_same}


def _in_short(record: Record) -> dict[str, Any]:
    said = record.as_json()
    return {name: said[name] for name in ("time", "status", "kind", "duration_ms")}
