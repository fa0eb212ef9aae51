"""Where the parts of a description stand: files as a person names them, lines and columns of what pointers lead to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from openapi_mcp.cli.annotate import Finding, Level
from openapi_mcp.loader.fetch import Fetched
from openapi_mcp.loader.load import unpacked
from openapi_mcp.loader.locate import Located, locate
from openapi_mcp.loader.source import FileSource, Source, UrlSource


@dataclass(slots=True)
class Parts:
    """The texts of a description by URI, the root's under "", and places in them."""

    root: Source
    texts: dict[str, bytes] = field(default_factory=dict)
    located: dict[str, Located] = field(default_factory=dict)

    def arrived(self, source: Source, fetched: Fetched | None) -> None:
        """Keep the text of a part that was fetched."""
        if fetched is not None:
            self.texts["" if source == self.root else _uri_of(source)] = fetched.data

    def locate(self, pointers: Sequence[str]) -> None:
        """Find out where these pointers lead, and which keys stand twice."""
        for uri, data in self.texts.items():
            own = [pointer for pointer in pointers if pointer.partition("#")[0] == uri]
            if own or not uri:
                where = self.file(uri) or str(self.root)
                self.located[uri] = locate(unpacked(data, where), own, where=where)

    def finding(self, rule: str, level: Level, pointer: str, message: str, hint: str = "") -> Finding:
        """Return a finding with the place that its pointer leads to."""
        uri = pointer.partition("#")[0]
        located = self.located.get(uri)
        place = located.places.get(pointer) if located else None
        line, column = (place.line, place.column) if place else (None, None)
        return Finding(
            rule=rule,
            level=level,
            message=message,
            hint=hint,
            pointer=pointer,
            file=self.file(uri),
            line=line,
            column=column,
        )

    def file(self, uri: str) -> str | None:
        """Return what a person calls a part: a path, from the working folder where it is below, or a URL."""
        if uri.startswith("file:"):
            return _path_of(uri)
        if uri:
            return uri
        match self.root:
            case FileSource():
                return _from_here(str(self.root.path))
            case UrlSource():
                return str(self.root)
            case _:
                return None


def as_named(pointer: str) -> str:
    """Return a pointer with the file that it leads into as a person names that: "shop.arazzo.yaml#/workflows/0"."""
    uri, sign, rest = pointer.partition("#")
    return _path_of(uri) + sign + rest if uri.startswith("file:") else pointer


def _path_of(uri: str) -> str:
    return _from_here(url2pathname(urlsplit(uri).path))


def _uri_of(source: Source) -> str:
    match source:
        case FileSource():
            return source.path.resolve().as_uri()
        case UrlSource():
            return source.url
        case _:
            return str(source)


def _from_here(path: str) -> str:
    try:
        return str(Path(path).resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return os.fspath(path)
