"""What a tool needs before it can be called, and what its answers yield for the calls of others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.text import clean_text, holds_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """A tool whose answer holds a value that is needed; `field` is where: "results[].customer", "" for all of it."""

    tool: str
    method: str
    path: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An argument that identifies something: of which kind ("customer"), and the tools that yield it, best first.

    `argument` may be a field within one: "items[].product". What takes one of several kinds has all of them in
    `entity`: "artist or album". `is_required` says whether the tool cannot be called without it.
    """

    argument: str
    entity: str
    producers: tuple[Producer, ...] = ()
    is_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """Something that an answer identifies, and where in it: ("customer", "results[].id")."""

    entity: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a tool needs and yields, the most telling first.

    `finds` are the arguments that take words (`q`, `name`, `email`): with them it is a way from words to ids. Of a
    workflow `said_again` are the outputs that hold what its caller gave; None of what is no workflow.
    """

    needs: tuple[Need, ...] = ()
    yields: tuple[Yield, ...] = ()
    finds: tuple[str, ...] = ()
    said_again: frozenset[str] | None = None


Capabilities = Mapping[str, Capability]
"""By the name of the tool."""


def as_json(capability: Capability) -> dict[str, Any]:
    """Return {"needs", "yields"} as `inspect --json` and the search tool have them.

    A need that a call can do without says `"required": false`. A place whose name holds characters that nobody sees is
    left out: cleaned, it would be the name of another.
    """
    return {
        "needs": [need_json(need) for need in seen(capability.needs)],
        "yields": [
            {"entity": each.entity, "field": each.field}
            for each in capability.yields
            if not holds_hidden(f"{each.entity} {each.field}")
        ],
    }


def seen(needs: Iterable[Need]) -> list[Need]:
    """Return the needs in whose names nothing is hidden."""
    return [need for need in needs if not holds_hidden(f"{need.argument} {need.entity}")]


def need_json(need: Need) -> dict[str, Any]:
    """Return {"argument", "entity", "from": [{"tool", "method", "path", "field"}]}."""
    sources = [_source(each) for each in need.producers if not holds_hidden(each.field)]
    said = {"argument": need.argument, "entity": need.entity, "from": sources}
    return said if need.is_required else {**said, "required": False}


def _source(producer: Producer) -> dict[str, str]:
    return {
        "tool": producer.tool,
        "method": producer.method,
        "path": clean_text(producer.path),
        "field": producer.field,
    }
