"""The next page of a list that is asked for by number, where an answer says how many there are and no page's size."""

from dataclasses import replace

from openapi_mcp.model.call import Call
from openapi_mcp.recovery.lookup.whole import Seen, total_of
from openapi_mcp.recovery.steps import Found


def page_after(before: Call, call: Call, found: Found, seen: Seen) -> Call | None:
    """Return the call of the page after a full one, where the one `before` led to it by a number; else None.

    users(), users(page=2), 20 of {"total": 25} seen -> users(page=3)
    """
    name = _counted(before, call)
    if name is None or seen.on_page < seen.page_size or (total_of(found, seen) or 0) <= seen.in_all:
        return None
    return replace(call, arguments={**call.arguments, name: call.arguments[name] + 1})


def _counted(before: Call, call: Call) -> str | None:
    """Return the one argument that was counted up by 1, or from none to 1 or 2."""
    changed = [name for name, value in call.arguments.items() if before.arguments.get(name) != value]
    if len(changed) != 1 or before.arguments.keys() - call.arguments.keys():
        return None
    old, new = before.arguments.get(changed[0]), call.arguments[changed[0]]
    if isinstance(new, bool) or not isinstance(new, int):
        return None
    return changed[0] if old == new - 1 or (old is None and new in (1, 2)) else None
