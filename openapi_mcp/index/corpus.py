"""What is known of the tools that are searched: the terms of each, and what it needs and yields."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openapi_mcp.index.words import terms
from openapi_mcp.model.capability import Capabilities
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool

Terms = Mapping[str, int]
"""How often each term stands in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The tools that are searched: `entries` has, by tool, the terms of each of its fields."""

    entries: Mapping[str, Mapping[str, Terms]]
    capabilities: Capabilities


def read_corpus(tools: Sequence[Tool], schemas: Mapping[str, Schema], capabilities: Capabilities) -> Corpus:
    """Return what is searched of these tools; `schemas` are what a `$ref` in an answer's schema names."""
    return Corpus(entries={tool.name: _entry(tool) for tool in tools}, capabilities=capabilities)


def united_corpus(each: Iterable[Corpus]) -> Corpus:
    """Return the corpora of several APIs, whose tools have other names, as one."""
    entries: dict[str, Mapping[str, Terms]] = {}
    capabilities: dict[str, object] = {}
    for corpus in each:
        entries |= corpus.entries
        capabilities |= corpus.capabilities
    return Corpus(entries=entries, capabilities=capabilities)  # type: ignore[arg-type]


def _entry(tool: Tool) -> Mapping[str, Terms]:
    operation = tool.operation
    fields = {
        "name": f"{operation.operation_id or tool.name} {operation.path}",
        "summary": operation.summary,
        "text": f"{operation.description} {' '.join(operation.tags)}",
        "inputs": " ".join(tool.input_schema.get("properties", {})),
    }
    return {name: Counter(terms(text)) for name, text in fields.items()}
