"""What turns took: added up, as JSON, and read again."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from openapi_mcp.model.chat import Message, Turn, Usage


def usage_of(history: Sequence[Message]) -> Usage:
    """Return what all turns took together."""
    return total(message.usage for message in history if isinstance(message, Turn))


def total(usages: Iterable[Usage]) -> Usage:
    """Return the sum of what several took; its cost is that of those whose cost is known, None where none is."""
    each = list(usages)
    costs = [usage.cost for usage in each if usage.cost is not None]
    return Usage(
        tokens_in=sum(usage.tokens_in for usage in each),
        tokens_out=sum(usage.tokens_out for usage in each),
        cached=sum(usage.cached for usage in each),
        cost=sum(costs) if costs else None,
    )


def usage_json(usage: Usage) -> dict[str, Any]:
    """Return {"tokens_in", "tokens_out", "cached", "cost"}."""
    return {
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "cached": usage.cached,
        "cost": None if usage.cost is None else round(usage.cost, 6),
    }


def read_usage(said: Mapping[str, Any]) -> Usage:
    """Return what JSON says that turns took.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is no such JSON.
    """
    tokens = {name: int(said[name]) for name in ("tokens_in", "tokens_out", "cached")}
    cost = None if said["cost"] is None else float(said["cost"])
    if min(*tokens.values(), cost or 0) < 0 or not isfinite(cost or 0):
        raise ValueError("what was taken is never less than nothing")
    return Usage(**tokens, cost=cost)
