"""`openapi-mcp init`: asks for the few things that matter, and writes openapi-mcp.toml."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from openapi_mcp.cli.complete import clients
from openapi_mcp.cli.draft import Draft, drafted, env_or_file, lacking_in, parts_of, url_of
from openapi_mcp.cli.initial import config_text
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, TOOLS, takes
from openapi_mcp.cli.output import ask, ask_line, is_asked, notice, show_error, show_text
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.clients.anew import write_anew
from openapi_mcp.clients.known import KNOWN
from openapi_mcp.config_file import FILE_NAME
from openapi_mcp.errors import ConfigError, ExitCode, OpenapiMcpError
from openapi_mcp.model.document import SecurityScheme
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import origin

HELP = """Write openapi-mcp.toml: asks for the document, the base URL, methods and credentials, and shows the tools.

No secret is written: a credential is env:NAME or file:PATH. What is given as an option is not asked for, and stands in
the file too. Then the server can be installed into clients.

Examples:

\b
  openapi-mcp init
      asks, and writes openapi-mcp.toml in this folder

\b
  openapi-mcp init --spec openapi.yaml --methods all --auth key=env:API_KEY --yes --install claude-code
      asks nothing
"""
T = TypeVar("T")
_EXAMPLE = "https://api.example.com/openapi.json"


@takes(DOCUMENT, TOOLS, CREDENTIALS, TLS, OUTPUT)
def init(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write it though the file is there.")] = False,
    install_into: Annotated[
        list[str] | None,
        typer.Option("--install", metavar="CLIENT", help="Then install it there; repeatable.", autocompletion=clients),
    ] = None,
    flags: Mapping[str, Any],
) -> int:
    """Ask, write the file, show the tools, and install."""
    from openapi_mcp.cli.installing import client_named

    if not yes and not is_asked():
        hint = "give --yes, which takes the defaults, and options for the rest"
        raise ConfigError("there is no terminal to ask at", where="init", hint=hint)
    for each in install_into or ():
        client_named(each)
    file = Path(flags.get("config") or FILE_NAME)
    _require_free(file, asks=not yes, force=force)
    said = {**flags, "config": None}
    draft = _asked(said) if not yes else _by_default(said)
    _write(file, draft)
    _show(draft)
    return _install(file, _wanted(install_into, asks=not yes))


def _require_free(file: Path, *, asks: bool, force: bool) -> None:
    """Ask before a file is replaced.

    Raises:
        ConfigError: it is there, and nobody said that it may go.
    """
    if force or not os.path.lexists(file):
        return
    if not (asks and ask(f"{file} is there already; it would be replaced.")):
        hint = "name another with --config FILE, or give --force"
        raise ConfigError("the config file is there already", where=str(file), hint=hint)


def _by_default(flags: dict[str, Any]) -> Draft:
    draft = drafted(flags)
    if url_of(draft) is None:
        hint = "give --base-url URL"
        raise ConfigError("the document does not say where the API is", where="--base-url", hint=hint)
    return draft


def _asked(flags: dict[str, Any]) -> Draft:
    """Return what a person wants; what stands in `flags` is not asked for."""
    if flags["spec"] or flags["spec_command"]:
        draft = drafted(flags)
    else:
        draft = _ask(f"OpenAPI document, a URL or a file (such as {_EXAMPLE})", "", partial(_with_spec, flags))
    document = draft.catalogue.document
    notice(f"{one_line(document.title, 120)} {one_line(document.version, 40)}: {len(document.templates)} paths")
    if url_of(draft) is None:
        draft = _ask("Where the API is, its base URL", "", partial(_with_url, draft.flags))
    if not flags["methods"]:
        draft = _ask(
            "Which methods become tools: get (only reads), get,post, all", "get", partial(_with_methods, draft)
        )
    for scheme in lacking_in(draft):
        draft = _with_credential(draft, scheme)
    return draft


def _ask(question: str, default: str, read: Callable[[str], T]) -> T:
    """Ask until the answer can be read; what is wrong with one is said."""
    while True:
        shown = f"{question} [{default}]:" if default else f"{question}:"
        try:
            return read(ask_line(shown) or default)
        except OpenapiMcpError as error:
            show_error(error)


def _with_spec(flags: dict[str, Any], text: str) -> Draft:
    if not text:
        raise ConfigError("no document is given", where="init", hint="type a URL or a path; Ctrl-C ends this")
    return drafted({**flags, "spec": [text]})


def _with_url(flags: dict[str, Any], text: str) -> Draft:
    if origin(text) is None:
        raise ConfigError("this is no http or https URL", where="init", hint="such as https://api.example.com/v1")
    return drafted({**flags, "base_url": [text]})


def _with_methods(draft: Draft, text: str) -> Draft:
    return drafted({**draft.flags, "methods": [text]})


def _with_credential(draft: Draft, scheme: SecurityScheme) -> Draft:
    """Return the draft with what a person says for a scheme; it may be nothing."""
    parts, how = parts_of(scheme)
    given: list[str] = []
    for part in parts:
        said = _ask(f"Credential {part} ({how}): env:NAME, file:PATH, or nothing", "", env_or_file)
        given += [f"{part}={said}"] if said else []
    return drafted({**draft.flags, "auth": [*(draft.flags["auth"] or ()), *given]}) if given else draft


def _write(file: Path, draft: Draft) -> None:
    document = draft.catalogue.document
    lacking = [name for scheme in lacking_in(draft) for name in parts_of(scheme)[0]]
    text = config_text(f"{document.title} {document.version}", draft.settings, url_of(draft), lacking)
    write_anew(file, text.encode(), "the config file", "name another with --config FILE")
    show_text(f"written: {file}")


def _show(draft: Draft) -> None:
    from openapi_mcp.cli.inspect import show_table
    from openapi_mcp.cli.inspection import inspection

    show_table(inspection(draft.config, draft.catalogue))
    for name in draft.unset:
        notice(f"warning: {name} is not set here; export {name}=... before the server is started")


def _wanted(given: list[str] | None, *, asks: bool) -> list[str]:
    if given or not asks:
        return given or []
    return _ask(f"Install it into ({', '.join(KNOWN)}; nothing: none)", "", _clients)


def _clients(text: str) -> list[str]:
    from openapi_mcp.cli.installing import client_named

    return [client_named(each).name for each in text.replace(",", " ").split()]


def _install(file: Path, chosen: list[str]) -> int:
    if not chosen:
        show_text("next: openapi-mcp install CLIENT, or openapi-mcp serve")
        return ExitCode.OK
    from openapi_mcp.cli.install import install

    flags = {key: None for group in SERVE for key in group} | {"config": str(file)}
    return install(clients=chosen, name=None, scope=None, url=None, **flags)
