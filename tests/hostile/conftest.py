"""Tests by requirement of security.md, each against the process that people run."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(*numbers): the lines of security.md that a test holds us to")
