"""A person at a terminal, for a command that runs in the test's own process."""

import io
from collections.abc import Callable

import pytest

Typed = Callable[[str], None]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Put a person at a terminal, who types this."""

    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", _Terminal(text))
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    return type_in
