"""Which tools lack a credential, and how it is given: what `inspect` and `install` say of it."""

from collections.abc import Mapping, Sequence

from openapi_mcp.apis import said_for
from openapi_mcp.auth.choose import lacking
from openapi_mcp.loading import Catalogue
from openapi_mcp.model.text import one_line

_SHOWN = 5  # names of tools

ByHint = Mapping[str, Sequence[str]]
"""The tools that lack a credential, by what is to be done for them."""


def lacking_in(loaded: Mapping[str, Catalogue]) -> ByHint:
    """Return the tools of each API, "" for the only one, that lack a credential."""
    by_hint: dict[str, list[str]] = {}
    for api, catalogue in loaded.items():
        for tool in catalogue.toolset.tools:
            if (missed := lacking(tool.operation, catalogue.credentials)) is not None:
                by_hint.setdefault(said_for(api, missed.hint or ""), []).append(tool.name)
    return by_hint


def lacking_lines(by_hint: ByHint) -> list[str]:
    """Return two lines for each way: "lacking a credential: list_orders and 3 more", "  fix: give --auth ..."."""
    lines = []
    for hint, names in by_hint.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        lines += [f"lacking a credential: {', '.join(names[:_SHOWN])}{more}", f"  fix: {one_line(hint, 500)}"]
    return lines
