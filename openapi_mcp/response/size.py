"""How long the JSON of a value is, measured no further than somebody wants to know."""

from openapi_mcp.model.jsontext import JsonValue, write_json


def size_within(value: JsonValue, limit: int) -> int:
    """Return how many characters of JSON a value takes, or, where these are more than `limit`, some number above it.

    ([1, "a"], 100) -> 7; ([0] * 1_000_000, 100) -> 101, none of the items looked at

    It takes no more steps than `limit`, however large the value is.
    """
    used, waiting = 0, [value]
    while waiting and used <= limit:
        node = waiting.pop()
        match node:
            case list():
                used += len(node) + (1 if node else 2)  # brackets and commas
                if used + len(node) > limit:  # an item takes one character at least
                    return limit + 1
                waiting += node
            case dict():
                used += 2 * len(node) + (1 if node else 2)  # braces, commas and colons
                if used + 3 * len(node) > limit:
                    return limit + 1
                waiting += node
                waiting += node.values()
            case str() if len(node) > limit:
                return limit + 1
            case _:
                used += len(write_json(node))
    return used
