"""What `install` puts into a client: the server made of what was typed, and tried as that client would start it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio

from openapi_mcp.cli.option import Flag, Options
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.clients.carried import carried, of_the_shell
from openapi_mcp.clients.command import here, is_fleeting, our_command
from openapi_mcp.clients.known import KNOWN, KnownClient, Scope
from openapi_mcp.clients.launch import Given, Launch, Reference, Remote, Target
from openapi_mcp.clients.machine import Machine
from openapi_mcp.clients.naming import server_name
from openapi_mcp.clients.surroundings import surroundings
from openapi_mcp.clients.words import Said, Words, from_config, require_plain, variables_of, words
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import UrlSource
from openapi_mcp.model.url import origin
from openapi_mcp.progress import Notice
from openapi_mcp.settings import PREFIX

if TYPE_CHECKING:
    from openapi_mcp.clients.talk import Listed

_REMOTE = ("bearer", "endpoint_token", "header")
_SLOW = 0.7  # of what a client waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server for one client, and what a person is to be told about it; `warnings` say what may not be as wanted."""

    target: Target
    told: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def client_named(name: str) -> KnownClient:
    """Return a client.

    Raises:
        ConfigError: nobody knows it.
    """
    if name in KNOWN:
        return KNOWN[name]
    near = get_close_matches(name, KNOWN, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(KNOWN)}"
    raise ConfigError(f"there is no client {name[:80]!r}", where="CLIENT", hint=hint)


def scope_of(client: KnownClient, scope: str | None) -> Scope:
    """Return the scope that is meant: the first of a client where none is named.

    Raises:
        ConfigError: the client has no such scope.
    """
    if scope is None:
        return client.scopes[0]
    found = next((each for each in client.scopes if each.value == scope), None)
    if found is None:
        hint = f"it has {', '.join(each.value for each in client.scopes)}"
        raise ConfigError(f"{client.title} has no scope {scope[:40]!r}", where="--scope", hint=hint)
    return found


def name_of(config: Config, say: Notice) -> str:
    """Return what the server is called where nobody says: by its document's title.

    Raises:
        OpenapiMcpError: the document cannot be had.
    """
    from openapi_mcp.cli.loaded import load_each

    if config.apis:
        return server_name(" ".join(api.name for api in config.apis))
    loaded = anyio.run(load_each, config, say)
    found = source_of(config)
    url = config.base_url or (found.url if isinstance(found, UrlSource) else "")
    host = urlsplit(url).hostname if origin(url) is not None else None
    return server_name(next(iter(loaded.values())).document.title, host or "")


def typed(flags: Mapping[str, Any]) -> list[Said]:
    """Return the options that were given, as they are declared."""
    given: list[Said] = []
    groups: Sequence[Options] = SERVE
    for key, option in ((key, option) for group in groups for key, option in group.items()):
        value = flags.get(key)
        if value in (None, [], ()):
            continue
        texts = () if option.kind is Flag else tuple(map(str, value if isinstance(value, list | tuple) else [value]))
        given.append(Said(key=key, option=option.names[0], texts=texts))
    return given


def words_of(config: Config, flags: Mapping[str, Any], *, write_secrets: bool) -> Words:
    """Return the words that start this server from anywhere: what was typed, and the config file by its whole path.

    Raises:
        ConfigError: as `words` does.
    """
    place, names = here(), [api.name for api in config.apis]
    said = [each for each in typed(flags) if each.key != "config"]
    if config.file is not None:
        said.append(Said(key="config", option="--config", texts=(str(config.file),)))
    if not any(each.key in ("spec", "spec_command") for each in said):
        specs = {api.name: api.spec for api in config.apis or (config,)}
        moved = tuple(from_config(specs, place))
        said += [Said(key="spec", option="--spec", texts=moved)] if moved else []
    found = words(said, names, place, write_secrets=write_secrets)
    return replace(found, variables={**dict.fromkeys(variables_of(config)), **found.variables})


