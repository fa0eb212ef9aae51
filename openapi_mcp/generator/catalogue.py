"""A toolset ready to serve, kept on disk: a stdio start lists from it, and calls from it, without the document.

Its form is in front/kept.py, which reads its first part before anything else is imported. The body: a line for each
page of the list, a line for each tool with what its calls need beside that (before it one with its whole entry, where
the list has none), a line for each schema of the document that their answers are held against, two lines that say where
each tool and each schema is, a line with what is searched of them, and the document's own line.
stored.py decodes a tool when it is first called, a schema when an answer first asks for it. No secret is written:
credentials are placed anew at every start.
"""

import os
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openapi_mcp.front import MAGIC, SUFFIX
from openapi_mcp.generator.codec import encode
from openapi_mcp.generator.pages import Mark, mark_of, page_text, pages_of
from openapi_mcp.generator.stripped import encode_document, encode_tool
from openapi_mcp.model.document import Document, Schema
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.part import Part
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Tool, Toolset, wire_tool
from openapi_mcp.schema.answer import AnswerForms, references

MAX_FOLDER = 256 << 20  # bytes of all catalogues together; the oldest go first
_ABANDONED = 3600.0  # seconds after which a file half written belongs to nobody
_CHUNK = 1 << 20
_SAID = (
    "title", "version", "instructions", "mode", "style", "why", "size", "says_needs", "has_jobs", "hints",
    "odd_workflows",
)  # fmt: skip


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
    `secret_files` are what credentials refer to: without them a start fails, as it should. `switches` is the state of
    the file that says which tools are switched off.
    """

    files: tuple[tuple[str, int, int], ...] = ()
    parts: tuple[Part, ...] = ()
    made: int = 0
    is_settled: bool = True
    variables: tuple[str, ...] = ()
    secret_files: tuple[str, ...] = ()
    switches: tuple[str, int, int] | tuple[()] = ()

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


def summary_of(toolset: Toolset) -> Summary:
    """Return what a start says about these tools."""
    return Summary(
        tools=len(toolset.tools),
        left_out=sum(not each.is_workflow for each in toolset.skipped),
        reads_only=all(_only_reads(tool) for tool in toolset.tools),
    )


def _only_reads(tool: Tool) -> bool:
    return tool.annotations.read_only if tool.plan is not None else tool.operation.method in SAFE_METHODS


class SecretFoundError(Exception):
    """A secret occurs in what was to be written."""


def write_catalogue(
    path: Path,
    document: Document,
    toolset: Toolset,
    answers: Answers,
    freshness: Freshness,
    redactor: Redactor,
    corpus: Any = None,
) -> None:
    """Write a catalogue in one step: another process sees the old one, or all of the new one.

    `corpus` is what is searched of its tools, as JSON; None where nobody searches.

    Raises:
        OSError: the folder is not ours alone to write to, or the disk refuses.
        SecretFoundError: the redactor finds a secret in the document.
    """
    with _written(path, answers, freshness, redactor) as body:
        body.said |= _write_body(body, document, toolset, freshness, corpus)


def write_list(path: Path, toolset: Toolset, answers: Answers, freshness: Freshness, redactor: Redactor) -> None:
    """Write what a client's first questions are answered with and no more: calls are for others to run.

    Raises:
        OSError: as `write_catalogue` does.
        SecretFoundError: the redactor finds a secret in the list.
    """
    with _written(path, answers, freshness, redactor) as body:
        pages = [page_text(texts) for texts in pages_of(toolset).texts()]
        for page in pages:
            body.write(page)
        body.said |= {"pages": [mark_of(page) for page in pages], "places": {}}


@contextmanager
def _written(path: Path, answers: Answers, freshness: Freshness, redactor: Redactor) -> Iterator["_Body"]:
    """Yield where the body goes; the file is there, under its header, when that is whole."""
    _own_folder(path.parent)
    descriptor, name = tempfile.mkstemp(prefix="writing-", dir=path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with open(descriptor, "wb") as file, tempfile.TemporaryFile(dir=path.parent) as written:
            body = _Body(written, redactor)
            yield body
            header = {**body.said, "length": body.length, "checksum": body.checksum}
            header |= _header(path.name.removesuffix(SUFFIX), answers, freshness)
            line = write_json(header).encode() + b"\n"
            _refuse_secrets(line, redactor)
            file.write(f"{MAGIC} {len(line)} {zlib.crc32(line):x}\n".encode() + line)
            written.seek(0)
            while chunk := written.read(_CHUNK):
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
        "switches": freshness.switches,
    }


class _Body:
    """Counts what is written, and keeps its checksum; `said` is what the header says of it."""

    def __init__(self, file: Any, redactor: Redactor) -> None:
        self._file = file
        self._redactor = redactor
        self.length = 0
        self.checksum = 0
        self.said: dict[str, Any] = {}

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


def _write_body(body: _Body, document: Document, toolset: Toolset, freshness: Freshness, corpus: Any) -> dict[str, Any]:
    pages, entries = _write_pages(body, toolset)
    if toolset.searches or toolset.style != "full":  # the list does not say all of a tool
        entries = [_write_line(body, wire_tool(tool)) for tool in toolset.tools]
    index: dict[str, tuple[int, int, int, int]] = {}
    asked: dict[str, None] = {}
    for tool, place in zip(toolset.tools, entries[: len(toolset.tools)], strict=True):
        encoded = encode_tool(tool, document.schemas)
        index[tool.name] = (*place, *_write_line(body, encoded))
        asked |= dict.fromkeys(_references(encoded))
    places = {"schemas": _write_line(body, _write_schemas(body, asked, document.schemas))}
    said = {"document": encode_document(document), "toolset": _encode_toolset(toolset)}
    about = {**said, "parts": encode(freshness.parts), "made": freshness.made}
    if corpus is not None:
        places["corpus"] = _write_line(body, corpus)
    places |= {"index": _write_line(body, index), "about": _write_line(body, about)}
    return {"pages": pages, "places": places}


def _write_pages(body: _Body, toolset: Toolset) -> tuple[list[Mark], list[tuple[int, int]]]:
    """Write the list; return the mark of each page, and of each entry where it begins, and its length."""
    pages: list[Mark] = []
    entries: list[tuple[int, int]] = []
    for texts in pages_of(toolset).texts():
        page = page_text(texts)
        at = body.write(page) + 1
        pages.append(mark_of(page))
        for text in texts:
            entries.append((at, len(text)))
            at += len(text) + 1
    return pages, entries


def _write_line(body: _Body, value: Any) -> tuple[int, int]:
    """Write a line of JSON; return where it begins, and its length."""
    line = write_json(value).encode() + b"\n"
    return body.write(line), len(line)


def _references(encoded_tool: Mapping[str, Any]) -> Iterator[str]:
    for response in encoded_tool["operation"].get("responses", ()):
        for media_type in response["content"]:
            yield from references(media_type["schema"])


def _write_schemas(body: _Body, asked: Iterable[str], schemas: Mapping[str, Schema]) -> dict[str, tuple[int, int]]:
    """Write the schemas that answers are held against, those first `asked` for and all that they lead to."""
    places: dict[str, tuple[int, int]] = {}
    forms, waiting = AnswerForms(schemas), list(asked)
    while waiting:
        ref = waiting.pop()
        if ref not in places:
            places[ref] = _write_line(body, forms[ref])
            waiting.extend(references(forms[ref]))
    return places


def _encode_toolset(toolset: Toolset) -> dict[str, Any]:
    said = {name: getattr(toolset, name) for name in _SAID}
    left_out = tuple(each for each in toolset.skipped if each.is_workflow)
    said |= {"skipped": encode(left_out)}
    return {**said, "extras": list(toolset.extras), "summary": encode(summary_of(toolset))}


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
