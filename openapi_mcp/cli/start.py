"""What every command does first: options into a Config, logging, notices."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openapi_mcp import __version__
from openapi_mcp.cli.output import Notice, notice, quiet_notice, set_up_logging
from openapi_mcp.config import Config, build_config
from openapi_mcp.config_file import FILE_NAME, config_place, is_passed_over
from openapi_mcp.errors import ConfigError
from openapi_mcp.front import SUFFIX, Handover, catalogue_key, default_folder, state
from openapi_mcp.model.background import LONG
from openapi_mcp.settings import PREFIX

_INSECURE = (
    "warning: insecure: no certificate is checked, so whoever is on the wire can read and change everything, "
    "credentials too; --ca-bundle FILE believes an authority of your own instead"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How this run began: what was typed, and the conversation that front/ has begun with a client."""

    arguments: tuple[str, ...]
    handover: Handover | None


class Settings:
    """What `serve` reads its settings from, at the start and again while it runs."""

    def __init__(self, flags: Mapping[str, Any], arguments: Sequence[str], *, stdin_is_protocol: bool) -> None:
        self._flags = _plain_flags(flags)
        self._arguments = arguments
        self._stdin_is_protocol = stdin_is_protocol
        self._folder = Path.cwd()
        self._seen = self._looked = self._state()
        self._emptied: list[Any] = []  # the state in which it was empty, once that is said

    def has_changed(self) -> bool:
        """True where the config file is not in the state in which it was read last, or came, or went, and stays so.

        Two looks find the same: whoever writes it may not be done. One that lost all it said is most likely emptied to
        be written anew, and without it nothing would be confirmed or switched off; that is said instead.
        """
        before, self._looked = self._looked, self._state()
        if self._looked != before or self._looked == self._seen:
            return False
        if self._seen and not _is_empty(self._seen) and _is_empty(self._looked):
            self._say_emptied()
            return False
        return True

    def _say_emptied(self) -> None:
        if self._emptied != self._looked:
            self._emptied = self._looked
            way = "SIGHUP takes it as it is" if sys.platform != "win32" else "a restart takes it as it is"
            notice(f"warning: {self._looked[0]} is empty now: the settings that it had stay; {way}")

    def read(self) -> Config:
        """Return the configuration as it is now.

        Raises:
            ConfigError: as `build_config` and `require_spec` do.
        """
        self._seen = self._state()
        config = build_config(self._flags, os.environ, self._folder)
        config = config if self._stdin_is_protocol else over_http(config)
        require_spec(config, stdin_is_protocol=self._stdin_is_protocol)
        if config.insecure:
            notice(_INSECURE)
        return config

    def path(self, config: Config) -> Path | None:
        """Return where the list is kept that the settings of now make."""
        return catalogue_path(config, self._arguments)

    def _state(self) -> list[Any]:
        """Return the state of the config file; one that is not read has none."""
        is_named = self._flags.get("config") or os.environ.get(f"{PREFIX}CONFIG")
        if not is_named and is_passed_over(self._flags, os.environ):
            return []
        return state(str(config_place(self._flags, os.environ, self._folder)))


def _is_empty(state: Sequence[Any]) -> bool:
    """True for the state of a file that is there, and has no bytes."""
    return bool(state) and state[2] == 0


def _plain_flags(flags: Mapping[str, Any]) -> dict[str, Any]:
    flags = dict(flags)
    if flags.pop("verbose", None) and not flags.get("log_level"):
        flags["log_level"] = "info"
    return flags


