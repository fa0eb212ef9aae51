"""How often, and in which words, a client is told of a call that it waits for."""

from itertools import islice

from openapi_mcp.server.telling import pauses, shown_seconds


def test_a_wait_is_told_soon_and_then_at_a_steady_pace() -> None:
    """MCP, Progress: SHOULD rate-limit. The conformance suite wants three notifications of half a second."""
    assert [round(pause, 1) for pause in islice(pauses(), 9)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5]


def test_seconds_are_shown_with_a_tenth_while_they_are_few() -> None:
    assert [shown_seconds(spent) for spent in (0.1034, 1.52, 6.3, 71.4)] == ["0.1", "1.5", "6", "71"]
