"""Owner and repository in a slug: "octocat/hello-world" where the path has "{owner}/{repo}"."""

import re
from collections.abc import Iterator
from itertools import pairwise

from openapi_mcp.index.entities import parameter_in, segments, split
from openapi_mcp.recovery.naming.level import Level
from openapi_mcp.recovery.parts.part import Part, all_fitted
from openapi_mcp.recovery.strategy import Case

OWNERS = frozenset(
    (
        "owner", "org", "organization", "organisation", "user", "username", "account", "namespace", "workspace",
        "group", "login", "publisher", "vendor", "scope",
    )
)  # fmt: skip
"""Who has what is named behind the slash."""
_OWNED = frozenset(("repo", "repository", "project", "package", "image", "model", "dataset", "slug", "name"))
_NAMED_SO = frozenset(("repo", "repository", "project", "package", "image"))
"""What is named with its owner, as "octocat/hello-world"; a mere name with a slash is a name: "and/or"."""
_SOURCES = _NAMED_SO | {"slug", "name"}
_OTHERS = frozenset(("full", "path"))  # "full_name", "repo_path"
_SLUG = re.compile(r"@?([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100})")


def pair_in(case: Case, level: Level) -> tuple[str, str] | None:
    """Return the arguments of the only two placeholders that follow each other in the path, owner and owned."""
    found = [parameter_in(each) for each in segments(case.tool.operation.path)]
    pairs = [pair for pair in pairwise(found) if all(pair)]
    if len(pairs) != 1:
        return None
    names = {wire: name for name, wire in level.wire.items()}
    owner, owned = (names.get(wire, "") for wire in pairs[0])
    is_pair = set(split(owner)) & OWNERS and set(split(owned)) & _OWNED
    return (owner, owned) if is_pair and owner in level.declared and owned in level.declared else None


def slugs(case: Case, level: Level) -> Iterator[Part]:
    """Yield owner and repository where one of them, or an unknown argument of such a name, gives both."""
    pair = pair_in(case, level)
    pair = pair if pair and set(split(pair[1])) & _NAMED_SO else None
    for source in (*(pair or ()), *level.unknown):
        text = level.given.get(source)
        if pair is None or not isinstance(text, str) or not (source in pair or _is_name_of(source)):
            continue
        found = _SLUG.fullmatch(text)
        values = all_fitted(case, level, dict(zip(pair, found.groups(), strict=True))) if found else None
        if values and not any(set(each) <= {"."} for each in map(str, values.values())):
            how = f'"{source}" held both: the part before the slash is "{pair[0]}", the one behind it "{pair[1]}"'
            yield Part(source=source, values=values, how=how)


def _is_name_of(source: str) -> bool:
    words = set(split(source))
    return bool(words & _SOURCES) and words <= _SOURCES | _OTHERS
