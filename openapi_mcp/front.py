"""A stdio client's first questions, answered from the catalogue of last time before anything heavy is imported.

The MCP SDK takes longer to import than a client likes to wait. What a client asks first, though, was known when this
same command line last ran: the answer to discovery or the handshake, and the list. This module answers those from a
file and hands the pipe over, with all that was said on it, to server/stdio.py. Standard library only; anything unusual
is handed over at once, so that the SDK answers it.

The file, written by generator/catalogue.py: a line with the header's length and checksum, the header (a line of JSON),
then the body: the listed tools, a line of JSON for each page, and what only the server reads.
"""

import json
import os
import signal
import sys
import zlib
from _thread import allocate_lock  # part of the interpreter: `threading` would be another import to wait for
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from io import BytesIO, FileIO
    from typing import Any, NoReturn

    Answer = tuple[bytes | memoryview, ...]  # written one after the other: a page of a megabyte is not copied

FORMAT = 6
MAGIC = f"openapi-mcp catalogue {FORMAT}"
SUFFIX = ".catalogue"
SWITCHES = "switches.json"
PREFIX = "OPENAPI_MCP_"
MODERN = "2026-07-28"
HANGUPS: "list[int]" = []
"""The SIGHUPs that came before anybody could act on them."""
LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
_META = "io.modelcontextprotocol/"
_LISTS = ("toolsListChanged", "promptsListChanged", "resourcesListChanged")
_SECRETS = (
    "--bearer",
    "--token",
    "--basic",
    "--api-key",
    "--auth",
    "--header",
    "-H",
    "--client-secret",
    "--endpoint-token",
    "--records",
)
_SECRET_VARIABLES = (
    "BEARER",
    "TOKEN",
    "BASIC",
    "API_KEY",
    "AUTH",
    "HEADER",
    "CLIENT_SECRET",
    "ENDPOINT_TOKEN",
    "RECORDS",
)
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 20  # bytes; a longer one is not for us
_AHEAD = 16 << 20  # bytes that are read while the SDK is imported
_PRELUDE = 80


class Wire:
    """The descriptors of the client's pipe, moved away from 0 and 1."""

    def __init__(self, read: int, write: int) -> None:
        self.read = read
        self.write = write
        self._ahead: _Ahead | None = None

    def read_ahead(self, *, idle: bool) -> None:
        """Read on from now; where the client is `idle` and leaves before `chunks` are asked for, the process ends."""
        self._ahead = _Ahead(self.read, idle=idle)

    def chunks(self) -> "Iterator[bytes]":
        """Yield what the client sends; ends with the pipe."""
        if self._ahead is not None and not (yield from self._ahead.taken()):
            return
        while chunk := os.read(self.read, _CHUNK):
            yield chunk


def claim_wire() -> Wire:
    """Take stdin and stdout for the protocol: descriptor 0 becomes empty, descriptor 1 becomes stderr."""
    sys.stdout.flush()
    wire = Wire(os.dup(0), os.dup(1))
    if sys.platform != "win32":
        for descriptor in (wire.read, wire.write):
            os.set_blocking(descriptor, True)  # a parent may have left its pipes otherwise
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return wire


class Kept:
    """An open catalogue whose header is whole; the rest is read when it is needed."""

    def __init__(self, path: str, file: "FileIO | BytesIO", header: "dict[str, Any]", start: int) -> None:
        self.path = path
        self.file = file
        self.header = header
        self.start = start
        self._turn = allocate_lock()  # a large answer is held against its schema in a thread of its own

    def read(self, offset: int, length: int) -> bytes:
        """Return a part of the body."""
        with self._turn:
            self.file.seek(self.start + offset)
            data = self.file.read(length)
            while len(data) < length and (chunk := self.file.read(length - len(data))):
                data += chunk
        return data

    def page(self, index: int) -> memoryview | None:
        """Return a page of listed tools as a JSON array, None where the file is damaged there."""
        pages = self.header["pages"]
        length, checksum = pages[index]
        data = self.read(sum(before[0] for before in pages[:index]), length)
        return memoryview(data)[:-1] if (len(data), zlib.crc32(data)) == (length, checksum) else None


