"""What a client is told of a run that failed: what was carried out until then, and what it gave."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.model.call import Failure
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.room import brief
from openapi_mcp.model.tool import Toolset
from openapi_mcp.workflow.guards import no_answer
from openapi_mcp.workflow.wanted import Done

MOST_DONE = 30  # steps that are told of
_MOST_ANSWER = 2_000  # characters of the API's own answer
_MOST_OF_AN_OUTPUT = 300
_MOST_OF_OUTPUTS = 4_000  # of all steps together


def told_failure(failure: Failure, done: Sequence[Done], toolset: Toolset) -> Failure:
    """Return a run's failure with what was carried out; what it says of a step's arguments is not its caller's."""
    wrote = [each for each in done if _has_written(each, toolset)]
    hint = f"{_said_of(wrote)}; another call of the workflow would do it again" if wrote else failure.hint
    return replace(
        failure,
        field=None,
        faults=(),
        tries=(),
        hint=hint,
        body={"steps": _steps(done, wrote), "calls": len(done), "answer": _short(failure.body, _MOST_ANSWER)},
        retryable=failure.retryable and not wrote,
    )


def carried_out(done: Sequence[Done], toolset: Toolset) -> str:
    """Return which writes were carried out, and which may have been; "" where there was none."""
    return _said_of([each for each in done if _has_written(each, toolset)])


def _steps(done: Sequence[Done], wrote: Sequence[Done]) -> list[dict[str, Any]]:
    """Return the last steps with their outputs; those of writes come first into the room there is."""
    last = done[-MOST_DONE:]
    writing = {id(each) for each in wrote}
    outputs: dict[int, dict[str, Any]] = {}
    left = _MOST_OF_OUTPUTS
    for each in sorted(last, key=lambda one: id(one) not in writing):
        shown = {name: _short(value, _MOST_OF_AN_OUTPUT) for name, value in each.outputs.items()}
        left -= len(write_json(shown))
        if shown and left >= 0:
            outputs[id(each)] = shown
    return [_with_outputs(each, outputs.get(id(each))) for each in last]


def _with_outputs(done: Done, outputs: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**done.as_json(), "outputs": outputs} if outputs else done.as_json()


def _said_of(wrote: Sequence[Done]) -> str:
    """Return which writes were carried out, and which may have been."""
    known = dict.fromkeys(_named(each) for each in wrote if not each.is_unknown)
    said = [f"already carried out: {', '.join(known)}"] if known else []
    lost: dict[str, dict[str, None]] = {}
    for each in wrote:
        if each.is_unknown:
            lost.setdefault(no_answer(each.status), {})[_named(each)] = None
    said += [f"perhaps carried out, as {why}: {', '.join(names)}; not repeated" for why, names in lost.items()]
    return "; ".join(said)


def _named(done: Done) -> str:
    return f"{done.step} ({done.tool})"


def _has_written(done: Done, toolset: Toolset) -> bool:
    tool = toolset.by_name.get(done.tool)
    is_read = tool is not None and tool.annotations.read_only
    return not is_read and (done.is_unknown or _is_done(done.status))


def _is_done(status: int | None) -> bool:
    """True for a success, and for a redirect that leads from what is done to its result (RFC 9110, 15.4.4)."""
    return status is not None and (200 <= status < 300 or status in (301, 302, 303))


def _short(body: Any, most: int) -> Any:
    try:
        text = write_json(body)
    except (ValueError, TypeError, RecursionError):
        return None
    return body if len(text) <= most else brief(text, most)
