"""What is known of the tools that are searched: the terms of each, and what it needs and yields."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from openapi_mcp.index.fields import Fields
from openapi_mcp.index.words import terms
from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer, Yield
from openapi_mcp.model.document import Schema
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool

_MAX_ABOUT = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A tool as it is searched: its method, the counted terms of each field, and in a few words what it is about."""

    method: str
    fields: Mapping[str, Mapping[str, int]]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """The tools that are searched, by their names, and what they need and yield."""

    entries: Mapping[str, Entry]
    capabilities: Capabilities

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, to be read back by `corpus_of`."""
        entries = {name: [entry.method, entry.fields, entry.about] for name, entry in self.entries.items()}
        needed = {name: asdict(each) for name, each in self.capabilities.items() if each != Capability()}
        return {"entries": entries, "capabilities": needed}


def read_corpus(tools: Sequence[Tool], schemas: Mapping[str, Schema], capabilities: Capabilities) -> Corpus:
    """Return what is searched of these tools; `schemas` are what a `$ref` in an answer's schema names."""
    fields = Fields(schemas)
    return Corpus(entries={tool.name: _entry(tool, fields) for tool in tools}, capabilities=capabilities)


def united_corpus(each: Iterable[Corpus]) -> Corpus:
    """Return the corpora of several APIs, whose tools have other names, as one."""
    entries: dict[str, Entry] = {}
    capabilities: dict[str, Capability] = {}
    for corpus in each:
        entries |= corpus.entries
        capabilities |= corpus.capabilities
    return Corpus(entries=entries, capabilities=capabilities)


def corpus_of(value: Any) -> Corpus:
    """Return the corpus that `as_json` returned."""
    entries = {
        name: Entry(method=method, fields=fields, about=about)
        for name, (method, fields, about) in value["entries"].items()
    }
    read = {name: _capability(one) for name, one in value["capabilities"].items()}
    return Corpus(entries=entries, capabilities={name: read.get(name, Capability()) for name in entries})


def _entry(tool: Tool, fields: Fields) -> Entry:
    texts = fields.of(tool)
    counted = {name: Counter(terms(text)) for name, text in texts.items() if text}
    about = one_line(f"{tool.title}. {tool.operation.description}", _MAX_ABOUT)
    return Entry(method=tool.operation.method, fields=counted, about=about)


def _capability(value: Any) -> Capability:
    return Capability(
        needs=tuple(
            Need(**{**need, "producers": tuple(Producer(**each) for each in need["producers"])})
            for need in value["needs"]
        ),
        yields=tuple(Yield(**each) for each in value["yields"]),
        finds=tuple(value["finds"]),
    )
