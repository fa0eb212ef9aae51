"""What every command does first: options into a Config, logging, notices."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openapi_mcp.app import Notice
from openapi_mcp.cli.output import notice, quiet_notice, set_up_logging
from openapi_mcp.config import FILE_NAME, Config, build_config
from openapi_mcp.errors import ConfigError


def start(flags: Mapping[str, Any]) -> tuple[Config, Notice]:
    """Return the configuration and where notices go.

    Raises:
        ConfigError: as `build_config` does.
    """
    flags = dict(flags)
    if flags.pop("verbose", None) and not flags.get("log_level"):
        flags["log_level"] = "info"
    folder = Path.cwd()
    config = build_config(flags, os.environ, folder)
    set_up_logging("error" if config.quiet else config.log_level)
    say = quiet_notice if config.quiet else notice
    if config.file == folder / FILE_NAME and not flags.get("config"):
        say(f"using {FILE_NAME} of this folder")
    return config, say


def require_spec(config: Config, *, stdin_is_protocol: bool = False) -> None:
    """Refuse a document on standard input where that carries the protocol.

    Raises:
        ConfigError: `--spec -` with a server over stdio.
    """
    if stdin_is_protocol and config.spec == "-" and config.spec_command is None:
        raise ConfigError(
            "standard input carries the protocol, so the document cannot come from there",
            where="--spec -",
            hint="save the document to a file, use --spec-command, or serve http",
        )
