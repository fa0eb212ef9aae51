"""What pydocket puts into Redis is JSON, not pickles: who reads a pickle runs what it says, and others write there.

Its tasks have a text for an argument; what else stands there comes from somebody else, and is not read.
"""

import json
from typing import Any


class Values(tuple[Any, ...]):
    """Arguments by position, which are none by name: pydocket takes it for either."""

    __slots__ = ()

    def keys(self) -> tuple[str, ...]:
        """Return no names."""
        return ()

    def items(self) -> tuple[tuple[str, Any], ...]:
        """Return no names with their values."""
        return ()


class Plain:
    """Writes and reads arguments, in place of the module that pydocket uses for that."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        """Return JSON; a tuple becomes a list."""
        return json.dumps(value, default=str).encode()

    @staticmethod
    def loads(data: bytes) -> Values:
        """Return the list that was written; empty for what is none: it fails where it is used, and holds nobody up."""
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return Values()
        return Values(value if isinstance(value, list) else ())


def without_pickles() -> None:
    """Have pydocket write and read JSON wherever it would use a pickle."""
    from docket import execution, strikelist, worker

    for module in (execution, strikelist, worker):
        module.cloudpickle = Plain  # type: ignore[attr-defined]
