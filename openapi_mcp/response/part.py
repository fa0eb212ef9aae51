"""A part of a value: so many items of an array, characters of a text or fields of an object, from somewhere on."""

from itertools import islice

from openapi_mcp.model.jsontext import JsonValue, write_json

_LONGEST_NUMBER = 200  # characters; what is longer is read as a text


def part_of(value: JsonValue, offset: int, limit: int | None) -> tuple[JsonValue, int | None]:
    """Return the part from `offset` on, of `limit` at most, and how many there are in all; what has no parts is whole.

    ([1, 2, 3, 4], 1, 2) -> ([2, 3], 4); ("text", 2, None) -> ("xt", 4); ([1], 7, None) -> ([], 1); (True, 0, 1) ->
    (True, None)
    """
    if isinstance(value, int) and not isinstance(value, bool) and len(text := write_json(value)) > _LONGEST_NUMBER:
        value = text
    if not isinstance(value, (list, dict, str)):
        return value, None
    total = len(value)
    begin = min(offset, total)
    end = total if limit is None else min(begin + limit, total)
    if isinstance(value, dict):
        return dict(islice(value.items(), begin, end)), total
    return value[begin:end], total