def launch_of(client: KnownClient, found: Words, machine: Machine, config: Config, *, write_secrets: bool) -> Server:
    """Return the server that a client shall start; it has no name yet.

    Raises:
        ConfigError: the client cannot give it what it needs.
    """
    command, *first = our_command()
    from_shell = tuple(_of_this_shell(machine.environ))
    given = carried(client, found.variables, machine, write_secrets=write_secrets)
    shell = of_the_shell(client, from_shell, machine, write_secrets=write_secrets)
    uses_folder = config.file is not None or any(api.spec_command for api in config.apis or (config,))
    launch = Launch(
        name="",
        command=command,
        args=(*first, "serve", *found.args),
        env={**shell.env, **given.env},
        cwd=machine.folder if uses_folder and client.knows_cwd else None,
    )
    fleeting = (f"{command} is in a cache that may be emptied; pipx install keeps it",) if is_fleeting(command) else ()
    return Server(target=launch, told=(*given.told, *shell.told), warnings=(*shell.lost, *fleeting))


def remote_of(
    client: KnownClient, url: str, flags: Mapping[str, Any], machine: Machine, *, write_secrets: bool
) -> Server:
    """Return the server at a URL, with its token as the client refers to it; it has no name yet.

    Raises:
        ConfigError: an option that a server elsewhere cannot be told, or a secret in clear.
    """
    _require_url(url)
    if not write_secrets:
        require_plain(url, "--url", "give it with --bearer env:NAME or --header; --write-secrets writes it as it is")
    others = [each.option for each in typed(flags) if each.key not in _REMOTE]
    if others:
        hint = "that server was started with its own options; only its token and headers are given here"
        raise ConfigError(f"{others[0]} says nothing to a server that runs elsewhere", where="--url", hint=hint)
    found = words(typed(flags), (), here(), write_secrets=write_secrets)
    given = carried(client, found.variables, machine, write_secrets=write_secrets)
    pairs = zip(found.args[::2], found.args[1::2], strict=True)
    headers = dict(_header(client, option, text, given.env) for option, text in pairs)
    return Server(target=Remote(name="", url=url, headers=headers), told=given.told)


def _require_url(url: str) -> None:
    if origin(url) is None or "@" in urlsplit(url).netloc:
        hint = "write https://host/mcp; a token is given with --bearer env:NAME"
        raise ConfigError("this is no URL that a client could use", where="--url", hint=hint)


def _header(client: KnownClient, option: str, text: str, env: Mapping[str, Given]) -> tuple[str, Given]:
    """Return a header and what stands in it: ("--bearer", "env:T") -> "Authorization", a reference to T.

    Raises:
        ConfigError: the client has no way to get the value.
    """
    name, _, value = text.partition(":") if option == "--header" else ("Authorization", "", text)
    before = "" if option == "--header" else "Bearer "
    value = value.strip()
    if value.startswith("file:"):
        raise ConfigError("a client reads no file for a header", where=option, hint="give env:NAME")
    if not value.startswith("env:"):
        return name, value
    given = env.get(value.removeprefix("env:"))
    if given is None:
        message = f"{client.title} cannot refer to a variable in a header"
        raise ConfigError(message, where=option, hint="--write-secrets writes its value into the file")
    return name, replace(given, before=before) if isinstance(given, Reference) else before + given


def _of_this_shell(environ: Mapping[str, str]) -> Iterator[str]:
    return (name for name, value in environ.items() if name.startswith(PREFIX) and value and name != f"{PREFIX}CONFIG")


async def try_it(client: KnownClient, scope: Scope, target: Target, machine: Machine) -> "Listed":
    """Return what the server lists when it is started, or reached, as the client would.

    Raises:
        OpenapiMcpError: it does not start, is not reached, or is slower than the client waits.
    """
    from openapi_mcp.clients.reach import reach
    from openapi_mcp.clients.start import start_and_list

    if isinstance(target, Remote):
        headers = {name: _value(given, machine.environ) for name, given in target.headers.items()}
        return (await reach(target.url, headers, client.seconds_to_start))[0]
    around = surroundings(client, target, machine)
    folder = target.cwd or (machine.home if scope is Scope.USER else machine.folder)
    return await start_and_list(replace(target, cwd=folder), around.environ, client.seconds_to_start)


def _value(given: Given, environ: Mapping[str, str]) -> str:
    return given if isinstance(given, str) else given.before + environ.get(given.variable, "")


def missing(target: Target, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that a server refers to and that are not set here."""
    given = target.headers if isinstance(target, Remote) else target.env
    variables = (each.variable for each in given.values() if isinstance(each, Reference))
    return tuple(name for name in variables if not environ.get(name))


def is_slow(client: KnownClient, listed: "Listed") -> bool:
    """True for a server that took almost as long as the client waits."""
    return listed.seconds > client.seconds_to_start * _SLOW
