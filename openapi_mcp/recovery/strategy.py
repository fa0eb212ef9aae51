"""What a strategy is: a flow that knows one way to repair one fault of a call."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_mcp.model.call import Call, Failure
from openapi_mcp.model.document import Schema
from openapi_mcp.model.fault import Fault, Path, Repair, Suggestion
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.steps import Learn, Lookup
from openapi_mcp.recovery.values import MISSING, value_at, with_value, without
from openapi_mcp.recovery.work import Work
from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check

_MOST_STEPS = 20_000  # of one check: a value that takes more is not taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """The arguments of a call after a repair, and what was repaired: each changed value is told."""

    arguments: Mapping[str, Any]
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a strategy can say where it could not repair: what may have been meant, calls that help, what to do.

    `path` is where the fault is that it is about; of what a strategy returns, it is that of its case.
    """

    near: tuple[Any, ...] = ()
    tries: tuple[Suggestion, ...] = ()
    hint: str = ""
    path: Path = ()

    def about(self, path: Path) -> "Told":
        """Return this as what is told of a fault, and its calls as those that help with it."""
        return replace(self, path=path, tries=tuple(replace(each, path=path) for each in self.tries))


Remedy = Generator[Lookup | Learn, Any, Rewrite | Told | None]
"""Yields Lookup and Learn, is sent Found (or None) and Learned; returns None where it knows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault of a failed call, and all that may be used to repair it.

    `call` has the arguments as they are by now, under the names of the list; `failure` all of the call's faults, of
    which `fault` is one. `tools` are those of the server by their names: what may be called of them, Learned says.
    `base_url` is what the path of the operation is appended to, "" where that is not known. `work` is what is kept, and
    how much may be done, for all faults of the call.
    """

    call: Call
    tool: Tool
    fault: Fault
    failure: Failure
    tools: Mapping[str, Tool] = field(default_factory=dict)
    base_url: str = ""
    work: Work = field(default_factory=Work, repr=False, compare=False)

    @property
    def was_sent(self) -> bool:
        """True after a refusal by the API; False where the arguments were not sent."""
        return self.failure.attempts > 0

    @property
    def value(self) -> Any:
        """What stands where the fault is, MISSING where nothing does."""
        return value_at(self.call.arguments, self.fault.path)

    def accepts(self, value: Any, fault: Fault | None = None) -> bool:
        """True where the document's schema for the place of the fault takes a value; True where it says nothing.

        What takes too many steps to check is not taken.
        """
        return self.fits((fault or self.fault).schema, value)

    def fits(self, schema: Schema, value: Any) -> bool:
        """True where a schema of the tool takes a value."""
        check = self.work.once("check", schema, lambda: self._check(schema))
        try:
            return not check.errors(value)
        except TooManyStepsError:
            return False
        finally:
            self.work.spend(check.taken)

    def _check(self, schema: Schema) -> Check:
        definitions: Mapping[str, Schema] = self.tool.input_schema.get("$defs", {})
        named = self.work.once("definitions", definitions, lambda: {f"#/$defs/{n}": s for n, s in definitions.items()})
        return Check(schema, named, most_steps=_MOST_STEPS)

    def rewritten(self, value: Any, how: str, path: Path | None = None) -> Rewrite:
        """Return the arguments with a value in the place of the fault (or at `path`), and the repair that says so."""
        path = self.fault.path if path is None else path
        before = value_at(self.call.arguments, path)
        repair = Repair(path=path, before=None if before is MISSING else before, after=value, how=how)
        return Rewrite(arguments=with_value(self.call.arguments, path, value), repairs=(repair,))

    def dropped(self, path: Path) -> Mapping[str, Any]:
        """Return the arguments without what stands at a path."""
        return without(self.call.arguments, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way to repair a fault: `repair` is its flow, `about` says in a line what it changes and on what evidence.

    Those of a lower `rank` are tried first. `before` and `after` say when: before anything was sent, and after the API
    has refused it. `asks` is True where it makes lookups. A name is a word of letters, digits and "_".
    """

    name: str
    rank: int
    about: str
    repair: Callable[[Case], Remedy]
    before: bool = True
    after: bool = True
    asks: bool = False


def at_once(repair: Callable[[Case], Rewrite | Told | None]) -> Callable[[Case], Remedy]:
    """Return the flow of a strategy that needs nothing from outside."""

    def flow(case: Case) -> Remedy:
        yield from ()
        return repair(case)

    return flow
