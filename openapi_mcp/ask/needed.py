"""The values that a call has for what it needs, wherever a server would read them."""

from collections.abc import Iterator

from openapi_mcp.ask.leaves import Scalar
from openapi_mcp.ask.meant import Meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.within import at_place, is_alike, segments
from openapi_mcp.model.capability import Need


def given_for(meant: Meant, need: Need, offer: Offer) -> Iterator[Scalar]:
    """Yield the values that a call has for a need, under its name or one that the server may take for it."""
    names = need.argument.replace("[]", "").split(".")
    if need.argument in meant.arguments:
        names = [need.argument]
    if names[0] in meant.arguments:
        yield from at_place(meant.arguments, names)
    elif (tool := offer.known(meant)) is not None:
        known = tool.input_schema.get("properties", {})
        for name, value in meant.arguments.items():
            if name in known:
                continue
            if is_alike(name, need):
                yield from at_place(value, [])
            elif isinstance(value, str):  # an address in place of what is missing: the server reads it
                yield from (each for each in segments(value) if any(map(str.isdigit, each)))
