"""Lines of the log as events with fields."""

import logging
from typing import Any

import pytest

from openapi_mcp.telemetry.events import Event, event_of


def line(template: Any, *args: Any, name: str = "openapi_mcp.executor") -> Event:
    return event_of(logging.LogRecord(name, logging.INFO, "a.py", 1, template, args, None))


@pytest.mark.parametrize(
    ("template", "args", "fields"),
    [
        ("answered tool=%s status=%d ms=%d", ("list", 200, 12.7), {"tool": "list", "status": 200, "ms": 12}),
        ("request ms=%.1f", (1.25678,), {"ms": 1.3}),
        ("waited s=%g", (0.123456,), {"s": 0.123}),
        ("refused path=%.5r", ("/a b/c d",), {"path": "/a b/"}),
        ("from_cache ok=%s age=%s", (True, None), {"ok": True, "age": None}),
        ("progress 100%% of=%s", ("x y=z",), {"of": "x y=z"}),
        ("endpoint_token_unreadable nobody is let in: %s", ("why",), {}),
        ("from %s to=%s", ("a", "b"), {"to": "b"}),
    ],
)
def test_values_have_the_names_that_the_template_gives_them(
    template: str, args: tuple[Any, ...], fields: dict[str, Any]
) -> None:
    """style.md, Around the code: an event name plus fields. A value is never taken for a field."""
    assert line(template, *args).fields == fields


def test_the_first_word_names_the_event_and_the_line_stays_as_it_is() -> None:
    """Our choice: who reads text and who reads JSON finds the same."""
    event = line("answered tool=%s", "orders list")
    assert (event.name, event.message) == ("answered", "answered tool=orders list")


@pytest.mark.parametrize("name", ["uvicorn.error", "opentelemetry"])
def test_what_a_library_says_is_an_event_without_fields(name: str) -> None:
    """Our choice: its words are made for people."""
    assert line("status=%d", 500, name=name) == Event(name="log", message="status=500")


def test_what_is_no_text_is_said_as_one() -> None:
    """logging takes any object for a message."""
    assert line(ValueError("x")) == Event(name="log", message="x")
    assert line("%s happened", "x").name == "log"


def test_arguments_by_name_are_left_to_the_message() -> None:
    """logging takes one dict in place of arguments."""
    record = logging.LogRecord("openapi_mcp", logging.INFO, "a.py", 1, "done n=%(n)d", ({"n": 3},), None)
    assert event_of(record) == Event(name="done", message="done n=3")


def test_long_texts_are_cut() -> None:
    """Our choice: what an upstream or a caller says has no end."""
    event = line("failed reason=%s", "x" * 100_000)
    assert len(event.message) == 4_000
    assert len(str(event.fields["reason"])) == 4_000
