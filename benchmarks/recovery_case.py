"""A case of the fault suite: the arguments of a model's first attempt, and what must come of it."""

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One first attempt that fails.

    `right` are the arguments that the model should have given: the last request upstream must be the one that these
    lead to. Without them nothing can be derived, and the call must be refused with a hint that names one of `fields`,
    holds the words of `says`, and offers one of `tries`. A case with both may go either way: an answer that is right,
    or a refusal that is. `once`: no request of this tool may be repeated. `told`: a success is no fault either, as
    long as nothing is sent again.
    """

    family: str
    api: str
    tool: str
    wrong: Row
    right: Row | None = None
    fields: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    tries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    trouble: str = ""
    without: tuple[str, ...] = ()
    once: bool = False
    told: bool = False
    refusable: bool = False
    name: str = field(default="", compare=False)

    @property
    def derivable(self) -> bool:
        """Whether the call has to be repaired."""
        return self.right is not None and not self.refusable


class Family:
    """Collects the cases of one family."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[Case] = []

    def fixed(self, api: str, tool: str, wrong: Row, right: Row, **more: Any) -> None:
        """Add a case that can be derived."""
        self._add(api, tool, wrong, right=right, **more)

    def refused(self, api: str, tool: str, wrong: Row, *fields: str, **more: Any) -> None:
        """Add a case that cannot; these are the names of which the hint must have one."""
        self._add(api, tool, wrong, fields=fields, refusable=True, **more)

    def _add(self, api: str, tool: str, wrong: Row, **more: Any) -> None:
        name = f"{self.name}-{len(self.cases) + 1}"
        self.cases.append(Case(family=self.name, api=api, tool=tool, wrong=wrong, name=name, **more))
