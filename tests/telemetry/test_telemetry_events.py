"""Lines of the log as events with fields."""

import logging
from typing import Any

import pytest

from openapi_mcp.telemetry.called import in_call
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


def test_the_first_word_names_the_event_and_the_message_says_no_field_again() -> None:
    """An operator's finding: half of the bytes of an access log were there twice."""
    event = line("answered tool=%s", "orders list")
    assert (event.name, event.message) == ("answered", "answered")


def test_a_line_with_words_of_its_own_has_them_in_its_message() -> None:
    """Nothing is lost: what no field says stays where it was."""
    event = line("cache_off the disk is full path=%s", "/a")
    assert (event.name, event.message) == ("cache_off", "cache_off the disk is full path=/a")


def test_a_line_of_a_call_has_its_id_unless_it_says_one_itself() -> None:
    """One id leads from the access line to each line of the call, and to its record."""
    with in_call("k3vq9x2m4t7a"):
        assert line("answered tool=%s", "list").fields == {"tool": "list", "id": "k3vq9x2m4t7a"}
        assert line("failed id=%s", "b").fields == {"id": "b"}
        assert line("failed id=%s", "b", name="uvicorn").fields == {}
    assert "id" not in line("answered tool=%s", "list").fields


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
    assert len(line("failed it is said: %s", "x" * 100_000).message) == 4_000
    assert len(str(event.fields["reason"])) == 4_000
