"""Which API a server in a client's file serves: whether two of one name are the same."""

import re
from collections.abc import Iterator, Sequence

from openapi_mcp.clients.hidden import without_url_secrets
from openapi_mcp.clients.launch import Launch, Remote, Target
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.mending import served
from openapi_mcp.model.text import one_line

_SPEC = ("--spec", "-s")
_BASE = ("--base-url",)
_NAMED = re.compile("[A-Za-z0-9_-]{1,80}=(?=.)")  # of several APIs: shop=openapi.yaml
_FROM_VARIABLES = ("OPENAPI_MCP_SPEC", "OPENAPI_MCP_SPEC_COMMAND", "OPENAPI_MCP_CONFIG")


def serve_the_same(known: Target, target: Target, machine: Machine) -> bool:
    """True for two servers with a document in common, and no two base URLs.

    A base URL that only one of them names is no other API: it may be what the document says.
    """
    before, after = _documents(known, machine), _documents(target, machine)
    if (before or after) and not before & after:
        return False
    was, now = _base_urls(known), _base_urls(target)
    return not (was and now) or bool(was & now)


def what_serves(target: Target, machine: Machine) -> str:
    """Return what a server serves, as it may be shown: "https://api.example.com/openapi.json"."""
    said = [*sorted(_documents(target, machine)), *(f"at {url}" for url in sorted(_base_urls(target)))]
    return one_line(without_url_secrets(" ".join(said)), 300) or "what its own folder says"


def _documents(target: Target, machine: Machine) -> frozenset[str]:
    if isinstance(target, Remote):
        return frozenset((target.url,))
    folder = target.cwd or machine.folder
    named = frozenset(_place(value, folder, machine) for value in _values(target.args, _SPEC))
    named |= frozenset(_values(target.args, ("--spec-command",)))
    named = named or frozenset(_place(value, folder, machine) for value in _values(target.args, ("--config",)))
    return named or frozenset(str(target.env[name]) for name in _FROM_VARIABLES if name in target.env)


def _place(value: str, folder: str, machine: Machine) -> str:
    """Return a document as every folder knows it: ("shop=a.json", "/srv") -> "/srv/a.json"."""
    value = _NAMED.sub("", value, count=1) if _NAMED.match(value) else value
    return value if "://" in value else str(machine.path(folder) / value)


def _base_urls(target: Target) -> frozenset[str]:
    values = _values(target.args, _BASE) if isinstance(target, Launch) else ()
    return frozenset(value.rstrip("/") for value in values)


def _values(args: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    words = served(args)
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options and (equals or index + 1 < len(words)):
            yield value if equals else words[index + 1]
