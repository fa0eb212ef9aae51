"""A JSON value to a Document: the one place where untyped JSON is narrowed to the objects of the specification."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader import swagger
from openapi_mcp.loader.refs import RefError, Resources
from openapi_mcp.loader.template import fit_to_template
from openapi_mcp.loader.upgrade import upgrade_schema
from openapi_mcp.model.document import (
    ApiServer,
    Document,
    Location,
    MediaType,
    Operation,
    Parameter,
    Problem,
    RequestBody,
    Response,
    Schema,
    SecurityScheme,
    Severity,
    Skipped,
)
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.pointer import join
from openapi_mcp.model.policy import METHODS
from openapi_mcp.model.text import clean_text, one_line

_DEFAULT_STYLES = {Location.PATH: "simple", Location.HEADER: "simple"}
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LONGEST_URL = 8_000  # characters
_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")  # a token: RFC 9110 section 5.6.2
Problems = Iterable[Problem]
JsonObject = dict[str, JsonValue]
Wanted = Callable[[Operation], bool]
"""Told the heading of an operation (method, path, operationId, texts, tags): False where no more of it is wanted."""


class _Broken(ValueError):
    """A part of one operation that cannot be read; costs that operation only."""

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


def read(
    root: JsonValue,
    *,
    source: str,
    base_uri: str | None,
    resources: Resources | None = None,
    problems: Problems = (),
    wanted: Wanted | None = None,
) -> Document:
    """Read the root of a description of Swagger 2.0 or OpenAPI 3.x; a broken operation leaves out that one only.

    `base_uri` is the URL the document came from, against which relative server URLs are resolved; `resources` are the
    other files it is spread over, `problems` what was found before. Of operations that are not `wanted` the heading
    alone is read: neither what they take nor what they answer, nor the defects in it.

    Raises:
        DocumentError: not an OpenAPI description, a version that is not served, or no paths.

    OAS 3.1.1 section 4.8 (Schema) and 3.2.0, with the rules of 3.0.4 and Swagger 2.0 where the document says so.
    """
    if not isinstance(root, dict):
        raise DocumentError("the document is not an object", where=source, hint="give an OpenAPI description")
    reader = _Reader(
        root=root,
        source=source,
        base_uri=base_uri,
        openapi=_version(root, source),
        resources=resources or Resources({"": root}),
        problems=list(problems),
        wanted=wanted or _everything,
    )
    return reader.document()


def _everything(_heading: Operation) -> bool:
    return True


def _version(root: JsonObject, source: str) -> str:
    version = root.get("openapi")
    if isinstance(version, (str, int, float)) and str(version).startswith(("3.0", "3.1", "3.2")):
        return one_line(str(version), 40)
    if str(root.get("swagger", "")) in ("2.0", "2"):
        return "2.0"
    if "swagger" in root:
        said = f"the document is Swagger {_shown(root['swagger'])}"
        raise DocumentError(said, where=source, hint="versions 2.0, 3.0, 3.1 and 3.2 are read; convert it")
    if version is None:
        raise DocumentError(
            'the document has no "openapi" field, so it is not an OpenAPI description',
            where=source,
            hint="check that the source is the description itself and not a page or an answer of the API",
        )
    raise DocumentError(
        f"the document is OpenAPI {_shown(version)}", where=source, hint="versions 2.0, 3.0, 3.1 and 3.2 are read"
    )


def _shown(value: JsonValue) -> str:
    match value:
        case str():
            return one_line(value, 40)
        case dict():
            return "{...}"
        case list():
            return "[...]"
        case _:
            return write_json(value)[:40]


class Schemas(Mapping[str, Schema]):
    """What a `$ref` in a schema points at, upgraded when first asked for; a KeyError says why there is nothing."""

    def __init__(self, resources: Resources, openapi: str) -> None:
        self._resources = resources
        self._openapi = openapi
        self._read: dict[str, Schema] = {}

    def __getitem__(self, ref: str) -> Schema:
        if ref not in self._read:
            try:
                target, place = self._resources.resolve(f"#{ref.partition('#')[2]}", ref.partition("#")[0])
                base = place.partition("#")[0]
                self._read[ref] = upgrade_schema(target, openapi=self._openapi, resources=self._resources, base=base)
            except RefError as error:
                raise KeyError(str(error)) from None
        return self._read[ref]

    def __iter__(self) -> Iterator[str]:
        """Return the references to the document's named schemas; others can be looked up all the same."""
        root = _object(self._resources.roots.get(""))
        if self._openapi.startswith("2."):
            return (join("#/definitions", name) for name in _object(root.get("definitions")))
        schemas = _object(_object(root.get("components")).get("schemas"))
        return (join("#/components/schemas", name) for name in schemas)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(slots=True, kw_only=True)
