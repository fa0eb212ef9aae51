"""`openapi-mcp workflow suggest`: an Arazzo description of calls that often follow on each other."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from openapi_mcp.cli.loaded import load_each, title_of
from openapi_mcp.cli.options import CREDENTIALS, DOCUMENT, OUTPUT, TLS, WHERE_RECORDED, WHICH_TOOLS, takes
from openapi_mcp.cli.output import show_json, show_text, written_json
from openapi_mcp.cli.start import start
from openapi_mcp.cli.suggesting import Api, named_apis, suggestions
from openapi_mcp.cli.units import many
from openapi_mcp.cli.wanted import FILTERS, take_filter
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError, ExitCode
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import FileSource
from openapi_mcp.references import at_home

if TYPE_CHECKING:
    from openapi_mcp.workflow.suggest import Suggestion

HELP = """Write workflows (OpenAPI Arazzo 1.0) for calls that often follow on each other, for you to edit.

Two sources tell which: the records, where one call took a value from the answer of another again and again; and what
operations need and yield. A comment says of each workflow why it is suggested. No recorded value is written: what no
step before it gives is an input. Only operations that would be tools take part: --methods all has writes, too. What a
--workflow that there is already does is not suggested again.

Examples:

\b
  openapi-mcp workflow suggest --spec openapi.json
      YAML on stdout

\b
  openapi-mcp workflow suggest --spec openapi.json --since 30d --min 5 -o shop.arazzo.yaml
      only what was called five times or more in the last 30 days, and what needs and yields tell

\b
  openapi-mcp serve --spec openapi.json --workflow shop.arazzo.yaml
      each of them is a tool
"""
_YAML, _JSON = "yaml", "json"
_SUFFIXES = {"yaml": _YAML, "yml": _YAML, "json": _JSON}
_MOST = 1_000_000
_WHICH = {name: FILTERS[name] for name in ("caller", "since", "until")}


@takes(_WHICH, DOCUMENT, WHICH_TOOLS, CREDENTIALS, TLS, WHERE_RECORDED, OUTPUT)
def suggest(
    *,
    least: Annotated[
        int, typer.Option("--min", metavar="N", help="Only what was called so many times, or is not recorded.")
    ] = 3,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help="So many workflows at most.")] = 10,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write this file. Default: stdout.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="yaml or json. Default: as FILE says, or yaml.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help='One JSON document on stdout: {"document", "suggestions": [...]}.')
    ] = False,
    flags: Mapping[str, Any],
) -> int:
    """Suggest workflows."""
    wanted, flags = take_filter(flags, time.time())
    _require_counts(least, limit)
    form = _format(form, output)
    config, notice = start(flags)
    path = None if output is None else _target(output, config, force=force)
    folder = Path.cwd() if path is None else path.parent
    apis = named_apis(config, anyio.run(load_each, config, notice), folder, notice)
    found = suggestions(config, notice, apis, wanted, least, limit)
    written = _written(found, apis) if found else None
    if as_json:
        show_json({"document": written, "suggestions": [each.as_json() for each in found]})
    elif written is None:
        notice("nothing to suggest: no calls followed on each other often enough, and no operation needs but one id")
    elif path is None:
        show_text(_text(written, found, form), end="")
    if path is not None and written is not None:
        _write(path, _text(written, found, form))
        notice(f"{many(len(found), 'workflow')} in {path}")
    return ExitCode.OK


def _require_counts(least: int, limit: int) -> None:
    for name, value in (("--min", least), ("--limit", limit)):
        if not 1 <= value <= _MOST:
            said = f"{value} is less than 1" if value < 1 else f"{value} is more than {_MOST:,}"
            raise ConfigError(said, where=name, hint="leave it out for the default, or give 1 or more")


def _format(form: str | None, output: str | None) -> str:
    """Return the format that is said, or that the file's name says; YAML where neither does."""
    if form is None:
        return _SUFFIXES.get(Path(output or "").suffix.removeprefix(".").lower(), _YAML)
    if form.lower() not in _SUFFIXES:
        raise ConfigError(f"{form[:40]!r} is no format", where="--format", hint="choose from yaml, json")
    return _SUFFIXES[form.lower()]


def _target(output: str, config: Config, *, force: bool) -> Path:
    """Return the file to write, which is none that the tools are made from."""
    path = at_home(output)
    if not os.path.lexists(path):
        return path
    if not force:
        raise ConfigError("there is a file already", where=str(path), hint="give another name, or --force")
    read = [source.path for api in config.apis or (config,) if isinstance(source := source_of(api), FileSource)]
    for own in (*read, *(() if config.file is None else (config.file,))):
        if own.exists() and path.exists() and path.samefile(own):
            raise ConfigError(f"{path} is read, and would be overwritten", where="--output", hint="name another file")
    return path


def _written(found: "Sequence[Suggestion]", apis: Sequence[Api]) -> dict[str, Any]:
    from openapi_mcp.workflow.suggest import document_of
    from openapi_mcp.workflow.write import write

    title = title_of({str(number): api.catalogue for number, api in enumerate(apis)})
    return write(document_of(found, [api.source for api in apis], title))


def _text(written: Mapping[str, Any], found: "Sequence[Suggestion]", form: str) -> str:
    if form == _JSON:
        return f"{written_json(written, indent=2)}\n"
    from openapi_mcp.workflow.yamltext import as_yaml

    comments = {("workflows", number): [_comment(each)] for number, each in enumerate(found)}
    return as_yaml(written, comments)


def _comment(each: "Suggestion") -> str:
    return each.why[:1].upper() + each.why[1:] + "."


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(
            f"cannot write the file: {error.strerror}", where=str(path), hint="name a file in a folder of yours"
        ) from None
