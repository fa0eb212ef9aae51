"""On which terms a tool's requests are tried: what the operator says of that tool, else what holds for the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import anyio

from openapi_mcp.executor.limiter import Limiter
from openapi_mcp.model.policy import Limits, Rate
from openapi_mcp.model.tool import Tool

if TYPE_CHECKING:
    from openapi_mcp.shared.namespace import Namespace
    from openapi_mcp.shared.turns import Turns

PATIENCE = 1 / 3  # of a call's timeout; a read that brings nothing for so long gets a second attempt beside it
_OF_API = ""  # among the limiters the name of the one for all tools


class Terms(NamedTuple):
    """How a request may be tried; None where nothing is said but for all. The `limiter` is the tool's own."""

    retries: int | None = None
    patience: float | None = None
    limiter: Limiter | None = None


@dataclass(slots=True, kw_only=True)
class Limiters:
    """The limiters of an API and of its tools, by name.

    One with the same rates goes on counting where other settings, or another document, take the place of the last: a
    change is no way around a limit. With a `namespace` all replicas count together.
    """

    now: Callable[[], float]
    namespace: "Namespace | None" = None
    _made: dict[str, Limiter] = field(init=False, default_factory=dict)

    def of_api(self, rates: Sequence[Rate]) -> Limiter | None:
        """Return what counts all requests; None where there is no limit."""
        return self._of(_OF_API, rates, "are sent to the API", "--rate-limit, where the server is started,")

    def of_tool(self, name: str, rates: Sequence[Rate]) -> Limiter | None:
        """Return what counts the requests of one tool; None where it has no limit of its own."""
        return self._of(name, rates, "are sent by this tool", "rate_limit in this tool's table of the config file")

    def _of(self, name: str, rates: Sequence[Rate], said: str, set_by: str) -> Limiter | None:
        if not rates:
            return None
        if name not in self._made or tuple(self._made[name].rates) != tuple(rates):
            turns = self._turns(name, rates)
            self._made[name] = Limiter(rates=tuple(rates), now=self.now, said=said, set_by=set_by, turns=turns)
        return self._made[name]

    def _turns(self, name: str, rates: Sequence[Rate]) -> "Turns | None":
        if self.namespace is None:
            return None
        from openapi_mcp.shared.turns import Turns

        return Turns(self.namespace, name, rates)


def terms_of(tool: Tool, limiters: Limiters) -> Terms:
    """Return the terms of a tool's own settings."""
    own = tool.limits
    return Terms(
        retries=own.retries,
        patience=own.timeout * PATIENCE if own.timeout is not None else None,
        limiter=limiters.of_tool(tool.name, own.rate_limit or ()),
    )


def timeout_of(tool: Tool | None, limits: Limits) -> float:
    """Return the seconds that a call has, all of it: its tool's own, else those of every call."""
    own = tool.limits.timeout if tool is not None else None
    return limits.timeout if own is None else own


def own_deadline(tool: Tool, deadline: float) -> float:
    """Return when a request that another call makes of a tool has to end: its own timeout holds there, too.

    By `anyio.current_time`.
    """
    own = tool.limits.timeout
    return deadline if own is None else min(deadline, anyio.current_time() + own)
