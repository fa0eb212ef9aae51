"""Which workflows are suggested, and why: chains that were called, then those that needs and yields allow."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.model.record import Record
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import ArazzoDocument, SourceDescription, Workflow
from openapi_mcp.workflow.chains import Chain, Counted
from openapi_mcp.workflow.draft import Named, draft, unused
from openapi_mcp.workflow.known import Known
from openapi_mcp.workflow.possible import Possible

_MOST_POSSIBLE = 5  # that nobody has called: a list of all that could be is no help
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A workflow and `why` it is suggested; `times` and `callers` are 0 for one that nobody has called."""

    workflow: Workflow
    tools: tuple[str, ...]
    why: str
    times: int = 0
    callers: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as `workflow suggest --json` shows it."""
        return {
            "workflow": self.workflow.id,
            "tools": list(self.tools),
            "why": self.why,
            "times": self.times,
            "callers": self.callers,
        }


def suggest(
    called: Iterable[Counted], possible: Iterable[Possible], tools: Mapping[str, Named], known: Mapping[str, Known],
    *, limit: int, served: Collection[frozenset[str]] = (),
) -> list[Suggestion]:  # fmt: skip
    """Return so many suggestions at most: those that were called first, each with an id of its own.

    `served` are the tools of workflows that there are already.
    """
    found: list[Suggestion] = []
    for each in _all(called, possible, tools, known):
        if len(found) >= limit:
            break
        if frozenset(each.tools) in served:
            continue
        found.append(_apart(each, {one.workflow.id for one in found}))
    return found


def of_these(records: Iterable[Record], known: Mapping[str, Known], apis: Mapping[str, str]) -> Iterator[Record]:
    """Yield the records whose tool is still the same operation of the same API; `apis` are labels by tool."""
    for record in records:
        tool = known.get(record.tool)
        if tool is None or apis[record.tool] != record.api:
            continue
        if (record.method, record.path) == (tool.tool.operation.method, tool.tool.operation.path):
            yield record


def document_of(suggestions: Sequence[Suggestion], sources: Sequence[SourceDescription], title: str) -> ArazzoDocument:
    """Return the description of these workflows."""
    return ArazzoDocument(
        title=one_line(f"Workflows of {title}", _LONGEST_TITLE),
        version="1.0.0",
        sources=tuple(sources),
        workflows=tuple(each.workflow for each in suggestions),
    )


def source_name(text: str, used: Collection[str] = ()) -> str:
    """Return a name as the specification wants it (4.6.3), none that is used: "Small shop 1.0" -> "small-shop-1-0"."""
    return unused(_NOT_IN_A_NAME.sub("-", text[:_LONGEST_TITLE]).strip("-").lower()[:60] or "api", used)


def _all(
    called: Iterable[Counted], possible: Iterable[Possible], tools: Mapping[str, Named], known: Mapping[str, Known]
) -> Iterator[Suggestion]:
    linked: set[tuple[str, str]] = set()
    for counted in called:
        workflow = draft(counted.chain, {node: counted.usual(node) for node in counted.chain}, tools)
        if workflow is not None:
            linked |= _pairs(counted.chain)
            yield _of_called(counted, workflow)
    left = _MOST_POSSIBLE
    for each in possible:
        workflow = draft(each.chain, {node: known[node.tool].finds[:1] for node in each.finds}, tools)
        if workflow is None or not left or _pairs(each.chain) <= linked:
            continue
        left -= 1
        yield Suggestion(workflow=workflow, tools=_tools(each.chain), why=_from_needs(each))


def _of_called(counted: Counted, workflow: Workflow) -> Suggestion:
    times, callers = counted.times, len(counted.callers)
    order = "in this order" if len(counted.orders) == 1 else "most often in this order"
    said = f"called {_many(times, 'time')} by {_many(callers, 'caller')}{',' * (len(counted.orders) > 1)} {order}"
    return Suggestion(workflow=workflow, tools=_tools(counted.chain), why=said, times=times, callers=callers)


def _from_needs(each: Possible) -> str:
    sources = {name: node.tool for name, node, _ in each.act.sources}
    needed = [f"{_thing(kind)} ({one_line(name, 60)}), which {sources[name]} yields" for name, kind in each.needed]
    return f"from needs and yields: {each.act.tool} needs {', and '.join(needed)}"


def _thing(kind: str) -> str:
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {one_line(kind, 60)}"


def _apart(each: Suggestion, used: Collection[str]) -> Suggestion:
    return replace(each, workflow=replace(each.workflow, id=unused(each.workflow.id, used)))


def _pairs(chain: Chain) -> set[tuple[str, str]]:
    return {(source.tool, node.tool) for node in chain for _, source, _ in node.sources}


def _tools(chain: Chain) -> tuple[str, ...]:
    return tuple(node.tool for node in chain)


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