class Handover:
    """A conversation begun: what the SDK must hear again, which of its answers were given, and what is still unread."""

    def __init__(self, wire: Wire, kept: Kept) -> None:
        self.wire = wire
        self.kept = kept
        self.replay: list[bytes] = []
        self.handshake: int | str | None = None
        self.subscriptions: set[int | str] = set()
        self.pending = b""

    def chunks(self) -> "Iterator[bytes]":
        """Yield what the client sends, from the first byte that the SDK has not heard; ends with the pipe."""
        yield from self.replay
        if self.pending:
            yield self.pending
        yield from self.wire.chunks()


class _Ahead:
    """Reads on while we import or load, so that the end of an idle client's pipe ends the process at once."""

    def __init__(self, descriptor: int, *, idle: bool) -> None:
        import queue
        import threading

        self._descriptor = descriptor
        self._idle = idle
        self._taken = False
        self._chunks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True, name="ahead").start()

    def _run(self) -> None:
        read = 0
        while not self._taken and read < _AHEAD:
            chunk = os.read(self._descriptor, _CHUNK)
            if not chunk and self._idle and not self._taken:
                os._exit(0)
            self._chunks.put(chunk)
            if not chunk:
                return
            self._idle = False
            read += len(chunk)
        self._chunks.put(None)

    def taken(self) -> "Generator[bytes, None, bool]":
        """Yield what was read; return whether the pipe may hold more."""
        self._taken = True
        while chunk := self._chunks.get():
            yield chunk
        return chunk is None


def catalogue_key(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str, version: str) -> str:
    """Return the digest of what decides the list, and with it the catalogue's name.

    That is: arguments, our environment variables, the config file's state, the working folder, and our own version and
    files; of credentials only that they are given, and under which name.
    """
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes longer to load than all we do here

    file = _config_file(arguments, environ, folder)
    apis = frozenset(_api_names(arguments, environ, file))
    said = [
        FORMAT,
        version,
        _build(),
        folder,
        list(_without_secrets(arguments, apis)),
        sorted(_variable(name, value, apis) for name, value in environ.items() if name.startswith(PREFIX)),
        state(file),
    ]
    return blake2b(json.dumps(said).encode(), digest_size=20).hexdigest()


def _build() -> "list[Any]":
    """Return the state of our own files: an upgrade, or a change to a checkout, makes other lists."""
    top = os.path.dirname(os.path.abspath(__file__))
    found = []
    with os.scandir(top) as rooms:
        for room in rooms:
            if room.name.endswith(".py"):
                found.append((room.name, room.stat().st_mtime_ns, room.stat().st_size))
            elif room.is_dir() and room.name != "__pycache__":
                with os.scandir(room.path) as files:
                    found += [
                        (f"{room.name}/{file.name}", file.stat().st_mtime_ns, file.stat().st_size)
                        for file in files
                        if file.name.endswith(".py")
                    ]
    return sorted(found)


def state(path: str) -> "list[Any]":
    """Return a file's absolute path, mtime in ns and size; empty where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return []
    return [os.path.abspath(path), found.st_mtime_ns, found.st_size]


def default_folder(environ: "Mapping[str, str]") -> str:
    """Return the folder of our catalogues, by the platform's convention."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
    elif sys.platform == "darwin":
        base = f"{home}/Library/Caches"
    else:
        base = environ.get("XDG_CACHE_HOME") or f"{home}/.cache"
    return os.path.join(base, "openapi-mcp")


