"""Source: where a document comes from; the text after `--spec` and `--spec-command`, understood."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.url import origin, redact_url, without_userinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """An http or https URL."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        return redact_url(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A local file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class StdinSource:
    """Standard input, read to its end."""

    def __str__(self) -> str:
        return "standard input"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSource:
    """What a command prints. Only its program is shown: the arguments may hold a token."""

    argv: tuple[str, ...] = field(repr=False)

    def __str__(self) -> str:
        return f"the output of {Path(self.argv[0]).name!r}"


Source = UrlSource | FileSource | StdinSource | CommandSource


def parse_source(text: str) -> Source:
    """Understand the text after `--spec`: a URL, `-` for standard input, else a file.

    "https://host/openapi.json" -> UrlSource, "file:///tmp/a.yaml" and "a.yaml" -> FileSource, "-" -> StdinSource

    Raises:
        ConfigError: empty, or a URL whose scheme is neither http, https nor file.
    """
    if not text.strip():
        raise ConfigError("the document's source is empty", where="--spec", hint="give a URL, a file, or - for stdin")
    if text == "-":
        return StdinSource()
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    if scheme in ("http", "https"):
        return _url_source(text)
    if scheme == "file":
        return _file_source(text)
    if scheme:
        raise ConfigError(
            f"cannot read a document over {scheme!r}", where="--spec", hint="use an http(s) URL, a file, or - for stdin"
        )
    return FileSource(path=_at_home(Path(text)))


def parse_command(text: str) -> CommandSource:
    """Split the text after `--spec-command` into words as a POSIX shell would; no shell ever runs it.

    Raises:
        ConfigError: empty, or its quotes do not match.
    """
    try:
        argv = tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError(
            f"cannot split the command: {error}", where="--spec-command", hint="check its quotes"
        ) from None
    if not argv:
        raise ConfigError(
            "the command is empty", where="--spec-command", hint="give the command that prints the document"
        )
    return CommandSource(argv=argv)


def _url_source(text: str) -> UrlSource:
    if origin(text) is None:
        raise ConfigError(f"{redact_url(text)!r} is not a usable URL", where="--spec", hint="write http(s)://host/path")
    return UrlSource(url=text)


def _file_source(text: str) -> FileSource:
    try:
        return FileSource(path=Path(url2pathname(urlsplit(text).path)))
    except ValueError:
        raise ConfigError(f"{text[:120]!r} is not a usable URL", where="--spec", hint="write file:///path") from None


def _at_home(path: Path) -> Path:
    """Replace a leading `~`; one that names nobody is part of the file's name."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def identity(source: Source) -> str | None:
    """Return what a source is told apart by from another run on: its URL, absolute path, or command and folder.

    None for standard input: it may be another document each time.
    """
    match source:
        case UrlSource():
            return source.url
        case FileSource():
            return str(source.path.resolve())
        case CommandSource():
            return "\0".join((*source.argv, str(Path.cwd())))
        case StdinSource():
            return None


def as_named(source: Source) -> str:
    """Return a source as the operator named it, the same from run to run whatever is found there.

    A URL without a password that may be another one tomorrow, a file's absolute path with the links in it, the words of
    a command. What comes on standard input has no other name than that.
    """
    match source:
        case UrlSource():
            return without_userinfo(source.url)
        case FileSource():
            return str(_without_dots(source.path.absolute()))
        case CommandSource():
            return "\0".join(("", *source.argv))
        case StdinSource():
            return "-"


def _without_dots(path: Path) -> Path:
    """Return a path without `..`, links as they stand in it: "/a/../b" -> "/b"."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] or parts if part == ".." else [*parts, part]
    return Path(*parts)
