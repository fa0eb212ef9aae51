"""A mock upstream: tables of records behind a real HTTP server, which validates and answers as one framework does.

An `Api` is a style (recovery_styles.py) and resources; it writes the document that the framework's generator would
emit, keeps its records, and notes every request with its answer and whether it changed anything.
"""

import copy
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from recovery_check import Fault, Schema, check, text, thing, typed, whole
from recovery_styles import Style

Row = dict[str, Any]
Answer = tuple[int, Any]
TROUBLES: dict[str, tuple[int, str]] = {
    "401": (401, "The access token is invalid or has expired."),
    "402": (402, "Your free plan includes 100 records. Upgrade your plan to add more."),
    "403": (403, "You do not have permission to perform this action."),
    "403 quota": (403, "Daily quota exceeded for this project. Raise the limit in the billing settings."),
    "429 plan": (429, "Monthly request limit of your plan reached. Upgrade to continue."),
    "409": (409, "The record was changed by someone else since it was read."),
    "412": (412, "Precondition failed: the version does not match."),
    "423": (423, "The record is locked."),
    "500 after": (500, "Internal server error"),
    "502 after": (502, "Bad gateway"),
    "504 after": (504, "Gateway timeout"),
    "hang after": (0, ""),
    "reset after": (0, ""),
}


@dataclass(slots=True, kw_only=True)
class Resource:
    """One kind of record: its fields as documented, the rules that only the server knows, and its first records."""

    plural: str
    one: str
    fields: dict[str, Schema]
    required: tuple[str, ...] = ()
    rows: list[Row]
    id: Schema = field(default_factory=whole)
    key: str = "id"
    filters: tuple[str, ...] = ()
    search: str = ""
    searched: tuple[str, ...] = ("name",)
    ops: str = "lgcu"
    refs: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, Schema] = field(default_factory=dict)
    size: int = 50
    prefix: str = ""
    parents: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of the list."""
        return f"{self.prefix}/{self.plural}"

    def schema(self, *, true: bool) -> Schema:
        """Return the schema of a body: what the server checks, or what the document says."""
        hidden = self.hidden if true else {}
        return thing({name: {**one, **hidden.get(name, {})} for name, one in self.fields.items()}, *self.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as the upstream read it."""

    method: str
    path: str
    query: dict[str, str]
    pairs: list[tuple[str, str]]
    body: Any
    headers: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Seen:
    """A request and what became of it."""

    request: Request
    status: int = 0
    answer: str = ""
    acted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """An operation that is not one of a record's own."""

    method: str
    path: str
    name: str
    handle: Callable[["Api", Request, dict[str, str]], Answer]
    parameters: tuple[Row, ...] = ()
    body: Schema | None = None
    summary: str = ""


