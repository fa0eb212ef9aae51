"""A catalogue read from disk, piece by piece as its pieces are asked for; catalogue.py says what it holds."""

import logging
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any

from openapi_mcp.front import SUFFIX, Kept, open_catalogue
from openapi_mcp.front import catalogue_in as kept_in
from openapi_mcp.generator.catalogue import Freshness, Summary
from openapi_mcp.generator.codec import decode
from openapi_mcp.generator.pages import Mark
from openapi_mcp.generator.stripped import decode_tool
from openapi_mcp.model.document import Document, Schema, Skipped
from openapi_mcp.model.jsontext import read_json
from openapi_mcp.model.part import Part
from openapi_mcp.model.tool import Tool, Toolset, WireTool

_CHUNK = 1 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a catalogue holds, its tools and pages read when they are asked for."""

    document: Document
    toolset: Toolset
    pages: "StoredPages"
    summary: Summary
    freshness: Freshness
    kept: Kept

    @property
    def file(self) -> FileIO | BytesIO:
        """What it is read from."""
        return self.kept.file

    def corpus(self) -> Any:
        """Return what is searched of its tools, as JSON; None where nobody searched, or it cannot be read."""
        if "corpus" not in self.kept.header["places"]:
            return None
        try:
            return _json(self.kept, "corpus")
        except (OSError, ValueError) as error:
            log.warning("corpus_unreadable reason=%s", type(error).__name__)
            return None

    def close(self) -> None:
        """Read no more of it."""
        self.file.close()


def read_catalogue(kept: Kept) -> Stored | None:
    """Return what an open catalogue holds; None where it is damaged, or of another form."""
    try:
        if not _is_whole(kept):
            return None
        about = _json(kept, "about")
        by_name = StoredTools(kept, _json(kept, "index"))
        toolset, document = about["toolset"], decode(Document, about["document"])
        summary = decode(Summary, toolset.pop("summary"))
        toolset["skipped"] = decode(tuple[Skipped, ...], toolset["skipped"])
        stored = Stored(
            document=replace(document, schemas=StoredSchemas(kept)),
            toolset=Toolset(**toolset, tools=_InOrder(by_name), by_name=by_name),
            pages=StoredPages(kept),
            summary=summary,
            freshness=_read_freshness(kept.header, about),
            kept=kept,
        )
        if kept.path:
            os.utime(kept.path)  # the oldest go first when the folder is full
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.info("catalogue_ignored reason=%s", type(error).__name__)
        return None
    return stored


def last_catalogue(path: Path | None) -> Stored | None:
    """Return what the catalogue of this name holds, whatever has become of the document; None where there is none."""
    kept = open_catalogue(str(path), path.name.removesuffix(SUFFIX)) if path is not None else None
    if kept is None:
        return None
    stored = read_catalogue(kept)
    if stored is None:
        kept.file.close()
    return stored


def catalogue_in(data: bytes, key: str) -> Stored | None:
    """Return what the bytes of a catalogue hold; None where they are none of this key, or damaged."""
    kept = kept_in(data, key)
    return read_catalogue(kept) if kept is not None else None


def _read_freshness(header: Mapping[str, Any], about: Mapping[str, Any]) -> Freshness:
    return Freshness(
        files=tuple((path, mtime, size) for path, mtime, size in header["sources"]),
        parts=decode(tuple[Part, ...], about["parts"]),
        made=about["made"],
        variables=tuple(header["variables"]),
        secret_files=tuple(header["files"]),
        switches=tuple(header["switches"]),
    )


def _is_whole(kept: Kept) -> bool:
    checksum, at, length = 0, 0, kept.header["length"]
    while at < length:
        data = kept.read(at, min(_CHUNK, length - at))
        if not data:
            return False
        checksum = zlib.crc32(data, checksum)
        at += len(data)
    return bool(checksum == kept.header["checksum"])


def _json(kept: Kept, place: str) -> Any:
    return read_json(kept.read(*kept.header["places"][place]).decode())


class StoredTools(Mapping[str, Tool]):
    """The tools of a catalogue by name, each decoded when it is first asked for."""

    def __init__(self, kept: Kept, index: Mapping[str, Sequence[int]]) -> None:
        self._kept = kept
        self._index = index
        self._read: dict[str, Tool] = {}

    def __getitem__(self, name: str) -> Tool:
        if name not in self._read:
            listed_at, listed_length, at, length = self._index[name]
            listed = read_json(self._kept.read(listed_at, listed_length).decode())
            self._read[name] = decode_tool(listed, read_json(self._kept.read(at, length).decode()))
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._index  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)


class StoredSchemas(Mapping[str, Schema]):
    """The schemas that answers are held against, by their references, each decoded when it is asked for.

    What a damaged file no longer tells is a KeyError: an answer is then held against the rest.
    """

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    @cached_property
    def _index(self) -> Mapping[str, Sequence[int]]:
        index: Mapping[str, Sequence[int]] = _json(self._kept, "schemas")
        return index

    def __getitem__(self, ref: str) -> Schema:
        at, length = self._index[ref]
        try:
            schema: Any = read_json(self._kept.read(at, length).decode())
        except (OSError, ValueError) as error:
            log.warning("schema_unreadable ref=%r reason=%s", ref[:200], type(error).__name__)
            raise KeyError(ref) from None
        return dict(schema)

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)


class _InOrder(Sequence[Tool]):
    def __init__(self, tools: StoredTools) -> None:
        self._names = tuple(tools)
        self._tools = tools

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._tools[name] for name in self._names[index]]
        return self._tools[self._names[index]]


class StoredPages:
    """The pages of a catalogue; generator/pages.py says what a page is."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def tools(self, index: int) -> list[WireTool]:
        """Return the tools of a page."""
        if index >= len(self._kept.header["pages"]):
            raise IndexError(index)
        text = self._kept.page(index)
        if text is None:
            raise OSError("the catalogue was damaged while it was served")
        tools: Any = read_json(str(text, "utf-8"))
        return list(tools)

    def is_last(self, index: int) -> bool:
        """True when no page follows."""
        return index + 1 == len(self._kept.header["pages"])

    def marks(self) -> tuple[Mark, ...]:
        """Return the mark of every page."""
        return tuple((length, checksum) for length, checksum in self._kept.header["pages"])
