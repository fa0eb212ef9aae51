"""A server as a client has it: one that it starts, or one at a URL; and the JSON of each client for it, both ways."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from openapi_mcp.clients.known import Form, KnownClient
from openapi_mcp.errors import ConfigError

_BEARER = "Bearer "
_OURS = frozenset(
    (
        "type", "command", "args", "env", "cwd", "url", "serverUrl", "httpUrl", "headers", "env_vars",
        "bearer_token_env_var", "http_headers", "env_http_headers",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A value that the client takes from the variable `variable`, with a text before it; no value stands in the file.

    Reference(variable="TOKEN", before="Bearer ") is `Bearer ${TOKEN}` in Claude Code.
    """

    variable: str
    before: str = ""


Given: TypeAlias = str | Reference
"""What a variable or a header is given: a text, or a reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A server that the client starts. What `env` gives may be a secret, so it is not in the repr."""

    name: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, Given] = field(default_factory=dict, repr=False)
    cwd: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A server at a URL. What `headers` gives may be a secret, so it is not in the repr."""

    name: str
    url: str
    headers: Mapping[str, Given] = field(default_factory=dict, repr=False)


Target: TypeAlias = Launch | Remote


def entry(client: KnownClient, target: Target) -> dict[str, Any]:
    """Return what stands in a client's file for a server.

    (Claude Code, Launch(command="/bin/a", args=("b",), env={"T": Reference(variable="T")})) ->
    {"type": "stdio", "command": "/bin/a", "args": ["b"], "env": {"T": "${T}"}}

    Raises:
        ConfigError: the client has no form for it: no servers at a URL, no references.
    """
    if isinstance(target, Remote):
        return {**_remote(client, target), **client.extra}
    return {**_launch(client, target), **client.extra}


def read_entry(client: KnownClient, name: str, value: Any) -> Target | None:
    """Return the server that an entry of a client's file is; None for one that has another form."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(value.get("command"), str):
        return _read_launch(client, name, value)
    url = next((value[key] for key in (client.url_key, "url") if key and isinstance(value.get(key), str)), None)
    return None if url is None else Remote(name=name, url=url, headers=_read_headers(client, value))


def beside(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person added to an entry: {"command": ..., "timeout": 5} -> {"timeout": 5}."""
    return {key: kept for key, kept in value.items() if key not in _OURS}


def references(target: Target) -> Iterator[Reference]:
    """Yield the references of a server, in order."""
    given = target.env if isinstance(target, Launch) else target.headers
    return (value for value in given.values() if isinstance(value, Reference))


def _launch(client: KnownClient, launch: Launch) -> dict[str, Any]:
    words = {"type": client.type_words[0]} if client.type_words else {}
    value: dict[str, Any] = {**words, "command": launch.command, "args": list(launch.args)}
    if launch.cwd is not None and client.knows_cwd:
        value["cwd"] = launch.cwd
    if client.form is Form.TOML:
        return {**value, **_divided(launch.env, "env", "env_vars")}
    return {**value, "env": {key: _written(client, given) for key, given in launch.env.items()}}


def _remote(client: KnownClient, remote: Remote) -> dict[str, Any]:
    if client.url_key is None:
        hint = "start it with --spec instead, or add the URL as a connector in its settings"
        raise ConfigError(f"{client.title} takes no URL in its file", where="--url", hint=hint)
    words = {"type": client.type_words[1]} if client.type_words else {}
    value: dict[str, Any] = {**words, client.url_key: remote.url}
    if client.form is Form.TOML:
        return {**value, **_codex_headers(remote)}
    headers = {key: _written(client, given) for key, given in remote.headers.items()}
    return {**value, "headers": headers} if headers else value


def _written(client: KnownClient, given: Given) -> str:
    if isinstance(given, str):
        return given
    if client.reference is None:
        hint = "--write-secrets writes the value itself into the file"
        raise ConfigError(f"{client.title} cannot refer to the variable {given.variable}", where=client.name, hint=hint)
    return given.before + client.reference.format(name=given.variable)


def _divided(given: Mapping[str, Given], texts: str, names: str) -> dict[str, Any]:
    """Return Codex's two places for variables: those it is given, and those that it passes on."""
    plain = {key: value for key, value in given.items() if isinstance(value, str)}
    passed = [value.variable for value in given.values() if isinstance(value, Reference)]
    return ({names: passed} if passed else {}) | ({texts: plain} if plain else {})


def _codex_headers(remote: Remote) -> dict[str, Any]:
    """Return Codex's three places for headers: a token's variable, other variables, texts."""
    value: dict[str, Any] = {}
    for key, given in remote.headers.items():
        if isinstance(given, str):
            value.setdefault("http_headers", {})[key] = given
        elif key.lower() == "authorization" and given.before == _BEARER:
            value["bearer_token_env_var"] = given.variable
        elif given.before:
            hint = f"put all of the header's value into {given.variable}"
            raise ConfigError(f"Codex CLI takes no text before a variable in {key}", where=key, hint=hint)
        else:
            value.setdefault("env_http_headers", {})[key] = given.variable
    return value


def _read_launch(client: KnownClient, name: str, value: Mapping[str, Any]) -> Launch:
    env = {key: _read_given(client, text) for key, text in _texts(value.get("env")).items()}
    if client.form is Form.TOML:
        env |= {each: Reference(variable=each) for each in _words(value.get("env_vars"))}
    cwd = value.get("cwd")
    return Launch(
        name=name,
        command=value["command"],
        args=_words(value.get("args")),
        env=env,
        cwd=cwd if isinstance(cwd, str) else None,
    )


def _read_headers(client: KnownClient, value: Mapping[str, Any]) -> dict[str, Given]:
    if client.form is not Form.TOML:
        return {key: _read_given(client, text) for key, text in _texts(value.get("headers")).items()}
    headers: dict[str, Given] = {**_texts(value.get("http_headers"))}
    headers |= {key: Reference(variable=text) for key, text in _texts(value.get("env_http_headers")).items()}
    token = value.get("bearer_token_env_var")
    return (
        {**headers, "Authorization": Reference(variable=token, before=_BEARER)} if isinstance(token, str) else headers
    )


_REFERENCE = re.compile(
    r"([^$]{0,40})\$(?:\{(?:env:|input:openapi-mcp-)?([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))"
)


def _read_given(client: KnownClient, text: str) -> Given:
    """Return a reference where a text is one in any form that clients have, and this one has one."""
    found = _REFERENCE.fullmatch(text) if client.reference is not None and client.form is not Form.TOML else None
    return Reference(variable=found[2] or found[3], before=found[1]) if found else text


def _texts(value: Any) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, Mapping) else {}


def _words(value: Any) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()