def user_folder(environ: "Mapping[str, str]") -> str:
    """Return the folder of what we keep for this user from one day to the next, by the platform's convention."""
    home = environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
    elif sys.platform == "darwin":
        base = f"{home}/Library/Application Support"
    else:
        base = environ.get("XDG_STATE_HOME") or f"{home}/.local/state"
    return os.path.join(base, "openapi-mcp")


def switches_state(environ: "Mapping[str, str]") -> "list[Any]":
    """Return the state of the file that says which tools are switched off (switches.py)."""
    return state(os.path.join(user_folder(environ), SWITCHES))


def _folder(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str) -> str | None:
    """Return where the catalogue is looked for; None where none is wanted. As config.py would read the options."""
    said = {name: environ.get(f"{PREFIX}{name.upper()}", "") for name in ("cache_dir", "no_catalogue")}
    if not all(said.values()):
        for name, value in _from_file(_config_file(arguments, environ, folder)).items():
            said[name] = said[name] or value
    if "--no-catalogue" in arguments or said["no_catalogue"].lower() in ("1", "true", "yes", "on"):
        return None
    named = _option(arguments, "--cache-dir") or said["cache_dir"].strip()
    return os.path.expanduser(named) if named else default_folder(environ)


def _from_file(path: str) -> "dict[str, str]":
    """Return our two settings from the config file, which is only parsed where it mentions them."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if not any(word in data for word in (b"cache", b"catalogue")):
            return {}
        import tomllib

        values = {key.replace("-", "_"): value for key, value in tomllib.loads(data.decode()).items()}
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: str(values[name]) for name in ("cache_dir", "no_catalogue") if name in values}


def _option(arguments: "Sequence[str]", name: str) -> str:
    found = ""
    for index, argument in enumerate(arguments):
        if argument == name:
            found = arguments[index + 1] if index + 1 < len(arguments) else ""
        elif argument.startswith(f"{name}="):
            found = argument[len(name) + 1 :]
    return found


def _config_file(arguments: "Sequence[str]", environ: "Mapping[str, str]", folder: str) -> str:
    named = _option(arguments, "--config") or environ.get(f"{PREFIX}CONFIG")
    return os.path.expanduser(named) if named else f"{folder}/openapi-mcp.toml"


def _api_names(arguments: "Sequence[str]", environ: "Mapping[str, str]", file: str) -> "Iterator[str]":
    """Yield the names that APIs have here, as apis.py would read them, and perhaps some that none has."""
    options = ("--spec", "-s", "--spec-command")
    texts = [text for before, text in pairwise(arguments) if before in options]
    texts += [
        argument.partition("=")[2] for argument in arguments if argument.startswith(("--spec=", "--spec-command="))
    ]
    texts += [argument[2:] for argument in arguments if argument.startswith("-s")]
    for name, value in environ.items():
        if name in (f"{PREFIX}SPEC", f"{PREFIX}SPEC_COMMAND"):
            texts += value.splitlines()
        elif name.startswith(f"{PREFIX}API_"):
            yield name[len(PREFIX) + 4 :].rpartition("_SPEC")[0].lower()
    for text in texts:
        name, equals, _ = text.partition("=")
        if equals:
            yield name.strip()
    yield from _tables(file)


def _tables(path: str) -> "Iterator[str]":
    """Yield the names of the `[api.NAME]` tables of a config file, which is not parsed for that."""
    try:
        with open(path, "rb") as file:
            lines = file.read().decode("utf-8", "replace").splitlines() if os.path.isfile(path) else []
    except OSError:
        return
    for line in lines:
        if line.lstrip().startswith("[api."):
            yield line.partition(".")[2].partition("]")[0].partition(".")[0].strip(" \"'")


def _without_secrets(arguments: "Sequence[str]", apis: "frozenset[str]") -> "Iterator[str]":
    of = ""
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if of:
            yield _label(of, argument, apis)
            of = ""
        elif name in _SECRETS:
            yield name + (f"={_label(name, value, apis)}" if equals else "")
            of = "" if equals else name
        elif argument.startswith("-H"):
            yield f"-H{_label('-H', argument[2:], apis)}"
        else:
            yield argument


def _variable(name: str, value: str, apis: "frozenset[str]") -> tuple[str, str]:
    short = name[len(PREFIX) :]
    if short.startswith("AUTH_") or (short.startswith("API_") and "_AUTH_" in short):
        return name, _label("", value, apis)
    secret = next((each for each in _SECRET_VARIABLES if short == each or _is_of_api(short, each)), None)
    if secret is None:
        return name, value
    option = f"--{secret.lower()}"
    return name, "\n".join(_label(option, line, apis) for line in value.splitlines())


def _is_of_api(short: str, secret: str) -> bool:
    """True for the variable of a secret of one API: API_SHOP_BEARER."""
    return short.startswith("API_") and short.endswith(f"_{secret}")


def _label(option: str, value: str, apis: "frozenset[str]" = frozenset()) -> str:
    """Return what may be known of a credential: that it is a reference, and the API, header or scheme it is for."""
    api, mark, rest = value.partition("=")
    if mark and api.strip() in apis:
        return f"{api}={_label(option, rest.strip())}"
    if option in ("--header", "-H", "--auth"):
        name, mark, value = value.partition("=" if option == "--auth" else ":")
        return f"{name}{mark}{_label('', value.strip())}" if mark else ""
    return value if value.startswith(("env:", "file:")) else ""


def open_catalogue(path: str, key: str) -> Kept | None:
    """Return a catalogue that is ours alone, whole and of this key; None for any other file."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = open(os.open(path, flags), "rb", buffering=0)  # noqa: SIM115  stays open while it serves
    except OSError:
        return None
    try:
        kept = _read_header(path, file, key) if _is_private(os.fstat(file.fileno())) else None
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        kept = None
    if kept is None:
        file.close()
    return kept


