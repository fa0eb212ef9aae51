"""What a model misses in a description that is correct: words, schemas of answers, tools it cannot tell apart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openapi_mcp.generator.describe import success
from openapi_mcp.generator.enrich import RETURNS
from openapi_mcp.model.document import Operation
from openapi_mcp.model.media import is_json
from openapi_mcp.model.tool import Tool

_WORD = re.compile(r"\w+")
_WITHOUT_BODY = ("204", "205", "304")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Operations and tools that a model can use only by guessing."""

    without_description: tuple[Operation, ...]
    without_response_schema: tuple[Operation, ...]
    duplicate_operation_ids: tuple[tuple[str, tuple[Operation, ...]], ...]
    alike: tuple[tuple[str, ...], ...]


def review(operations: Sequence[Operation], tools: Iterable[Tool]) -> Review:
    """Return what is missing in operations, and the names of tools whose title and description use the same words."""
    by_id: dict[str, list[Operation]] = {}
    for operation in operations:
        if operation.operation_id:
            by_id.setdefault(operation.operation_id, []).append(operation)
    return Review(
        without_description=tuple(found for found in operations if not found.summary and not found.description),
        without_response_schema=tuple(found for found in operations if _answer_is_unknown(found)),
        duplicate_operation_ids=tuple((name, tuple(found)) for name, found in by_id.items() if len(found) > 1),
        alike=alike(tools),
    )


def _answer_is_unknown(operation: Operation) -> bool:
    """True when nothing says what a success answers with; an answer that is not JSON needs no schema."""
    response = success(operation)
    if response is None:
        return True
    if not response.content:
        return operation.method != "HEAD" and response.status not in _WITHOUT_BODY
    found = [media for media in response.content if is_json(media.content_type)]
    return bool(found) and not any(media.schema for media in found)


def alike(tools: Iterable[Tool]) -> tuple[tuple[str, ...], ...]:
    """Return groups of tools that say the same in title and description, whatever the order of their words."""
    groups: dict[frozenset[str], list[str]] = {}
    for tool in tools:
        said = f"{tool.title} {tool.description.partition(RETURNS)[0]}"
        groups.setdefault(frozenset(_WORD.findall(said.lower())), []).append(tool.name)
    return tuple(tuple(names) for names in groups.values() if len(names) > 1)
