"""Fields of a form that a payload names as they are sent: "metadata[order_id]" of a deepObject field `metadata`.

OpenAPI's style writes {"metadata": {"order_id": 1}} as metadata[order_id]=1, and so do the authors of payloads. What is
sent is what they wrote: a name that the style would write otherwise stays as it is, and is said to be unknown.
"""

import re
from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.tool import SentBody

_STYLE = "deepObject"
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]+\]){1,20})")
_STEP = re.compile(r"\[([^\[\]]+)\]")
_INDEX = re.compile("0|[1-9][0-9]{0,3}")


def nested(value: Any, body: SentBody) -> Any:
    """Return a body's value with such names taken apart: {"f[a][b]": 1} -> {"f": {"a": {"b": 1}}}."""
    if not isinstance(value, Mapping) or not any("[" in name for name in value):
        return value
    deep = {each.field for each in body.encodings if each.style == _STYLE}
    groups: dict[str, dict[tuple[str, ...], str]] = {}
    for name in value:
        if (found := _NAME.fullmatch(name)) and found[1] in deep and found[1] not in value:
            groups.setdefault(found[1], {})[tuple(_STEP.findall(found[2]))] = name
    made: dict[str, Any] = dict(value)
    for field, names in groups.items():
        tree = _tree({path: value[name] for path, name in names.items()}, is_root=True)
        if tree is not None:
            made = {name: held for name, held in made.items() if name not in names.values()} | {field: tree}
    return made


def _tree(leaves: Mapping[tuple[str, ...], Any], *, is_root: bool = False) -> Any:
    """Return the object or list that paths with their values come to; None where it would be written otherwise."""
    below: dict[str, dict[tuple[str, ...], Any]] = {}
    for path, leaf in leaves.items():
        below.setdefault(path[0], {})[path[1:]] = leaf
    made: dict[str, Any] = {}
    has_leaves = False
    for step, inner in below.items():
        is_leaf = () in inner
        has_leaves = has_leaves or is_leaf
        if is_leaf and len(inner) > 1:
            return None
        made[step] = inner[()] if is_leaf else _tree(inner)
        if made[step] is None and not is_leaf:
            return None
    if not all(_INDEX.fullmatch(step) for step in made):
        return made
    if [int(step) for step in made] != list(range(len(made))) or (has_leaves and not is_root):
        return None  # a list of plain values within an object is written without its indexes
    return list(made.values())