def catalogue_in(data: bytes, key: str) -> Kept | None:
    """Return the catalogue that these bytes are, as they stand in its file; None where they are none of this key."""
    from io import BytesIO

    try:
        return _read_header("", BytesIO(data), key)
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None


def _is_private(found: os.stat_result) -> bool:
    """True for a plain file of this user that nobody else may read or write: another one's is not trusted."""
    if found.st_mode & 0o170000 != 0o100000:
        return False
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def _read_header(path: str, file: "FileIO | BytesIO", key: str) -> Kept | None:
    prelude = file.read(_PRELUDE).partition(b"\n")[0]
    magic, length, checksum = prelude.decode("ascii").rsplit(" ", 2)
    kept = Kept(path, file, {}, len(prelude) + 1)
    data = kept.read(0, min(int(length), _AHEAD)) if magic == MAGIC else b""
    if zlib.crc32(data) != int(checksum, 16) or not data:
        return None
    kept.header = json.loads(data)
    kept.start += len(data)
    whole = file.seek(0, os.SEEK_END) == kept.start + kept.header["length"]
    return kept if whole and kept.header["key"] == key else None


def note_hangups() -> None:
    """Note every SIGHUP from now on, which would end us: a server reads its settings again. Under nohup none comes."""
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, _: HANGUPS.append(number))


def serve(arguments: "Sequence[str]", environ: "Mapping[str, str]", version: str) -> Handover | None:
    """Answer a client's first questions; None where there is nothing to answer them from.

    Returns with the conversation as it stands when the list was sent, or something else was asked. Ends the process
    where the client leaves before that.
    """
    if arguments[:1] == ["serve"]:
        note_hangups()
    if arguments[:1] != ["serve"] or any(word in arguments for word in ("http", "--help", "-h")):
        return None
    if None in (sys.stdin, sys.stdout, sys.stderr):  # closed before we started
        return None
    try:
        here = os.getcwd()
        folder = _folder(arguments, environ, here)
        if folder is None:
            return None
        key = catalogue_key(arguments[1:], environ, here, version)
    except (OSError, ValueError):  # no working folder; text that is no Unicode
        return None
    kept = open_catalogue(os.path.join(folder, key + SUFFIX), key)
    if kept is None or not is_fresh(kept.header, environ):
        return None
    for number, status in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        signal.signal(number, lambda *_, status=status: os._exit(status))
    handover = Handover(claim_wire(), kept)
    _Conversation(handover).run()
    handover.wire.read_ahead(idle=not handover.pending)
    return handover