class _Reader:
    root: JsonObject
    source: str
    base_uri: str | None
    openapi: str
    resources: Resources
    wanted: Wanted = _everything
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    shared_parameters: dict[str, Parameter | None] = field(default_factory=dict)
    shared_responses: dict[str, Response] = field(default_factory=dict)
    upgraded: dict[int, tuple[JsonValue, Schema]] = field(default_factory=dict)

    def document(self) -> Document:
        if self.is_swagger:
            self.root = {**self.root, "servers": list(swagger.servers_of(self.root, self.base_uri))}
        info = _object(self.followed(self.root.get("info"), "#/info"))
        servers = self.servers(self.root, "#") or self.default_servers()
        operations = tuple(self.operations(servers))
        self.check_operation_ids(operations)
        return Document(
            title=one_line(self.words(info, "title"), 120) or "API",
            version=one_line(self.words(info, "version"), 40),
            openapi=self.openapi,
            source=self.source,
            base_uri=self.base_uri,
            description=clean_text(self.words(info, "description")),
            servers=servers,
            operations=operations,
            templates=tuple(_object(self.followed(self.root.get("paths"), "#/paths"))),
            security_schemes=tuple(self.security_schemes()),
            schemas=Schemas(self.resources, self.openapi),
            problems=tuple(self.problems),
            skipped=tuple(self.skipped),
        )

    @property
    def is_swagger(self) -> bool:
        return self.openapi.startswith("2.")

    def follow(self, value: JsonValue, place: str) -> tuple[JsonValue, str]:
        return self.resources.follow(value, place)

    def followed(self, value: JsonValue, pointer: str) -> JsonValue:
        """Return what stands behind a reference where the specification has none; None, with a Problem, for nothing."""
        try:
            return self.follow(value, pointer)[0]
        except RefError as error:
            self.warn(pointer, str(error), "correct the $ref")
            return None

    def words(self, fields: JsonObject, key: str) -> str:
        """Return a text, which may stand in a file of its own behind a reference."""
        value = fields.get(key)
        if isinstance(value, dict):
            value = self.followed(value, f"#/info/{key}")
        return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""

    def check_operation_ids(self, operations: tuple[Operation, ...]) -> None:
        first: dict[str, str] = {}
        for operation in operations:
            name = operation.operation_id
            if name is not None and first.setdefault(name, operation.pointer) != operation.pointer:
                message = f"the operationId {one_line(name, 80)!r} is also that of {first[name]}"
                self.warn(operation.pointer, message, "give each operation its own; both go by method and path instead")

    def operations(self, servers: tuple[ApiServer, ...]) -> Iterator[Operation]:
        paths = self.followed(self.root.get("paths"), "#/paths")
        if paths is None and ("webhooks" in self.root or "components" in self.root):
            paths = {}
        callable_paths = isinstance(paths, dict) and any(key.startswith("/") for key in paths)
        if not isinstance(paths, dict) or not (callable_paths or all(key.startswith("x-") for key in paths)):
            raise DocumentError(
                "the document has no paths, so there is nothing to serve",
                where=f"{self.source}#/paths",
                hint="check that this is the full description",
            )
        if not callable_paths:
            self.warn("#/paths", "the document has no paths: nothing can be called", "check that it is the full one")
        for path, item in paths.items():
            if path.startswith("/"):
                yield from self.path_item(path, item, servers)
            elif not path.startswith("x-"):
                self.error(join("#/paths", path), "a path that does not start with /", "write it with a leading slash")

    def path_item(self, path: str, item: JsonValue, servers: tuple[ApiServer, ...]) -> Iterator[Operation]:
        pointer = join("#/paths", path)
        try:
            found, target_pointer = self.follow(item, pointer)
        except RefError as error:
            self.error(pointer, str(error), "correct the $ref")
            self.skipped.append(Skipped(method="*", path=path, pointer=pointer, reason=str(error)))
            return
        if not isinstance(found, dict):
            self.error(pointer, "the path item is not an object", "correct it")
            self.skipped.append(Skipped(method="*", path=path, pointer=pointer, reason="not an object"))
            return
        own = _object(item)
        fields = {**found, **{key: value for key, value in own.items() if key != "$ref"}}
        inherited = self.servers(fields, pointer) or servers
        homes = _Homes(pointer=pointer, target=target_pointer, own=frozenset(own))
        for method, value, place in _methods(fields, homes):
            operation = self.guarded(method, path, value, fields, homes, place, inherited)
            if operation is not None:
                yield operation

    def guarded(
        self,
        method: str,
        path: str,
        value: JsonValue,
        item: JsonObject,
        homes: "_Homes",
        pointer: str,
        servers: tuple[ApiServer, ...],
    ) -> Operation | None:
        try:
            value, place = self.follow(value, pointer)  # no place for a reference, but published documents have it
            return self.operation(method, path, value, item, homes, place, servers)
        except (_Broken, RefError) as error:
            place = error.pointer if isinstance(error, _Broken) else pointer
            self.error(place, f"{method} {path} is left out: {error}", "correct it, or exclude the operation")
            self.skipped.append(Skipped(method=method, path=path, pointer=place, reason=str(error)))
            return None

    def operation(
        self,
        method: str,
        path: str,
        value: JsonValue,
        item: JsonObject,
        homes: "_Homes",
        pointer: str,
        servers: tuple[ApiServer, ...],
    ) -> Operation:
        if not isinstance(value, dict):
            raise _Broken("the operation is not an object", pointer)
        heading = Operation(
            method=method,
            path=path,
            pointer=pointer,
            operation_id=_text(value, "operationId") or None,
            summary=clean_text(_text(value, "summary") or _text(item, "summary")),
            description=clean_text(_text(value, "description") or _text(item, "description")),
            tags=tuple(tag for tag in _list(value.get("tags")) if isinstance(tag, str)),
            deprecated=value.get("deprecated") is True,
        )
        if not self.wanted(heading):
            return heading
        if self.is_swagger:
            value, item = self.from_swagger(value, item, homes, pointer), {}
        declared = self.parameters(item, value, homes, pointer)
        fitted, faults = fit_to_template(path, declared, pointer)
        for place, said in faults:
            self.warn(place, said, "give each name in braces one parameter in: path")
        return replace(
            heading,
            parameters=fitted,
            request_body=self.request_body(value.get("requestBody"), join(pointer, "requestBody")),
            responses=tuple(self.responses(value.get("responses"), join(pointer, "responses"))),
            servers=self.servers(value, pointer) or servers,
        )

    def parameters(
        self, item: JsonObject, operation: JsonObject, homes: "_Homes", pointer: str
    ) -> tuple[Parameter, ...]:
        """Merge the path item's parameters with the operation's own, which win by (name, in). OAS 3.1.1, 4.8.10.1."""
        merged: dict[tuple[str, Location], Parameter] = {}
        for holder, place in ((item, homes.of("parameters")), (operation, pointer)):
            listed, home = self.parameter_list(holder, place)
            for index, value in enumerate(listed):
                parameter = self.parameter(value, join(home, index))
                if parameter is None:
                    continue
                if (parameter.name, parameter.location) in merged and holder is operation and place == pointer:
                    self.warn_of_twin(parameter, merged[parameter.name, parameter.location], place)
                merged[parameter.name, parameter.location] = parameter
        return tuple(merged.values())

    def parameter_list(self, holder: JsonObject, place: str) -> tuple[list[JsonValue], str]:
        """Return a list of parameters and its place; the list itself may stand behind a reference."""
        listed, home = self.follow(holder.get("parameters"), join(place, "parameters"))
        if not isinstance(listed, list | None):
            self.warn(home, "`parameters` is not a list", "write a list; it is left out")
        return _list(listed), home

    def from_swagger(self, value: JsonObject, item: JsonObject, homes: "_Homes", pointer: str) -> JsonObject:
        """Return an operation of Swagger 2.0 in the form of OpenAPI 3, all of it as if it stood in one file."""
        base = pointer.partition("#")[0]

        def follow(node: JsonValue) -> JsonValue:
            found, place = self.follow(node, f"{base}#")
            return self.resources.rebased(found, place.partition("#")[0], base)

        def parameters(holder: JsonObject, place: str) -> JsonValue:
            listed, home = self.parameter_list(holder, place)
            return self.resources.rebased(listed, home.partition("#")[0], base)

        inherited: JsonObject = {"parameters": parameters(item, homes.of("parameters"))}
        own = {**value, "parameters": parameters(value, pointer)}
        return swagger.operation_of(self.root, inherited, own, follow)

    def warn_of_twin(self, parameter: Parameter, other: Parameter, place: str) -> None:
        if other.pointer.startswith(f"{place}/"):  # declared twice in one list; the path item's would be overridden
            message = f"the parameter {one_line(parameter.name, 80)!r} is declared twice; the last one is taken"
            self.warn(parameter.pointer, message, "remove one of them")

    def parameter(self, value: JsonValue, pointer: str) -> Parameter | None:
        """Read a parameter; once, however many operations refer to it."""
        found, place = self.follow(value, pointer)
        if place == pointer:
            return self.parameter_of(_object(found), place, pointer)
        if place not in self.shared_parameters:
            self.shared_parameters[place] = self.parameter_of(_object(found), place, pointer)
        shared = self.shared_parameters[place]
        return shared and replace(shared, pointer=pointer)

    def parameter_of(self, fields: JsonObject, place: str, pointer: str) -> Parameter | None:
        """Read a parameter; one that nobody can send is left out, unless the operation needs it."""
        name, location = _text(fields, "name"), _location(fields)
        if location is None or not name:
            where = _shown(fields.get("in"))
            said = "a parameter without a name" if location else f"a parameter whose `in` is {where!r}"
            if _is_true(fields.get("required")):
                raise _Broken(said, pointer)
            self.warn(pointer, f"{said} is left out", "correct it")
            return None
        media_type, schema = self.parameter_schema(fields, place)
        style = _text(fields, "style") or _DEFAULT_STYLES.get(location, "form")
        explode = fields.get("explode")
        return Parameter(
            name=name,
            location=location,
            required=_is_true(fields.get("required")) or location is Location.PATH,
            schema=schema,
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
            pointer=pointer,
            allow_reserved=fields.get("allowReserved") is True,
            content_type=media_type,
            description=clean_text(_text(fields, "description")),
            deprecated=fields.get("deprecated") is True,
        )

    def parameter_schema(self, fields: JsonObject, place: str) -> tuple[str | None, Schema]:
        """Return the media type of a parameter that has `content`, and the schema, with the parameter's own example."""
        content = _object(fields.get("content"))
        for media_type, value in content.items():
            return media_type, self.schema(_object(value).get("schema", {}), place)
        schema = dict(self.schema(fields.get("schema", {}), place))
        if "example" in fields and "examples" not in schema:
            schema["examples"] = [fields["example"]]
        return None, schema

    def request_body(self, value: JsonValue, pointer: str) -> RequestBody | None:
        if value is None:
            return None
        found, place = self.follow(value, pointer)
        if not isinstance(found, dict):
            self.warn(pointer, "the request body is not an object", "correct it; it is left out")
            return None
        return RequestBody(
            required=_is_true(found.get("required")),
            content=self.sendable(found, place),
            pointer=pointer,
            description=clean_text(_text(found, "description")),
        )

    def sendable(self, body: JsonObject, pointer: str) -> tuple[MediaType, ...]:
        """Return the media types of a body, without those that cannot be read where others can.

        Raises:
            RefError: none can be read.
        """
        read: list[MediaType] = []
        unread: list[tuple[str, RefError]] = []
        for name, value in _object(body.get("content")).items():
            try:
                read.append(self.media_type(name, value, pointer))
            except RefError as error:
                unread.append((join(pointer, "content", name), error))
        if unread and not read:
            raise unread[0][1]
        for place, fault in unread:
            self.warn(place, str(fault), "correct the $ref; the body is sent as another of its media types")
        return tuple(read)

    def media_types(self, holder: JsonObject, pointer: str) -> Iterator[MediaType]:
        for name, value in _object(holder.get("content")).items():
            yield self.media_type(name, value, pointer)

    def media_type(self, name: str, value: JsonValue, pointer: str) -> MediaType:
        place = join(pointer, "content", name)
        found, target = self.follow(value, place)
        fields = _object(found)
        schema = self.schema(fields["schema"], target) if "schema" in fields else None
        if schema is None and "itemSchema" in fields:  # OAS 3.2: each item of a sequential answer
            schema = {"type": "array", "items": self.schema(fields["itemSchema"], target)}
        return MediaType(content_type=name, schema=schema, pointer=place)

    def responses(self, value: JsonValue, pointer: str) -> Iterator[Response]:
        """Read the answers an operation declares; a broken one is a gap in the description, not in the operation."""
        for status, response in _object(value).items():
            place = join(pointer, status)
            try:
                yield self.response(status, response, place)
            except RefError as error:
                self.warn(place, str(error), "correct the $ref; the tool's description lacks what it returns")

    def response(self, status: str, value: JsonValue, pointer: str) -> Response:
        """Read a response; once, however many operations refer to it."""
        found, place = self.follow(value, pointer)
        if place in self.shared_responses:
            return replace(self.shared_responses[place], status=status, pointer=pointer)
        fields = _object(found)
        content, text = tuple(self.media_types(fields, place)), clean_text(_text(fields, "description"))
        response = Response(status=status, description=text, content=content, pointer=pointer)
        if place != pointer:
            self.shared_responses[place] = response
        return response

    def schema(self, value: JsonValue, place: str) -> Schema:
        """Upgrade a schema; once, however many operations share the object that holds it."""
        if not isinstance(value, (dict, bool)):
            if value is None:
                return {}
            self.warn(place, f"a schema is {_shown(value)}, which is no object", "correct it; any value is taken")
            return {}
        if id(value) not in self.upgraded:
            base = place.partition("#")[0]
            fitted = upgrade_schema(value, openapi=self.openapi, resources=self.resources, base=base)
            self.upgraded[id(value)] = (value, fitted)
        return self.upgraded[id(value)][1]

    def servers(self, holder: JsonObject, pointer: str) -> tuple[ApiServer, ...]:
        servers = []
        listed = holder.get("servers")
        if not isinstance(listed, list | None):
            self.warn(join(pointer, "servers"), "`servers` is not a list", "write a list; until then it is left out")
        for index, value in enumerate(_list(listed)):
            fields = _object(value)
            url = self.server_url(_text(fields, "url"), _object(fields.get("variables")))
            servers.append(ApiServer(url=url, pointer=join(pointer, "servers", index)))
        return tuple(servers)

    def default_servers(self) -> tuple[ApiServer, ...]:
        """Without servers the description's own host serves it, at "/". OAS 3.1.1, 4.8.1.1."""
        return (ApiServer(url=self.server_url("/", {}), pointer="#/servers"),)

    def server_url(self, template: str, variables: JsonObject) -> str:
        """Replace variables by their defaults, in one pass; a URL that would grow beyond all use stays a template."""
        defaults = {name: _object(variable).get("default") for name, variable in variables.items()}
        texts = {name: str(value) for name, value in defaults.items() if isinstance(value, (str, int, float))}
        longest = max(map(len, texts.values()), default=0)
        url = template
        if len(template) + template.count("{") * longest <= _LONGEST_URL:
            url = _VARIABLE.sub(lambda found: texts.get(found[1], found[0]), template)
        try:
            return urljoin(self.base_uri, url) if self.base_uri else url
        except ValueError:
            return url

    def security_schemes(self) -> Iterator[SecurityScheme]:
        if self.is_swagger:
            schemes, holder = swagger.security_schemes_of(self.root), "#/securityDefinitions"
        else:
            components = _object(self.followed(self.root.get("components"), "#/components"))
            holder = "#/components/securitySchemes"
            schemes = _object(self.followed(components.get("securitySchemes"), holder))
        for name, value in schemes.items():
            pointer = join(holder, name)
            try:
                found, _ = self.follow(value, pointer)
            except RefError as error:
                self.warn(pointer, str(error), "correct the $ref")
                continue
            fields = _object(found)
            yield SecurityScheme(
                name=name,
                type=_text(fields, "type"),
                pointer=pointer,
                location=_text(fields, "in"),
                parameter=_text(fields, "name"),
                scheme=_text(fields, "scheme").lower(),
            )

    def error(self, pointer: str, message: str, hint: str) -> None:
        self.problems.append(Problem(severity=Severity.ERROR, pointer=pointer, message=message, hint=hint))

    def warn(self, pointer: str, message: str, hint: str) -> None:
        self.problems.append(Problem(severity=Severity.WARNING, pointer=pointer, message=message, hint=hint))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Homes:
    """Where the fields of a path item stand: in the item itself, or in what it refers to."""

    pointer: str
    target: str
    own: frozenset[str]

    def of(self, word: str) -> str:
        return self.pointer if word in self.own else self.target


def _methods(fields: JsonObject, homes: _Homes) -> Iterator[tuple[str, JsonValue, str]]:
    """Yield each operation of a path item with its method, in any letter case, and its place."""
    for word, value in fields.items():
        if word.upper() in METHODS:
            yield word.upper(), value, join(homes.of(word), word)
    additional = fields.get("additionalOperations")  # OAS 3.2
    for method, value in _object(additional).items():
        if _METHOD.fullmatch(method):
            yield method, value, join(homes.of("additionalOperations"), "additionalOperations", method)


def _location(fields: JsonObject) -> Location | None:
    try:
        return Location(_text(fields, "in").lower())
    except ValueError:
        return None


def _is_true(value: JsonValue) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _text(fields: JsonObject, key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""
