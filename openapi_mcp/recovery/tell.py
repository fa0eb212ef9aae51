"""What a caller is told of a call that could not be repaired."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.steps import Learn, Lookup
from openapi_mcp.recovery.strategy import Told

_MOST_NEAR = 10
_MOST_TRIES = 3


def tell(
    call: Call, failure: Failure, tools: Mapping[str, Tool], told: Sequence[Told]
) -> Generator[Lookup | Learn, Any, Failure]:
    """Return the failure with what the strategies found out, and the tools that yield what is missing."""
    yield from ()
    near = dict.fromkeys((*failure.near, *(each for one in told for each in one.near)))
    tries = (*failure.tries, *(each for one in told for each in one.tries))
    hint = next((one.hint for one in told if one.hint), failure.hint)
    return replace(failure, near=tuple(near)[:_MOST_NEAR], tries=tries[:_MOST_TRIES], hint=hint)
