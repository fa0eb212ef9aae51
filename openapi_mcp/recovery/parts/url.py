"""Ids in the URL of a resource: "https://api.example.com/v1/orders/17" is the order 17, by the API's own templates."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from openapi_mcp.index.entities import parameter_in, parse, split
from openapi_mcp.model.template import path_and_query
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.naming.alike import entity_of
from openapi_mcp.recovery.naming.level import Level
from openapi_mcp.recovery.parts.part import Part, all_fitted, fitted
from openapi_mcp.recovery.parts.slug import pair_in
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.recovery.values import MISSING

_LONGEST = 2_000  # characters of a URL
_MOST_TOOLS = 1_000  # whose paths a URL is held against
_MOST_SEGMENTS = 20
_MOST_URLS = 6  # texts of a call that may be one


def urls(case: Case, level: Level) -> Iterator[Part]:
    """Yield the values that a URL, or a path, gives the placeholders of this call's path, or the id of what it names.

    It stands in an unknown argument, or in one of the path.
    """
    sources = [each for each in (*level.unknown, *_path_arguments(case.tool)) if isinstance(level.given.get(each), str)]
    for source in sources[:_MOST_URLS]:
        steps = own_path(case, level.given.get(source))
        found = _filled(case, level, source, steps) or _web_page(case, level, source)
        if found:
            yield found
        elif steps and source not in level.declared:
            yield from _resource(case, level, source, steps)


def own_path(case: Case, value: object) -> list[str] | None:
    """Return the segments of a URL of this API, or of a path without a host, behind the path of the API's server."""
    if not isinstance(value, str) or "/" not in value or len(value) > _LONGEST:
        return None
    host, steps = _split(value)
    if host is None or not steps:
        return None
    bases = [_split(url)[1] for url in _servers(case) if not host or _split(url)[0] == host]
    behind = [steps[len(base) :] for base in bases if steps[: len(base)] == base]
    return min(behind, key=len, default=None if host else steps)


def _servers(case: Case) -> Sequence[str]:
    """Return the URLs of the API: the one that it is called at alone, where that is known."""
    return (case.base_url,) if case.base_url else tuple(each.url for each in case.tool.operation.servers)


def _split(url: str) -> tuple[str | None, list[str]]:
    """Return the host of a URL, "" for a path, None for what is neither; and its decoded segments."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.lower()
    except ValueError:
        return None, []
    is_plain = "@" not in host and not any(each.isspace() for each in url)
    if not is_plain or parts.scheme not in ("http", "https", "") or bool(parts.scheme) is not bool(host):
        return None, []
    steps = [unquote(each) for each in parts.path.split("/") if each]
    is_sound = len(steps) <= _MOST_SEGMENTS and all(_is_sound(each) for each in steps)
    return (host, steps) if is_sound else (None, [])


def _is_sound(step: str) -> bool:
    return step not in (".", "..") and step.isprintable() and "/" not in step and "\\" not in step


@lru_cache(maxsize=1 << 12)
def _template(path: str) -> list[str]:
    return [each for each in path_and_query(path)[0].split("/") if each]


def matched(template: Sequence[str], steps: Sequence[str]) -> dict[str, str] | None:
    """Return what segments give the placeholders of a template, None where they do not match it.

    (["orders", "{id}"], ["orders", "17"]) -> {"id": "17"}
    """
    found: dict[str, str] = {}
    if len(template) != len(steps):
        return None
    for part, step in zip(template, steps, strict=True):
        name = parameter_in(part)
        before, _, behind = part.partition(f"{{{name}}}") if name else (part, "", "")
        value = step[len(before) : len(step) - len(behind)]
        if not (step == part if not name else value and step == f"{before}{value}{behind}"):
            return None
        if name:
            found[name] = value
    return found


def _beginnings(template: list[str]) -> Iterator[list[str]]:
    """Yield a template and each of its beginnings that ends in a placeholder: what a URL of a part above has."""
    yield template
    yield from (template[:end] for end in range(len(template) - 1, 0, -1) if parameter_in(template[end - 1]))


def _path_arguments(tool: Tool) -> tuple[str, ...]:
    return tuple(each.argument for each in tool.parameters if each.location == "path")


def _filled(case: Case, level: Level, source: str, steps: list[str] | None) -> Part | None:
    """Return the placeholders of the call's own path, by a URL that has that path or its beginning."""
    for template in _beginnings(_template(case.tool.operation.path)) if steps else ():
        found = matched(template, steps or ())
        if found and any(not part.startswith("{") for part in template):  # placeholders alone say nothing
            return _part(case, level, source, found)
    return None


