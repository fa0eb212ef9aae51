"""Our own strategies, and the order in which strategies are tried."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import RECOVERY, Recovering
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
        ConfigError: a name that no strategy has, or one that is on and off; or none is left on.
    """
    known = {strategy.name: strategy for strategy in strategies}
    for key, names in (("only", policy.only), ("off", policy.off), ("order", policy.order)):
        for name in names:
            if name not in known:
                raise _unknown(name, known, policy.place(key))
    for name in policy.only:
        if name in policy.off:
            hint = "leave it out of one of the two"
            raise ConfigError(f"the strategy {name!r} is on and off", where=policy.place("off"), hint=hint)
    on = [
        each for each in known.values() if each.name not in policy.off and (not policy.only or each.name in policy.only)
    ]
    if not on:
        hint = "to repair nothing, write the level off; else leave one of them on"
        raise ConfigError("no strategy is left on", where=policy.place("off"), hint=hint)
    places = {name: place for place, name in enumerate(policy.order)}
    return sorted(on, key=lambda each: (places.get(each.name, len(places)), each.rank, each.name))


def _unknown(name: str, known: Collection[str], where: str) -> ConfigError:
    """Return the error of a name that no strategy has, with the names that may be written."""
    shown = name[:60]
    hint = f"levels are {', '.join(RECOVERY)}; strategies are {', '.join(sorted(known))}"
    if name.lower() in RECOVERY:
        return ConfigError(f"{shown!r} is a level, of which one may stand, before all names", where=where, hint=hint)
    near = get_close_matches(name.lower(), (*RECOVERY, *known), n=1)
    hint = f"did you mean {near[0]!r}? {hint}" if near else hint
    return ConfigError(f"there is no strategy {shown!r}", where=where, hint=hint)