def is_fresh(header: "dict[str, Any]", environ: "Mapping[str, str]") -> bool:
    """True while the document's files are as they were, what credentials refer to is still there, nothing switched."""
    return (
        header["switches"] == switches_state(environ)
        and all(state(source[0]) == source for source in header["sources"])
        and all(environ.get(name) for name in header["variables"])
        and all(os.access(path, os.R_OK) for path in header["files"])
    )


class _Conversation:
    """Answers lines until one is not ours to answer, or the whole list was sent."""

    def __init__(self, handover: Handover) -> None:
        self.handover = handover
        self.header = handover.kept.header
        self.era = ""
        self.complete = False

    def run(self) -> None:
        buffer = b""
        while not self.complete:
            line, newline, rest = buffer.partition(b"\n")
            if not newline:
                chunk = os.read(self.handover.wire.read, _CHUNK) if len(buffer) < _LONGEST_LINE else b""
                if chunk:
                    buffer += chunk
                    continue
                if not buffer:
                    sys.exit(0)
            answer = self.answer(line) if newline else None
            if answer is None:
                break
            self.send(answer)
            buffer = rest
        self.handover.pending = buffer

    def send(self, answer: "Answer") -> None:
        for part in answer:
            view = memoryview(part)
            while view:
                try:
                    view = view[os.write(self.handover.wire.write, view) :]
                except OSError:  # the client is gone
                    sys.exit(0)

    def answer(self, line: bytes) -> "Answer | None":
        """Return the parts of the answer to a line, none where none is due, None where the line is not ours."""
        try:
            frame = json.loads(line.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
        if not isinstance(frame, dict) or frame.get("jsonrpc") != "2.0" or b"\\ud" in line.lower():
            return None
        method, params, number = frame.get("method"), frame.get("params", {}), frame.get("id")
        if not isinstance(method, str) or not isinstance(params, dict) or not _is_meta(params.get("_meta", {})):
            return None
        if "id" not in frame:
            return self.notified(method, line)
        if isinstance(number, bool) or not isinstance(number, (int, str)):
            return None
        return self.asked(method, params, number, line)

    def notified(self, method: str, line: bytes) -> "Answer | None":
        if method == "notifications/initialized" and self.era == "legacy":
            self.handover.replay.append(line + b"\n")
            return ()
        return None

    def asked(self, method: str, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        modern = _is_modern(params)
        if modern is None:
            return None
        if method == "initialize" and not self.era and not modern:
            return self.initialize(params, number, line)
        if self.era != ("modern" if modern else "legacy") and not (modern and not self.era):
            return None
        if method == "tools/list" and params.keys() <= {"_meta", "cursor"}:
            return self.list(params.get("cursor"), number, modern=modern)
        if method == "ping" and not modern and params.keys() <= {"_meta"}:
            return _response(number, b"{}")
        if method == "server/discover" and modern and params.keys() <= {"_meta"}:
            self.era = "modern"
            return _response(number, _dump(self.header["discover"]))
        if method == "subscriptions/listen" and modern and self.header["listens"]:
            return self.listen(params, number, line)
        return None

    def initialize(self, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        said = params.keys() <= {"_meta", "protocolVersion", "clientInfo", "capabilities"}
        known = said and _is_client(params.get("clientInfo")) and _are_capabilities(params.get("capabilities"))
        if not known or params.get("protocolVersion") not in LEGACY:
            return None
        self.era = "legacy"
        self.handover.replay.append(line + b"\n")
        self.handover.handshake = number
        return _response(number, _dump({**self.header["initialize"], "protocolVersion": params["protocolVersion"]}))

    def listen(self, params: "dict[str, Any]", number: int | str, line: bytes) -> "Answer | None":
        """Acknowledge a subscription; the SDK hears of it again, and its own acknowledgement is kept back."""
        wanted = params.get("notifications")
        if params.keys() != {"_meta", "notifications"} or not isinstance(wanted, dict):
            return None
        if not wanted.keys() <= set(_LISTS) or not all(isinstance(value, bool) for value in wanted.values()):
            return None
        self.era = "modern"
        self.handover.replay.append(line + b"\n")
        self.handover.subscriptions.add(number)
        honored = {name: True for name in wanted if wanted[name]}
        told = {"notifications": honored, "_meta": {f"{_META}subscriptionId": number}}
        method = "notifications/subscriptions/acknowledged"
        return (_dump({"jsonrpc": "2.0", "method": method, "params": told}) + b"\n",)

    def list(self, cursor: "Any", number: int | str, *, modern: bool) -> "Answer | None":
        count = len(self.header["pages"])
        index = 0 if cursor is None else page_of(cursor)
        if index is None or index >= count or (tools := self.handover.kept.page(index)) is None:
            return None
        rest = dict(self.header["list"]) if modern else {}
        if index + 1 < count:
            rest["nextCursor"] = str(index + 1)
        self.era = "modern" if modern else "legacy"
        self.complete = index + 1 == count
        return _response(number, b'{"tools":', tools, b"," + _dump(rest)[1:] if rest else b"}")


def page_of(cursor: object) -> int | None:
    """Return the page that a cursor of ours names, None for any other cursor."""
    if not isinstance(cursor, str) or not (cursor.isascii() and cursor.isdecimal()) or not 0 < len(cursor) < 7:
        return None
    return int(cursor)


def _refuse(constant: str) -> "NoReturn":
    raise ValueError(constant)


def _is_meta(meta: object) -> bool:
    if not isinstance(meta, dict):
        return False
    token = meta.get("progressToken", 0)
    return isinstance(token, (int, str)) and not isinstance(token, bool)


def _is_modern(params: "dict[str, Any]") -> bool | None:
    """Return whether a request has the envelope of 2026-07-28; None for half of one, which the SDK refuses."""
    meta = params.get("_meta", {})
    if not any(name.startswith(_META) for name in meta):
        return False
    whole = (
        meta.get(f"{_META}protocolVersion") == MODERN
        and _is_client(meta.get(f"{_META}clientInfo"))
        and _are_capabilities(meta.get(f"{_META}clientCapabilities"))
    )
    return whole or None


def _is_client(value: object) -> bool:
    """True for an Implementation Object as clients send it."""
    if not isinstance(value, dict) or not {"name", "version"} <= value.keys():
        return False
    texts = ("name", "version", "title", "description", "websiteUrl")
    return all(name in texts and isinstance(text, str) for name, text in value.items())


def _are_capabilities(value: object) -> bool:
    """True for a ClientCapabilities Object as clients send it."""
    return isinstance(value, dict) and all(_is_capability(name, part) for name, part in value.items())


def _is_capability(name: str, part: object) -> bool:
    if not isinstance(part, dict):
        return False
    if name == "roots":
        return part.keys() <= {"listChanged"} and isinstance(part.get("listChanged", False), bool)
    known = name in ("elicitation", "sampling", "experimental", "extensions")
    return known and all(isinstance(inner, dict) for inner in part.values())


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _response(number: int | str, *result: bytes | memoryview) -> "Answer":
    return b'{"jsonrpc":"2.0","id":' + _dump(number) + b',"result":', *result, b"}\n"