def _part(case: Case, level: Level, source: str, found: dict[str, str]) -> Part | None:
    names = {wire: name for name, wire in level.wire.items()}
    texts = {names[wire]: text for wire, text in found.items() if names.get(wire) in level.declared}
    values = all_fitted(case, level, texts) if len(texts) == len(found) else None
    if not values or (source in level.declared and source not in values):
        return None
    shown = ", ".join(f'"{name}"' for name in values)
    return Part(source=source, values=values, how=f'the URL in "{source}" holds {shown}, as the API\'s own path does')


def _web_page(case: Case, level: Level, source: str) -> Part | None:
    """Return owner and repository, and what follows them, of a page on the web site of the API's own domain.

    "https://github.com/octocat/hello-world/issues/7" for "/repos/{owner}/{repo}/issues/{number}" of api.github.com
    """
    value, pair = level.given.get(source), pair_in(case, level)
    if pair is None or not isinstance(value, str) or len(value) > _LONGEST or not _is_of_domain(case, value):
        return None
    template, steps = _template(case.tool.operation.path), _split(value)[1]
    start = template.index(f"{{{level.wire[pair[0]]}}}")
    for beginning in _beginnings(template[start:]):
        found = matched(beginning, steps)
        if found and len(found) > 1:
            return _part(case, level, source, found)
    return None


def _is_of_domain(case: Case, url: str) -> bool:
    """True for a URL of a host beside that of the API: github.com for api.github.com."""
    host = _split(url)[0]
    return bool(host) and any(_is_beside(host or "", _split(each)[0] or "") for each in _servers(case))


def _is_beside(host: str, own: str) -> bool:
    """True where a host is the own one without its first name, or with "www" in the place of that."""
    first, _, domain = own.partition(".")
    return first in ("api", "rest", "gateway") and "." in domain and host in (domain, f"www.{domain}")


def _resource(case: Case, level: Level, source: str, steps: list[str]) -> Iterator[Part]:
    """Yield the id of the thing that a URL names by another tool's path, for each field that is an id of such things.

    "/orders/17", by "/orders/{id}", is the "order_id" of a refund.
    """
    found = named_by(case, steps)
    for name in level.required - level.given.keys() if found else ():
        value = _as_id_of(case, level, name, found)
        if name in level.declared and value is not MISSING:
            yield Part(source=source, values={name: value}, how=f'the URL in "{source}" is that of "{name}"')


def _as_id_of(case: Case, level: Level, name: str, found: tuple[tuple[str, ...], str] | None) -> object:
    if found is None or name not in level.declared:
        return MISSING
    entity, text = found
    words = parse(level.wire.get(name, name)).words or entity_of(name, level, case.tool)
    return fitted(case, level, name, text) if words and entity and _is_called(words, entity) else MISSING


_ROLES = frozenset(
    ("assignee", "owner", "author", "creator", "reviewer", "approver", "reporter", "manager", "sender", "recipient",
     "assigner", "requester", "submitter", "editor", "maintainer", "participant", "attendee", "organizer", "invitee")
)  # fmt: skip
_PEOPLE = frozenset(("user", "person", "member", "employee", "account", "contact", "profile"))


def _is_called(words: tuple[str, ...], entity: tuple[str, ...]) -> bool:
    """True where a field's words are those of the thing, or what a person is in another one: an assignee is a user."""
    return words == entity[-len(words) :] or (words[-1] in _ROLES and entity[-1] in _PEOPLE)


def named_by(case: Case, steps: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """Return the words of the thing that a path names by one of the tools' templates, and its id.

    ["orders", "17"] -> (("order",), "17")
    """
    for tool in islice(case.tools.values(), _MOST_TOOLS):
        template = _template(tool.operation.path)
        if not 1 < len(template) == len(steps) or not parameter_in(template[-1]) or parameter_in(template[-2]):
            continue
        if matched(template, steps):
            return split(template[-2]), steps[-1]
    return None


def own_id(case: Case, level: Level, name: str) -> Iterator[Part]:
    """Yield what an argument's own URL, or path, gives for it: "/orders/17" as "order_id" is "17"."""
    steps = own_path(case, level.given.get(name))
    if not steps:
        return
    part = _filled(case, level, name, steps)
    value = part.values[name] if part else _as_id_of(case, level, name, named_by(case, steps))
    if value is not MISSING:
        values = part.values if part else {name: value}
        yield Part(
            source=name, values=values, how=f'"{name}" is the last part of the URL alone' if not part else part.how
        )


def is_foreign(case: Case, value: object) -> bool:
    """True for a URL of a host that is not the API's."""
    if not isinstance(value, str) or "://" not in value or len(value) > _LONGEST:
        return False
    host = _split(value)[0]
    return host is None or (host not in {_split(each)[0] for each in _servers(case)} and not _is_of_domain(case, value))
