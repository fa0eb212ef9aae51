"""The config file that `init` writes: what was chosen, with a comment that says what it is for."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_mcp.auth.choose import variable_form
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.model.text import one_line

_COMMENTS = {
    "spec": "The OpenAPI document: a URL or a file.",
    "base_url": "Where the API is; takes the place of every server in the document.",
    "methods": 'Which methods become tools: "get" only reads; "get,post"; "all".',
    "auth": "Credentials by security scheme: env:NAME or file:PATH, never the value itself.",
}
_FIRST = ("spec", "spec_command", "base_url", "methods")
_WIDTH = 110


def config_text(title: str, settings: Mapping[str, Any], url: str | None, lacking: Sequence[str]) -> str:
    """Return openapi-mcp.toml; what was not chosen stands there as a comment, ready to be used.

    `settings` are values by key, as options have them; `url` is the server that the document names; `lacking` are the
    security schemes that no credential is given for.
    """
    import tomlkit

    written = tomlkit.document()
    written.add(
        tomlkit.comment(f"openapi-mcp for {one_line(title, 200)}. `openapi-mcp serve` in this folder reads it;")
    )
    written.add(
        tomlkit.comment("elsewhere `--config FILE` does. Every option can stand here: openapi-mcp serve --help")
    )
    for key in sorted(settings.keys() - {"auth"}, key=_order):
        _add_comment(written, _COMMENTS.get(key) or _help_of(key))
        written.add(key, settings[key])
    if "base_url" not in settings and url:
        _add_comment(written, "Where the API is, as the document says:")
        written.add(tomlkit.comment(f"base_url = {_plain(url)}"))
    if "methods" not in settings:
        _add_comment(written, _COMMENTS["methods"])
        written.add(tomlkit.comment('methods = "get"'))
    _add_credentials(written, settings.get("auth", {}), lacking)
    return tomlkit.dumps(written)


def _add_comment(written: Any, text: str) -> None:
    import tomlkit

    written.add(tomlkit.nl())
    for line in textwrap.wrap(text, _WIDTH):
        written.add(tomlkit.comment(line))


def _help_of(key: str) -> str:
    return next(group[key].help_text for group in SERVE if key in group)


def _plain(value: str) -> str:
    import tomlkit

    return one_line(tomlkit.item(value).as_string(), 400)


def _add_credentials(written: Any, given: Mapping[str, str], lacking: Sequence[str]) -> None:
    import tomlkit

    if given or lacking:
        _add_comment(written, _COMMENTS["auth"])
    if given:
        written.add("auth", dict(given))
    elif lacking:
        written.add(tomlkit.comment("[auth]"))
    for name in lacking:
        line = f"{_plain(name)} = {_plain(f'env:{variable_form(name)}')}"
        (written["auth"] if given else written).add(tomlkit.comment(line))


def _order(key: str) -> tuple[int, str]:
    return (_FIRST.index(key) if key in _FIRST else len(_FIRST), key)