class Api:
    """A style and its records."""

    def __init__(self, name: str, style: Style, *resources: Resource, extras: tuple[Extra, ...] = ()) -> None:
        self.name, self.style, self.extras = name, style, extras
        self.resources = {resource.plural: resource for resource in resources}
        self.rows: dict[str, list[Row]] = {}
        self.seen: list[Seen] = []
        self.trouble = ""
        self.target = ("", "")
        self.base = ""
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.made = 0
        self.reset()

    def reset(self) -> None:
        """Be as at the start, and let go of what hangs."""
        self.released.set()
        self.released = threading.Event()
        self.rows = {name: copy.deepcopy(resource.rows) for name, resource in self.resources.items()}
        self.seen, self.trouble, self.made = [], "", 0

    # What the document says

    def document(self) -> Row:
        """Return the OpenAPI description."""
        schemas, paths = {}, {}  # type: dict[str, Schema], dict[str, Row]
        for resource in self.resources.values():
            schemas[resource.one] = self.record(resource)
            for method, path, operation in self.operations(resource):
                paths.setdefault(path, {})[method] = operation
        for extra in self.extras:
            said = {"operationId": extra.name, "summary": extra.summary}
            body = {"requestBody": self.content(extra.body)} if extra.body else {}
            paths.setdefault(extra.path, {})[extra.method] = {
                **said,
                "parameters": list(extra.parameters),
                **body,
                **answers({}),
            }
        about = {"openapi": "3.1.0", "info": {"title": self.name.title(), "version": "1"}}
        return {**about, "servers": [{"url": self.base}], "paths": paths, "components": {"schemas": schemas}}

    def record(self, resource: Resource) -> Schema:
        """Return the schema of a record as it is answered."""
        return self.style.one_schema(resource, thing({resource.key: resource.id, **resource.fields}, resource.key))

    def operations(self, resource: Resource) -> Iterator[tuple[str, str, Row]]:
        """Yield method, path and description of a record's own operations."""
        style, ref = self.style, {"$ref": f"#/components/schemas/{resource.one}"}
        above = [inside("path", name, text()) for name in resource.parents]
        item = [*above, inside("path", style.id_param(resource), resource.id)]
        body = {"requestBody": self.content(style.body(resource, resource.schema(true=False)))}
        some = {**resource.schema(true=False)}
        some.pop("required", None)
        change = {"requestBody": self.content(style.body(resource, some))}
        one, path = resource.one.lower(), resource.path
        if "l" in resource.ops:
            query = [inside("query", name, schema) for name, schema in self.queries(resource).items()]
            named = {"operationId": f"list_{resource.plural.lower()}", "summary": f"List {resource.plural}"}
            yield "get", path, {**named, "parameters": above + query, **answers(style.list_schema(ref))}
        if "g" in resource.ops:
            named = {"operationId": f"get_{one}", "summary": f"Get one {one}"}
            yield "get", style.item_path(resource), {**named, "parameters": item, **answers(style.answered(ref))}
        if "c" in resource.ops:
            named = {"operationId": f"create_{one}", "summary": f"Create one {one}"}
            yield "post", path, {**named, "parameters": above, **body, **answers(style.answered(ref), "201")}
        if "u" in resource.ops:
            named = {"operationId": f"update_{one}", "summary": f"Change one {one}"}
            yield "patch", style.item_path(resource), {**named, "parameters": item, **change, **answers(ref)}

    def queries(self, resource: Resource) -> dict[str, Schema]:
        """Return the query parameters of a list."""
        found = {resource.search: text("Part of the name.")} if resource.search else {}
        found |= {self.style.filter_name(name): resource.fields[name] for name in resource.filters}
        return {**found, **self.style.paging()}

    def content(self, schema: Schema) -> Row:
        """Return a request body."""
        return {"required": True, "content": {self.style.content: {"schema": schema}}}

    # What the server does

    def handle(self, request: Request) -> tuple[int, Any]:
        """Answer a request, and note it."""
        with self.lock:
            note = Seen(request=request)
            self.seen.append(note)
            trouble = self.trouble if self.is_target(request) else ""
            if trouble and not trouble.endswith("after"):
                note.status, body = self.style.deny(*TROUBLES[trouble])
            else:
                note.status, body = self.answer(request)
                note.acted = request.method != "GET" and note.status < 300
                if trouble and note.acted:
                    note.status, body = self.broken(trouble)
            note.answer = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            released = self.released
        if note.status == 0 and trouble == "hang after":
            released.wait(60)
        return note.status, body

    def broken(self, trouble: str) -> tuple[int, Any]:
        """Return the answer of a server that broke after it had acted; no status means none."""
        status, message = TROUBLES[trouble]
        return (status, f"<html><body><h1>{status} {message}</h1></body></html>") if status else (0, "")

    def is_target(self, request: Request) -> bool:
        """Return whether this is the operation that the present case calls."""
        return request.method == self.target[0] and matches(self.target[1], request.path) is not None

    def answer(self, request: Request) -> tuple[int, Any]:
        """Answer by the first operation whose method and path fit."""
        for extra in self.extras:
            if extra.method == request.method.lower() and (found := matches(extra.path, request.path)) is not None:
                return extra.handle(self, request, found)
        for resource in self.resources.values():
            if (found := matches(resource.path, request.path)) is not None:
                if request.method == "GET" and "l" in resource.ops:
                    return self.rows_of(resource, request, found)
                if request.method == "POST" and "c" in resource.ops:
                    return self.create(resource, request, found)
            elif (found := matches(self.style.item_path(resource), request.path)) is not None:
                return self.item(resource, request, found)
        return self.style.deny(404, "Not Found")

    def rows_of(self, resource: Resource, request: Request, above: dict[str, str]) -> tuple[int, Any]:
        """Answer a list: checked, filtered, searched, and one page of it."""
        schema = thing({self.style.filter_name(n): s for n, s in resource.schema(true=True)["properties"].items()})
        schema["properties"] |= self.style.paging()
        given = {name: typed(schema["properties"].get(name, {}), value) for name, value in request.query.items()}
        if faults := list(check(schema, given, ("query",))):
            return self.style.refuse(faults, request)
        rows = [row for row in self.rows[resource.plural] if all(str(row[name]) == above[name] for name in above)]
        if above and not rows:
            return self.style.deny(404, "Not Found")
        for name in resource.filters:
            if (wanted := given.get(self.style.filter_name(name))) is not None:
                rows = [row for row in rows if row.get(name) == wanted]
        if wanted := given.get(resource.search):
            rows = [row for row in rows if any(wanted.lower() in str(row[n]).lower() for n in resource.searched)]
        return 200, self.style.page(resource, rows, given)

    def create(self, resource: Resource, request: Request, above: dict[str, str]) -> tuple[int, Any]:
        """Add a record, or say what is wrong with it."""
        values, faults = self.read(resource, request, partial=False)
        if faults:
            return self.style.refuse(faults, request)
        self.made += 1
        row = {resource.key: new_id(resource, self.made), **above, **values}
        self.rows[resource.plural].append(row)
        return 201, self.style.one(resource, row)

    def item(self, resource: Resource, request: Request, found: dict[str, str]) -> tuple[int, Any]:
        """Answer for one record."""
        wanted = typed(resource.id, found.pop(self.style.id_param(resource)))
        if faults := list(check(resource.id, wanted, ("path", self.style.id_param(resource)))):
            return self.style.refuse(faults, request)
        rows = [row for row in self.rows[resource.plural] if all(str(row[name]) == found[name] for name in found)]
        row = next((row for row in rows if row[resource.key] == wanted), None)
        if row is None:
            return self.style.deny(404, self.style.absent(resource, wanted))
        if request.method == "PATCH" and "u" in resource.ops:
            values, faults = self.read(resource, request, partial=True)
            if faults:
                return self.style.refuse(faults, request)
            row.update(values)
        return 200, self.style.one(resource, row)

    def read(self, resource: Resource, request: Request, *, partial: bool) -> tuple[Row, list[Fault]]:
        """Return the values of a body and what is wrong with them, references included."""
        inner = resource.schema(true=True)
        if partial:
            inner.pop("required", None)
        faults = list(check(self.style.body(resource, inner), request.body, ("body",)))
        if faults:
            return {}, faults
        values = self.style.unwrap(resource, request.body)
        for name, plural in resource.refs.items():
            known = [row[self.resources[plural].key] for row in self.rows[plural]]
            if name in values and values[name] not in known:
                path = ("body", *self.style.wrapped(resource), name)
                faults.append(Fault(path=path, code="exists", value=values[name], rule=self.resources[plural].one))
        return values, faults


