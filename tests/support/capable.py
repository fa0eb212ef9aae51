"""Capabilities for tests, each from the few words that matter."""

from collections.abc import Mapping, Sequence

from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer, Yield


def need(argument: str, *producers: str, is_required: bool = True, entity: str = "") -> Need:
    """Return a need; a producer is "TOOL" or, where it writes, "POST TOOL"."""
    made = []
    for each in producers:
        method, _, tool = each.rpartition(" ")
        made.append(Producer(tool=tool, method=method or "GET", path=f"/{tool}", field="results[].id"))
    return Need(argument=argument, entity=entity or argument, producers=tuple(made), is_required=is_required)


def capabilities(
    needs: Mapping[str, Sequence[Need]],
    finds: Mapping[str, Sequence[str]] | None = None,
    yields: Mapping[str, Sequence[str]] | None = None,
) -> Capabilities:
    """Return what tools need, by which arguments they find, and the entities that they yield."""
    found, yielded = finds or {}, yields or {}
    return {
        tool: Capability(
            needs=tuple(needs.get(tool, ())),
            finds=tuple(found.get(tool, ())),
            yields=tuple(Yield(entity=entity, field="id") for entity in yielded.get(tool, ())),
        )
        for tool in {**needs, **found}
    }