def start(flags: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> tuple[Config, Notice]:
    """Return the configuration and where notices go; `defaults` are a command's own, where nothing is said.

    Raises:
        ConfigError: as `build_config` does.
    """
    flags, folder = _plain_flags(flags), Path.cwd()
    config = build_config(flags, os.environ, folder, defaults)
    set_up_logging("error" if config.quiet else config.log_level, config.log_format)
    say = quiet_notice if config.quiet else notice
    if config.insecure:
        notice(_INSECURE)  # with --quiet too
    if config.file == folder / FILE_NAME and not flags.get("config"):
        say(f"using {FILE_NAME} of this folder")
    elif config.file is None and (folder / FILE_NAME).is_file():
        say(f"{FILE_NAME} of this folder is not read beside what you name yourself; --config {FILE_NAME} reads it")
    return config, say


def over_http(config: Config) -> Config:
    """Return the configuration of a server over HTTP, where a call goes on in the background unless nothing shall."""
    after = LONG if config.background_after is None else config.background_after
    return replace(config, background_after=after, apis=tuple(map(over_http, config.apis)))


def warn_of_background(config: Config, say: Notice) -> None:
    """Say where calls are to go on in the background after a time in which each of them has ended."""
    after, each = config.background_after or 0.0, config.apis or (config,)
    if after and all(one.limits.timeout <= after for one in each):
        say(
            f"warning: --background-after {after:g} has no effect: a call ends after --timeout "
            f"{max(one.limits.timeout for one in each):g}; give a longer --timeout, or a shorter --background-after"
        )


def warn_of_its_timeout(config: Config, say: Notice) -> None:
    """Say where a call has no longer in the background than it has in any case; it begins with --timeout."""
    after, most = config.background_after or 0.0, config.background_timeout
    shortest = min(one.limits.timeout for one in config.apis or (config,))
    if after and most != Config().background_timeout and after + most <= shortest:
        say(
            f"warning: --background-timeout {most:g} has no effect: a call goes on in the background after {after:g} s "
            f"and has --timeout {shortest:g} in any case; give a longer --background-timeout, or a shorter --timeout"
        )


def catalogue_path(config: Config, arguments: Sequence[str]) -> Path | None:
    """Return the file in which the list of this command line is kept for its next start; None where none is.

    A command line does not say what it is given on standard input.
    """
    from openapi_mcp.identity import source_of
    from openapi_mcp.loader.source import StdinSource

    if config.no_catalogue or any(isinstance(source_of(each), StdinSource) for each in config.apis or (config,)):
        return None
    folder = Path(os.path.expanduser(config.cache_dir or default_folder(os.environ)))
    try:
        return folder / f"{catalogue_key(arguments[1:], os.environ, os.getcwd(), __version__)}{SUFFIX}"
    except ValueError:  # an option that is no Unicode text
        return None


def require_spec(config: Config, *, stdin_is_protocol: bool = False) -> None:
    """Refuse a document on standard input where that carries the protocol, or another document.

    Raises:
        ConfigError: `--spec -` with a server over stdio; two of several documents are to come from there.
    """
    from_stdin = [each for each in config.apis or (config,) if each.spec == "-" and each.spec_command is None]
    if from_stdin and stdin_is_protocol:
        raise ConfigError(
            "standard input carries the protocol, so the document cannot come from there",
            where="--spec -",
            hint="save the document to a file, use --spec-command, or serve http",
        )
    if len(from_stdin) > 1:
        raise ConfigError("two documents are to come from stdin", where="--spec", hint="save one to a file")


def api_of(config: Config, tool: str) -> Config:
    """Return the configuration of the API that a tool's name names; the only one where there is one.

    A workflow may be of several: then it is that of all.

    Raises:
        ConfigError: no API's tools are named so.
    """
    if not config.apis:
        return config
    for api in config.apis:
        if tool.startswith(f"{api.name}_"):
            return api
    if config.workflows:
        return config
    hint = f"names begin with {', '.join(f'{api.name}_' for api in config.apis)}"
    raise ConfigError(f"there is no tool {tool[:80]!r}", where="TOOL", hint=hint)


def refuse_forward(config: Config) -> None:
    """Refuse what only HTTP has.

    Raises:
        ConfigError: a header is to be forwarded over stdio.
    """
    if config.forward:
        raise ConfigError(
            "a client over stdio sends no headers that could be forwarded",
            where="--forward",
            hint="serve http, or give the credential with --bearer, --header or --auth",
        )
