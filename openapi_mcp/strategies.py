"""The strategies that repair failed calls: ours, those that installed packages offer, and the operator's own.

A package offers one as an entry point of the group `openapi_mcp.recovery`; an operator names one in the config file,
`[recovery] add = ["module:name"]`. Both lead to a Strategy (recovery/strategy.py).
"""

import logging
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import RECOVERY, Recovering

if TYPE_CHECKING:
    from openapi_mcp.recovery.strategy import Case, Remedy, Strategy

GROUP = "openapi_mcp.recovery"

_NAME = re.compile("[A-Za-z][A-Za-z0-9_]{0,60}")  # what --recovery can name, and a model can read

log = logging.getLogger(__name__)


def all_strategies(policy: Recovering) -> "Sequence[Strategy]":
    """Return the strategies that are on, in the order in which they are tried.

    Raises:
        ConfigError: a name that no strategy has, or what is to be added cannot be.
    """
    from openapi_mcp.recovery.registry import in_order, own_strategies

    where = policy.place("add")
    added = [_guarded_strategy(_loaded(metadata.EntryPoint("", text, GROUP), where)) for text in policy.add]
    return in_order((*own_strategies(), *_offered(metadata.entry_points(group=GROUP)), *added), policy)


def _offered(points: Iterable[metadata.EntryPoint]) -> "Iterator[Strategy]":
    """Yield what installed packages offer; one that is broken costs itself alone."""
    for point in points:
        try:
            yield _guarded_strategy(_loaded(point, GROUP))
        except ConfigError as error:
            log.warning("strategy_not_loaded name=%r reason=%r", point.name[:60], error.message)


def _loaded(point: metadata.EntryPoint, where: str) -> "Strategy":
    from openapi_mcp.recovery.strategy import Strategy

    hint = 'name a Strategy as "module:name"'
    try:
        found = point.load()
    except Exception as error:
        message = f"the strategy {point.value[:80]!r} cannot be loaded: {type(error).__name__}: {str(error)[:200]}"
        raise ConfigError(message, where=where, hint=hint) from error
    if not isinstance(found, Strategy):
        raise ConfigError(f"{point.value[:80]!r} is no Strategy", where=where, hint=hint)
    _require_name(found, point, where)
    return found


def _require_name(strategy: "Strategy", point: metadata.EntryPoint, where: str) -> None:
    """Refuse a strategy whose name cannot be written, or is that of a level, or of a strategy of ours."""
    from openapi_mcp.recovery.registry import OWN

    name, of = str(strategy.name), f"of {point.value[:80]!r}"
    if not _NAME.fullmatch(name):
        hint = 'name it with letters, digits and "_": last_word'
        raise ConfigError(f"the name {name[:60]!r} {of} is no word", where=where, hint=hint)
    if name in OWN or name in RECOVERY:
        whose = "a strategy of ours" if name in OWN else "a level"
        raise ConfigError(f"the name {name!r} {of} is that of {whose}", where=where, hint="give it another name")


def _guarded_strategy(strategy: "Strategy") -> "Strategy":
    """Return a strategy of others as one that, where it breaks, knows nothing."""
    return replace(strategy, repair=_guarded(strategy.name, strategy.repair))


def _guarded(name: str, repair: "Callable[[Case], Remedy]") -> "Callable[[Case], Remedy]":
    from openapi_mcp.recovery.strategy import Rewrite, Told

    def flow(case: "Case") -> "Remedy":
        try:
            remedy = repair(case)
            if not isinstance(remedy, Generator):  # of a partial, or an object, only this shows it
                return _unusable(name, "its repair is no generator: wrap it in at_once")
            found = yield from remedy
        except Exception as error:
            # The call has failed already, and is told as that; values of it may stand in the error.
            log.error("strategy_failed name=%r error=%s", name, type(error).__name__)
            log.debug("strategy_failed traceback", exc_info=True)
            return None
        if found is not None and not isinstance(found, Rewrite | Told):
            return _unusable(name, f"it returned {type(found).__name__}, and not Rewrite, Told or None")
        return found

    return flow


def _unusable(name: str, reason: str) -> None:
    """Say why what a strategy made of a call is left alone."""
    log.error("strategy_failed name=%r reason=%r", name, reason)
