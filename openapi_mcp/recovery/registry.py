"""Our own strategies, and the order in which strategies are tried."""

from collections.abc import Iterable, Sequence
from importlib import import_module

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.strategy import Strategy

OWN = (
    "left_out",
    "json_text",
    "scalars",
    "one_item",
    "wrapped",
    "flattened",
    "spaces",
    "enum_form",
    "date_form",
    "number_form",
    "uuid_form",
    "base64_form",
    "near_name",
    "contained",
    "name_to_id",
    "limits",
)
"""The modules of our own strategies, each with its STRATEGY."""


def own_strategies() -> tuple[Strategy, ...]:
    """Return our own strategies."""
    modules = (import_module(f"openapi_mcp.recovery.strategies.{name}") for name in OWN)
    return tuple(module.STRATEGY for module in modules)


def in_order(strategies: Iterable[Strategy], policy: Recovering) -> Sequence[Strategy]:
    """Return the strategies that are on, those that the policy orders first in its order, the others by their rank.

    Raises:
        ConfigError: a name that no strategy has.
    """
    known = {strategy.name: strategy for strategy in strategies}
    for name in (*policy.off, *policy.order, *policy.only):
        if name not in known:
            hint = f"strategies are {', '.join(sorted(known))}"
            raise ConfigError(f"there is no strategy {name[:60]!r}", where="--recovery", hint=hint)
    on = [
        each for each in known.values() if each.name not in policy.off and (not policy.only or each.name in policy.only)
    ]
    places = {name: place for place, name in enumerate(policy.order)}
    return sorted(on, key=lambda each: (places.get(each.name, len(places)), each.rank, each.name))
