"""A toolset ready to serve, kept on disk: a stdio start lists from it, and calls from it, without the document.

The file's form is front.py's, which reads its first part before anything else is imported. The body: a line for each
page of the list, a line for each tool with what its calls need beside that, a line that says where each tool is, and
the document's own line. A tool is decoded when it is first called. No secret is written: credentials are placed anew
at every start.
"""

import logging
import os
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

from openapi_mcp.front import MAGIC, SUFFIX, Kept, open_catalogue
from openapi_mcp.generator.codec import decode, encode
from openapi_mcp.generator.pages import Mark, ToolPages, mark_of, page_text
from openapi_mcp.model.document import Document, MediaType, Operation, Parameter, Response
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.part import Part
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Annotations, Binding, Tool, Toolset, WireTool

MAX_FOLDER = 256 << 20  # bytes of all catalogues together; the oldest go first
_ABANDONED = 3600.0  # seconds after which a file half written belongs to nobody
_CHUNK = 1 << 20
_LISTED = ("name", "title", "description", "input_schema", "output_schema", "annotations")  # read from the page

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a client's first questions are answered with, as JSON; `list` is what a modern list has beside its tools."""

    initialize: Mapping[str, Any]
    discover: Mapping[str, Any]
    list: Mapping[str, Any]
    listens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What tells whether a catalogue is still true.

    `files` are the states (path, mtime in ns, size) of the files the document is spread over, none where it came from
    elsewhere; `parts` are all of it, as they were read at `made` (seconds since 1970). It `is_settled` unless a file
    changed around its reading, so that its state may stand for other bytes, and is not to be kept. `variables` and
    `secret_files` are what credentials refer to: without them a start fails, as it should.
    """

    files: tuple[tuple[str, int, int], ...] = ()
    parts: tuple[Part, ...] = ()
    made: int = 0
    is_settled: bool = True
    variables: tuple[str, ...] = ()
    secret_files: tuple[str, ...] = ()

    @property
    def digests(self) -> list[str]:
        """Of the bytes of each part that could be had, in no order that says anything."""
        return sorted(part.digest for part in self.parts if part.digest is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a start says about its tools."""

    tools: int
    left_out: int
    reads_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a catalogue holds, its tools and pages read when they are asked for."""

    document: Document
    toolset: Toolset
    pages: "StoredPages"
    summary: Summary
    freshness: Freshness
    file: FileIO

    def close(self) -> None:
        """Read no more of it."""
        self.file.close()


def summary_of(toolset: Toolset) -> Summary:
    """Return what a start says about these tools."""
    return Summary(
        tools=len(toolset.tools),
        left_out=len(toolset.skipped),
        reads_only=all(tool.operation.method in SAFE_METHODS for tool in toolset.tools),
    )


class SecretFoundError(Exception):
    """A secret occurs in what was to be written."""


def write_catalogue(
    path: Path, document: Document, toolset: Toolset, answers: Answers, freshness: Freshness, redactor: Redactor
) -> None:
    """Write a catalogue in one step: another process sees the old one, or all of the new one.

    Raises:
        OSError: the folder is not ours alone to write to, or the disk refuses.
        SecretFoundError: the redactor finds a secret in the document.
    """
    _own_folder(path.parent)
    descriptor, name = tempfile.mkstemp(prefix="writing-", dir=path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file, tempfile.TemporaryFile(dir=path.parent) as body:
            header = _write_body(_Body(body, redactor), document, toolset, freshness)
            header |= _header(path.name.removesuffix(SUFFIX), answers, freshness)
            line = write_json(header).encode() + b"\n"
            _refuse_secrets(line, redactor)
            file.write(f"{MAGIC} {len(line)} {zlib.crc32(line):x}\n".encode() + line)
            body.seek(0)
            while chunk := body.read(_CHUNK):
                file.write(chunk)
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    _cap(path)


def _header(key: str, answers: Answers, freshness: Freshness) -> dict[str, Any]:
    return {
        "key": key,
        "initialize": answers.initialize,
        "discover": answers.discover,
        "list": answers.list,
        "listens": answers.listens,
        "sources": freshness.files,
        "variables": freshness.variables,
        "files": freshness.secret_files,
    }


class _Body:
    """Counts what is written, and keeps its checksum."""

    def __init__(self, file: Any, redactor: Redactor) -> None:
        self._file = file
        self._redactor = redactor
        self.length = 0
        self.checksum = 0

    def write(self, data: bytes) -> int:
        """Write, and return where it begins."""
        start = self.length
        _refuse_secrets(data, self._redactor)
        self._file.write(data)
        self.length += len(data)
        self.checksum = zlib.crc32(data, self.checksum)
        return start


def _refuse_secrets(data: bytes, redactor: Redactor) -> None:
    if redactor.finds(data.decode()):
        raise SecretFoundError


def _write_body(body: _Body, document: Document, toolset: Toolset, freshness: Freshness) -> dict[str, Any]:
    pages: list[Mark] = []
    listed: list[tuple[int, int]] = []
    for texts in ToolPages(toolset.tools).texts():
        page = page_text(texts)
        at = body.write(page) + 1
        pages.append(mark_of(page))
        for text in texts:
            listed.append((at, len(text)))
            at += len(text) + 1
    index: dict[str, tuple[int, int, int, int]] = {}
    for tool, place in zip(toolset.tools, listed, strict=True):
        line = write_json(encode_tool(tool)).encode() + b"\n"
        index[tool.name] = (*place, body.write(line), len(line))
    end = write_json(index).encode() + b"\n"
    said = {"document": encode_document(document), "toolset": _encode_toolset(toolset)}
    about = write_json({**said, "parts": encode(freshness.parts), "made": freshness.made}).encode() + b"\n"
    places = {"index": (body.write(end), len(end)), "about": (body.write(about), len(about))}
    return {"pages": pages, "places": places, "length": body.length, "checksum": body.checksum}


def _encode_toolset(toolset: Toolset) -> dict[str, Any]:
    said = {"title": toolset.title, "version": toolset.version, "instructions": toolset.instructions}
    return {**said, "summary": encode(summary_of(toolset))}


def read_catalogue(kept: Kept) -> Stored | None:
    """Return what an open catalogue holds; None where it is damaged, or of another form."""
    try:
        if not _is_whole(kept):
            return None
        about = _json(kept, "about")
        by_name = StoredTools(kept, _json(kept, "index"))
        toolset, document = about["toolset"], decode(Document, about["document"])
        summary = decode(Summary, toolset.pop("summary"))
        stored = Stored(
            document=document,
            toolset=Toolset(**toolset, tools=_InOrder(by_name), by_name=by_name),
            pages=StoredPages(kept),
            summary=summary,
            freshness=_read_freshness(kept.header, about),
            file=kept.file,
        )
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


def _read_freshness(header: Mapping[str, Any], about: Mapping[str, Any]) -> Freshness:
    return Freshness(
        files=tuple((path, mtime, size) for path, mtime, size in header["sources"]),
        parts=decode(tuple[Part, ...], about["parts"]),
        made=about["made"],
        variables=tuple(header["variables"]),
        secret_files=tuple(header["files"]),
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


def encode_tool(tool: Tool) -> dict[str, Any]:
    """Return what the calls of a tool need beside what the list says of it."""
    parameters = tuple(map(_sent, tool.parameters))
    bodies = tuple(replace(body, bindings=tuple(map(_sent, body.bindings))) for body in tool.bodies)
    slim = replace(tool, operation=_callable(tool.operation), parameters=parameters, bodies=bodies)
    encoded: dict[str, Any] = encode(slim)
    return {name: value for name, value in encoded.items() if name not in _LISTED}


def decode_tool(listed: Any, rest: Any) -> Tool:
    """Return a tool from its entry in the list and from what `encode_tool` returned.

    Raises:
        ValueError: they are no tool of this version.
    """
    hints = listed["annotations"]
    annotations = Annotations(
        read_only=hints["readOnlyHint"],
        destructive=hints["destructiveHint"],
        idempotent=hints["idempotentHint"],
        open_world=hints["openWorldHint"],
    )
    wire = {"name": listed["name"], "title": listed["title"], "description": listed["description"]}
    schemas = {"input_schema": listed["inputSchema"], "output_schema": listed.get("outputSchema")}
    tool: Tool = decode(Tool, {**rest, **wire, **schemas, "annotations": encode(annotations)})
    return tool


def _callable(operation: Operation) -> Operation:
    """Return an operation without what only its description needed: texts, pointers, what its bodies look like."""
    body = operation.request_body
    return replace(
        operation,
        summary="",
        description="",
        parameters=(),
        request_body=body and replace(body, description="", pointer="", content=tuple(map(_named, body.content))),
        responses=tuple(
            Response(status=response.status, description="", pointer="", content=tuple(map(_named, response.content)))
            for response in operation.responses
        ),
    )


def _named(media_type: MediaType) -> MediaType:
    return MediaType(content_type=media_type.content_type, schema=None, pointer="")


def _sent(binding: Binding) -> Binding:
    """Return a binding without what the list says of its parameter."""
    parameter = binding.parameter
    return binding if parameter is None else replace(binding, parameter=_plain_parameter(parameter))


def _plain_parameter(parameter: Parameter) -> Parameter:
    return replace(parameter, schema={}, description="", pointer="", deprecated=False)


def encode_document(document: Document) -> dict[str, Any]:
    """Return what serving needs of a document beside its tools. A query of its URL may hold a token: it is left out."""
    kept = Document(
        title=document.title,
        version=document.version,
        openapi=document.openapi,
        source=document.source,
        base_uri=document.base_uri and document.base_uri.partition("?")[0],
        servers=document.servers,
        templates=document.templates,
        security_schemes=document.security_schemes,
    )
    encoded: dict[str, Any] = encode(kept)
    return encoded


def _own_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.stat()
    if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
        raise PermissionError(f"{folder} belongs to, or is writable by, others")


def _cap(newest: Path) -> None:
    """Remove the oldest catalogues until the folder is small enough, and what crashed writers left behind."""
    entries = []
    for entry in newest.parent.iterdir():
        with suppress(FileNotFoundError):  # another process cleans up too
            found = entry.stat()
            if entry.name.startswith("writing-") and time.time() - found.st_mtime > _ABANDONED:
                entry.unlink()
            elif entry.suffix == SUFFIX and entry != newest:
                entries.append((found.st_mtime_ns, found.st_size, entry))
    room = MAX_FOLDER - newest.stat().st_size
    for _, size, entry in sorted(entries, reverse=True):
        room -= size
        if room < 0:
            with suppress(FileNotFoundError):
                entry.unlink()
