"""Which servers in a client's file are ours. What is ours may be started, so nothing is that only looks like it."""

import re
from collections.abc import Mapping, Sequence

from openapi_mcp.clients.launch import Launch, Target

_COMMAND = re.compile(r"openapi-mcp(?:-cli)?(?:\.exe)?", re.IGNORECASE)
_PYTHON = re.compile(r"(?:python|pythonw|pypy)[0-9.]{0,8}t?(?:\.exe)?", re.IGNORECASE)
_RUNNER = re.compile(r"(uvx|uv|pipx)(?:\.exe)?", re.IGNORECASE)
_VERBS: Mapping[str, Sequence[tuple[str, ...]]] = {"uvx": ((),), "uv": (("tool", "run"),), "pipx": (("run",),)}
_PACKAGE = re.compile(r"openapi-mcp-cli(?:\[[a-z0-9,-]{0,80}\])?(?:(?:@|[=<>~]=)[a-z0-9.]{1,40})?", re.IGNORECASE)
_FROM = ("--from", "--spec")
_PYTHON_OPTIONS = ("--python", "-p")


def is_ours(target: Target) -> bool:
    """True for a server that is started by our command: `openapi-mcp serve ...`, `python -m openapi_mcp serve ...`.

    `uvx --from openapi-mcp-cli openapi-mcp serve` is one, too; `sh -c '...' openapi-mcp serve` is none, nor is
    `uvx openapi-mcp`, which is a package of others. Of a server at a URL nobody can tell.
    """
    if not isinstance(target, Launch) or "serve" not in target.args:
        return False
    name = re.split(r"[/\\]", target.command)[-1]
    before = target.args[: target.args.index("serve")]
    if _COMMAND.fullmatch(name):
        return not before
    if _PYTHON.fullmatch(name):
        return before == ("-m", "openapi_mcp")
    runner = _RUNNER.fullmatch(name)
    return runner is not None and any(_is_run(before, verb) for verb in _VERBS[runner[1].lower()])


def _is_run(words: tuple[str, ...], verb: tuple[str, ...]) -> bool:
    """True where the words behind uvx, uv or pipx run our package, and name nothing else."""
    count = len(verb)
    if len(words) <= count or words[:count] != verb:
        return False
    *options, what = words[count:]
    pairs = list(zip(options[::2], options[1::2], strict=False))
    if len(options) % 2 or not all(_is_harmless(option, value) for option, value in pairs):
        return False
    is_named = any(option in _FROM for option, _ in pairs)
    return what == "openapi-mcp" if is_named else _PACKAGE.fullmatch(what) is not None


def _is_harmless(option: str, value: str) -> bool:
    if option in _FROM:
        return _PACKAGE.fullmatch(value) is not None
    return option in _PYTHON_OPTIONS and re.fullmatch(r"[0-9.]{1,8}", value) is not None