def new_id(resource: Resource, count: int) -> Any:
    """Return the id of a record that was just made."""
    if resource.id["type"] == "integer":
        return 9000 + count
    return f"00000000-0000-4000-8000-{count:012d}" if resource.id.get("format") == "uuid" else f"new_{count}"


def inside(where: str, name: str, schema: Schema) -> Row:
    """Return a parameter; those of a path are required."""
    about = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": where, "required": where == "path", "schema": schema, **about}


def answers(schema: Schema, status: str = "200") -> Row:
    """Return the responses of an operation."""
    return {"responses": {status: {"description": "Done", "content": {"application/json": {"schema": schema}}}}}


def matches(template: str, path: str) -> dict[str, str] | None:
    """Return the values of a path template's parameters, or None where the path does not fit."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    found = re.fullmatch(pattern, path)
    return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


@contextmanager
def running(api: Api) -> Iterator[str]:
    """Serve an upstream on loopback and yield its base URL."""

    class Handler(BaseHTTPRequestHandler):
        """Reads a request, lets the API answer."""

        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            """Answer, or hang up where there is no status."""
            status, body = api.handle(self.request_read())
            if status == 0:
                self.close_connection = True
                self.connection.close()
                return
            content = api.style.answer_type(status, body)
            data = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", content)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def request_read(self) -> Request:
            """Return the request."""
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            body = api.style.parse(data, self.headers.get("Content-Type", ""))
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(
                method=self.command, path=parts.path, query=dict(pairs), pairs=pairs, body=body, headers=headers
            )

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(Handler) as base:
        api.base = base
        yield base
        api.reset()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a server of this handler in a thread and yield its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
