"""What is found wrong while a document is read, gathered as Problems."""

from collections.abc import Collection

from openapi_mcp.model.document import Problem, Severity
from openapi_mcp.model.near import Guesses
from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.faults import WorkflowError

_MOST = 500
_SHOWN = 60  # characters of an id


class Findings:
    """Problems of a part of a document, which `of` names in front of each: 'workflow "buy", step "pay"'.

    All parts share one list. `is_broken` says that this part, or one within it, has an error; `first` is that.
    """

    def __init__(self, of: str = "", within: "Findings | None" = None) -> None:
        self._of = of
        self._within = within
        self._problems: list[Problem] = [] if within is None else within._problems
        self._guesses: Guesses = Guesses() if within is None else within._guesses
        self._noted: set[tuple[str, str]] = set() if within is None or not within._of else within._noted
        self.is_broken = False
        self.first = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that was found so far, in order, in each part of the document."""
        return tuple(self._problems)

    def part(self, kind: str, name: str) -> "Findings":
        """Return the findings of a part of this one."""
        inner = f"{kind} {one_line(name, _SHOWN)!r}"
        return Findings(f"{self._of}, {inner}" if self._of else inner, self)

    def error(self, pointer: str, message: str, hint: str) -> None:
        """Note what leaves this part out."""
        each: Findings | None = self
        said = message
        while each is not None:
            if each._of and self is not each:
                said = f"{self._of.removeprefix(each._of).removeprefix(', ')}: {message}"
            each.first = each.first or (said if each._of else message)
            each.is_broken, each = True, each._within
        self._note(Severity.ERROR, pointer, message, hint)

    def warn(self, pointer: str, message: str, hint: str) -> None:
        """Note what is served with a gap."""
        self._note(Severity.WARNING, pointer, message, hint)

    def refused(self, pointer: str, error: WorkflowError) -> None:
        """Note what cannot be understood."""
        self.error(error.where or pointer, error.message, error.hint or "")

    def meant(self, name: str, names: Collection[str], otherwise: str) -> str:
        """Return what to do about a name that is not among some: "did you mean 'find'?", or else as given."""
        return self._guesses.meant(name, names, otherwise)

    def _note(self, severity: Severity, pointer: str, message: str, hint: str) -> None:
        """Add a Problem; one of a place that several steps of a workflow share is named once for it."""
        if (pointer, message) in self._noted:
            return
        self._noted.add((pointer, message))
        said = f"{self._of}: {message}" if self._of else message
        if len(self._problems) == _MOST:
            said, hint = f"there are more than {_MOST} problems, and no more are named", "correct these first"
        if len(self._problems) <= _MOST:
            self._problems.append(Problem(severity=severity, pointer=pointer, message=said, hint=hint))
