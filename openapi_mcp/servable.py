"""What must be there before a document is served: tools, a server for one of them, all parts, the extras asked for."""

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, SourceError
from openapi_mcp.executor.base import server_url
from openapi_mcp.generator.catalogue import Freshness
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.document import Document
from openapi_mcp.model.part import Part, lost_parts
from openapi_mcp.model.tool import Toolset
from openapi_mcp.strategies import all_strategies


def require_extras(config: Config) -> None:
    """Do nothing where what the configuration asks for is installed.

    Raises:
        ConfigError: an extra is not, or a strategy that is named.
    """
    for one in config.apis or (config,):
        if one.recovery.names:
            all_strategies(one.recovery)
    if config.semantic:
        from openapi_mcp.embedding import require_model

        require_model()


def require_tools(toolset: Toolset, document: Document) -> None:
    """Raise a ConfigError that says why, where the list would be empty though the document has operations."""
    if toolset.tools or not (document.operations or document.skipped):
        return
    if any(skipped.is_switched_off for skipped in toolset.skipped):  # a person wants none, for now
        return
    reasons: dict[str, int] = {}
    for skipped in toolset.skipped:
        reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    most = sorted(reasons.items(), key=lambda item: -item[1])[:4]
    said = "; ".join(f"{count} x {reason}" for reason, count in most)
    raise ConfigError(
        f"no operation became a tool: {said}",
        where=document.source,
        hint="widen --methods, --allow, --include or --exclude; `openapi-mcp inspect` shows each operation",
    )


def require_server(config: Config, catalogue: Catalogue) -> None:
    """Refuse to start where no tool at all could be called."""
    operations = [tool.operation for tool in catalogue.toolset.tools]
    for operation in operations:
        try:
            server_url(catalogue.document, config.base_url, operation)
        except ConfigError:
            continue
        return
    if operations:
        server_url(catalogue.document, config.base_url, operations[0])


def parts_of(freshness: Freshness | None) -> tuple[Part, ...]:
    """Return the documents that a list was made from, none where that is not known."""
    return freshness.parts if freshness is not None else ()


def require_parts(catalogue: Catalogue, known: Freshness | None) -> None:
    """Refuse a document of which a part is broken or out of reach that was there before.

    A part that never was costs only the operations that need it: then there is no better list to stay with.
    """
    lost = lost_parts(parts_of(known), parts_of(catalogue.freshness))
    if not lost:
        return
    for problem in catalogue.document.problems:
        if problem.pointer in lost:
            raise SourceError(problem.message, where=problem.pointer, hint=problem.hint)
    raise SourceError("a referenced document cannot be had", where=catalogue.document.source, hint="correct the $ref")
