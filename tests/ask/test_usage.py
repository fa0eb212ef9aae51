"""ask/usage.py: what turns took, together."""

from openapi_mcp.ask.usage import usage_of
from openapi_mcp.model.chat import Turn, Usage


def test_what_all_turns_took_is_added_up() -> None:
    turns = [Turn(model="m", usage=Usage(tokens_in=1, tokens_out=2, cost=cost)) for cost in (None, 0.5, 0.25)]
    assert usage_of(turns) == Usage(tokens_in=3, tokens_out=6, cost=0.75)
    assert usage_of(turns[:1]).cost is None
