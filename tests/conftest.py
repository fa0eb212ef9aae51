"""What every test starts from: an empty environment, and no network that it did not start itself."""

import os

import pytest


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every variable away that could configure us or a proxy; PATH and its kind stay for child processes."""
    for name in list(os.environ):
        if name.startswith("OPENAPI_MCP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
