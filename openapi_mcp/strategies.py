"""The strategies that repair failed calls: ours, those that installed packages offer, and the operator's own.

A package offers one as an entry point of the group `openapi_mcp.recovery`; an operator names one in the config file,
`[recovery] add = ["module:name"]`. Both lead to a Strategy (recovery/strategy.py).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import Recovering

if TYPE_CHECKING:
    from openapi_mcp.recovery.strategy import Case, Remedy, Strategy

GROUP = "openapi_mcp.recovery"

log = logging.getLogger(__name__)


def all_strategies(policy: Recovering) -> "Sequence[Strategy]":
    """Return the strategies that are on, in the order in which they are tried.

    Raises:
        ConfigError: a name that no strategy has, or what is to be added cannot be.
    """
    from openapi_mcp.recovery.registry import in_order, own_strategies

    added = [_contained(_loaded(metadata.EntryPoint("", text, GROUP))) for text in policy.add]
    return in_order((*own_strategies(), *_offered(metadata.entry_points(group=GROUP)), *added), policy)


def _offered(points: Iterable[metadata.EntryPoint]) -> "Iterator[Strategy]":
    """Yield what installed packages offer; one that is broken costs itself alone."""
    for point in points:
        try:
            yield _contained(_loaded(point))
        except ConfigError as error:
            log.warning("strategy_not_loaded name=%r reason=%r", point.name[:60], error.message)


def _loaded(point: metadata.EntryPoint) -> "Strategy":
    from openapi_mcp.recovery.strategy import Strategy

    hint = 'name a Strategy as "module:name"'
    try:
        found = point.load()
    except Exception as error:
        message = f"the strategy {point.value[:80]!r} cannot be loaded: {type(error).__name__}: {str(error)[:200]}"
        raise ConfigError(message, where="[recovery] add", hint=hint) from error
    if not isinstance(found, Strategy):
        raise ConfigError(f"{point.value[:80]!r} is no Strategy", where="[recovery] add", hint=hint)
    return found


def _contained(strategy: "Strategy") -> "Strategy":
    """Return a strategy of others as one that, where it breaks, knows nothing."""
    return replace(strategy, repair=_guarded(strategy.name, strategy.repair))


def _guarded(name: str, repair: "Callable[[Case], Remedy]") -> "Callable[[Case], Remedy]":
    def flow(case: "Case") -> "Remedy":
        try:
            return (yield from repair(case))
        except Exception as error:
            # The call has failed already, and is told as that; values of it may stand in the error.
            log.error("strategy_failed name=%r error=%s", name, type(error).__name__)
            log.debug("strategy_failed traceback", exc_info=True)
            return None

    return flow
