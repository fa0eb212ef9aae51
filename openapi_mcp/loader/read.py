"""A JSON value to a Document: the one place where untyped JSON is narrowed to the objects of the specification."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openapi_mcp.errors import DocumentError
from openapi_mcp.loader import swagger
from openapi_mcp.loader.narrow import JsonObject, as_list, as_object, shown, text_of
from openapi_mcp.loader.parts import BrokenError, Homes, Parts
from openapi_mcp.loader.refs import RefError, Resources
from openapi_mcp.loader.schemas import Schemas
from openapi_mcp.loader.security import inherited, requirements, security_scheme
from openapi_mcp.loader.template import fit_to_template
from openapi_mcp.model.document import (
    ANY_METHODS,
    ApiServer,
    Document,
    Operation,
    Problem,
    SecurityScheme,
    Skipped,
)
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.model.policy import METHODS
from openapi_mcp.model.text import clean_text, one_line

_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")  # a token: RFC 9110 section 5.6.2
_ITEM_FIELDS = frozenset({"$ref", "summary", "description", "servers", "parameters", "additionalOperations"})
Problems = Iterable[Problem]
Wanted = Callable[[Operation], bool]
"""Told the heading of an operation (method, path, operationId, texts, tags): False where no more of it is wanted."""


def read(
    root: JsonValue,
    *,
    source: str,
    base_uri: str | None,
    resources: Resources | None = None,
    problems: Problems = (),
    wanted: Wanted | None = None,
    variables: Mapping[str, str] | None = None,
) -> Document:
    """Read the root of a description of Swagger 2.0 or OpenAPI 3.x; a broken operation leaves out that one only.

    `base_uri` is the URL the document came from, against which relative server URLs are resolved; `resources` are the
    other files it is spread over, `problems` what was found before. Of operations that are not `wanted` the heading
    alone is read: neither what they take nor what they answer, nor the defects in it. `variables` are values for server
    variables, in place of their defaults.

    Raises:
        DocumentError: not an OpenAPI description, a version that is not served, or no paths.
        ConfigError: a server variable that no server has, or a value that it does not allow.

    OAS 3.1.1 section 4.8 (Schema) and 3.2.0, with the rules of 3.0.4 and Swagger 2.0 where the document says so.
    """
    if not isinstance(root, dict):
        raise DocumentError("the document is not an object", where=source, hint="give an OpenAPI description")
    openapi, resources = _version(root, source), resources or Resources({"": root})
    parts = Parts(
        openapi=openapi, base_uri=base_uri, resources=resources, problems=list(problems), variables=variables or {}
    )
    reader = _Reader(
        root=root, source=source, base_uri=base_uri, openapi=openapi, parts=parts, wanted=wanted or _everything
    )
    return reader.document()


def _methods_of(item: JsonObject) -> str:
    """Return the methods of a path item between blanks: "GET PUT"."""
    if item.keys() & {"$ref", "additionalOperations"}:
        return ANY_METHODS
    return " ".join(key.upper() for key in item if key.upper() in METHODS)


def _everything(_heading: Operation) -> bool:
    return True


def _version(root: JsonObject, source: str) -> str:
    version = root.get("openapi")
    if isinstance(version, (str, int, float)) and str(version).startswith(("3.0", "3.1", "3.2")):
        return one_line(str(version), 40)
    if str(root.get("swagger", "")) in ("2.0", "2"):
        return "2.0"
    if "swagger" in root:
        said = f"the document is Swagger {shown(root['swagger'])}"
        raise DocumentError(said, where=source, hint="versions 2.0, 3.0, 3.1 and 3.2 are read; convert it")
    if version is None and "arazzo" in root:
        hint = "give it as --workflow FILE, and as --spec the OpenAPI description whose operations it calls"
        raise DocumentError("the document is an Arazzo description: workflows, no API", where=source, hint=hint)
    if version is None:
        raise DocumentError(
            'the document has no "openapi" field, so it is not an OpenAPI description',
            where=source,
            hint="check that the source is the description itself and not a page or an answer of the API",
        )
    raise DocumentError(
        f"the document is OpenAPI {shown(version)}", where=source, hint="versions 2.0, 3.0, 3.1 and 3.2 are read"
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    root: JsonObject
    source: str
    base_uri: str | None
    openapi: str
    wanted: Wanted
    parts: Parts
    skipped: list[Skipped] = field(default_factory=list)
    states_security: bool = False

    def document(self) -> Document:
        if self.is_swagger:
            self.root = {**self.root, "servers": list(swagger.servers_of(self.root, self.base_uri))}
        info = as_object(self.parts.followed(self.root.get("info"), "#/info"))
        servers = self.parts.servers(self.root, "#") or self.parts.default_servers()
        operations = tuple(self.operations(servers))
        self.parts.require_variables()
        paths = as_object(self.parts.followed(self.root.get("paths"), "#/paths"))
        self.check_operation_ids(operations)
        self.check_links(operations)
        return Document(
            title=one_line(self.words(info, "title"), 120) or "API",
            version=one_line(self.words(info, "version"), 40),
            openapi=self.openapi,
            source=self.source,
            base_uri=self.base_uri,
            description=clean_text(self.words(info, "description")),
            servers=servers,
            operations=operations,
            templates=tuple(paths),
            methods=tuple(_methods_of(as_object(item)) for item in paths.values()),
            security_schemes=tuple(self.security_schemes(servers)),
            states_security=self.states_security or inherited(self.root) is not None,
            schemas=Schemas(self.parts.resources, self.openapi),
            problems=tuple(self.parts.problems),
            skipped=tuple(self.skipped),
        )

    @property
    def is_swagger(self) -> bool:
        return self.openapi.startswith("2.")

    def words(self, fields: JsonObject, key: str) -> str:
        """Return a text, which may stand in a file of its own behind a reference."""
        value = fields.get(key)
        if isinstance(value, dict):
            value = self.parts.followed(value, f"#/info/{key}")
        return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""

    def check_operation_ids(self, operations: tuple[Operation, ...]) -> None:
        first: dict[str, str] = {}
        for operation in operations:
            name = operation.operation_id
            if name is not None and first.setdefault(name, operation.pointer) != operation.pointer:
                message = f"the operationId {one_line(name, 80)!r} is also that of {first[name]}"
                self.parts.warn(
                    operation.pointer, message, "give each operation its own; both go by method and path instead"
                )

    def check_links(self, operations: tuple[Operation, ...]) -> None:
        """Note the links that lead to no operation; each once, however many answers share it."""
        ids = {operation.operation_id for operation in operations}
        places = {(operation.method, operation.path) for operation in operations}
        links = [link for operation in operations for response in operation.responses for link in response.links]
        for link in {link.pointer: link for link in links}.values():
            if (link.operation_id not in ids) if link.operation_id else (link.method, link.path) not in places:
                said = one_line(link.operation_id or f"{link.method} {link.path}", 80)
                self.parts.warn(
                    link.pointer, f"the link leads to {said!r}, which the document does not have", "correct it"
                )

    def operations(self, servers: tuple[ApiServer, ...]) -> Iterator[Operation]:
        paths = self.parts.followed(self.root.get("paths"), "#/paths")
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
            self.parts.warn(
                "#/paths", "the document has no paths: nothing can be called", "check that it is the full one"
            )
        for path, item in paths.items():
            if path.startswith("/"):
                yield from self.path_item(path, item, servers)
            elif not path.startswith("x-"):
                self.left_out(path, "a path that does not start with /", "write it with a leading slash")

    def left_out(self, path: str, reason: str, hint: str) -> None:
        """Note a whole path that is not served."""
        pointer = join("#/paths", path)
        self.parts.error(pointer, reason, hint)
        self.skipped.append(Skipped(method="*", path=path, pointer=pointer, reason=reason))

    def path_item(self, path: str, item: JsonValue, servers: tuple[ApiServer, ...]) -> Iterator[Operation]:
        pointer = join("#/paths", path)
        try:
            found, target_pointer = self.parts.follow(item, pointer)
        except RefError as error:
            self.left_out(path, str(error), "correct the $ref")
            return
        if not isinstance(found, dict):
            self.left_out(path, "the path item is not an object", "correct it")
            return
        own = as_object(item)
        fields = {**found, **{key: value for key, value in own.items() if key != "$ref"}}
        inherited = self.parts.servers(fields, pointer) or servers
        homes = Homes(pointer=pointer, target=target_pointer, own=frozenset(own))
        for word, place in _unread(fields, homes):
            said = f"{one_line(word, 80)!r} is neither a method nor a field of a path item"
            self.parts.warn(place, f"{said}: it is left out", "correct it")
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
        homes: "Homes",
        pointer: str,
        servers: tuple[ApiServer, ...],
    ) -> Operation | None:
        try:
            value, place = self.parts.follow(
                value, pointer
            )  # no place for a reference, but published documents have it
            return self.operation(method, path, value, item, homes, place, servers)
        except (BrokenError, RefError) as error:
            place = error.pointer if isinstance(error, BrokenError) else pointer
            self.parts.error(place, f"{method} {path} is left out: {error}", "correct it, or exclude the operation")
            self.skipped.append(Skipped(method=method, path=path, pointer=place, reason=str(error)))
            return None

    def operation(
        self,
        method: str,
        path: str,
        value: JsonValue,
        item: JsonObject,
        homes: "Homes",
        pointer: str,
        servers: tuple[ApiServer, ...],
    ) -> Operation:
        if not isinstance(value, dict):
            raise BrokenError("the operation is not an object", pointer)
        heading = Operation(
            method=method,
            path=path,
            pointer=pointer,
            operation_id=text_of(value, "operationId") or None,
            summary=clean_text(text_of(value, "summary") or text_of(item, "summary")),
            description=clean_text(text_of(value, "description") or text_of(item, "description")),
            tags=tuple(tag for tag in as_list(value.get("tags")) if isinstance(tag, str)),
            deprecated=value.get("deprecated") is True,
        )
        own_security = requirements(value.get("security"))
        self.states_security = self.states_security or own_security is not None
        if not self.wanted(heading):
            return heading
        if self.is_swagger:
            value, item = self.from_swagger(value, item, homes, pointer), {}
        declared = self.parts.parameters(item, value, homes, pointer)
        fitted, faults = fit_to_template(path, declared, pointer)
        for place, said in faults:
            self.parts.warn(place, said, "give each name in braces one parameter in: path")
        return replace(
            heading,
            parameters=fitted,
            request_body=self.parts.request_body(value.get("requestBody"), join(pointer, "requestBody")),
            responses=tuple(self.parts.responses(value.get("responses"), join(pointer, "responses"))),
            servers=self.parts.servers(value, pointer) or servers,
            security=inherited(self.root) if own_security is None else own_security,
        )

    def from_swagger(self, value: JsonObject, item: JsonObject, homes: "Homes", pointer: str) -> JsonObject:
        """Return an operation of Swagger 2.0 in the form of OpenAPI 3, all of it as if it stood in one file."""
        base = pointer.partition("#")[0]

        def follow(node: JsonValue) -> JsonValue:
            found, place = self.parts.follow(node, f"{base}#")
            return self.parts.resources.rebased(found, place.partition("#")[0], base)

        def parameters(holder: JsonObject, place: str) -> JsonValue:
            listed, home = self.parts.parameter_list(holder, place)
            for index, fields in enumerate(listed):
                self.check_collection_format(fields, join(home, index))
            return self.parts.resources.rebased(listed, home.partition("#")[0], base)

        inherited: JsonObject = {"parameters": parameters(item, homes.of("parameters"))}
        own = {**value, "parameters": parameters(value, pointer)}
        return swagger.operation_of(self.root, inherited, own, follow)

    def check_collection_format(self, parameter: JsonValue, pointer: str) -> None:
        """Note a word for the form of a list that says nothing; once, for those that a path's operations share too."""
        try:
            found, place = self.parts.follow(parameter, pointer)
        except RefError:
            return  # reported where parameters are read
        if swagger.is_unknown_format(found) and all(known.pointer != place for known in self.parts.problems):
            said = f"the collectionFormat {shown(as_object(found)['collectionFormat'])!r} is not for this list"
            self.parts.warn(place, f"{said}: it is sent as csv", "write csv, ssv, tsv or pipes; multi in a query")

    def security_schemes(self, servers: tuple[ApiServer, ...]) -> Iterator[SecurityScheme]:
        base = self.base_uri or next((f"{server.url.rstrip('/')}/" for server in servers), None)
        if self.is_swagger:
            schemes, holder = swagger.security_schemes_of(self.root), "#/securityDefinitions"
        else:
            components = as_object(self.parts.followed(self.root.get("components"), "#/components"))
            holder = "#/components/securitySchemes"
            schemes = as_object(self.parts.followed(components.get("securitySchemes"), holder))
        for name, value in schemes.items():
            pointer = join(holder, name)
            try:
                found, _ = self.parts.follow(value, pointer)
            except RefError as error:
                self.parts.warn(pointer, str(error), "correct the $ref")
                continue
            yield security_scheme(name, as_object(found), pointer, base)


def _unread(fields: JsonObject, homes: Homes) -> Iterator[tuple[str, str]]:
    """Yield what stands where a method would and is none, with its place."""
    for word in fields:
        if word.upper() not in METHODS and word not in _ITEM_FIELDS and not word.startswith("x-"):
            yield word, join(homes.of(word), word)
    for word in as_object(fields.get("additionalOperations")):
        if not _METHOD.fullmatch(word):
            yield word, join(homes.of("additionalOperations"), "additionalOperations", word)


def _methods(fields: JsonObject, homes: Homes) -> Iterator[tuple[str, JsonValue, str]]:
    """Yield each operation of a path item with its method, in any letter case, and its place."""
    for word, value in fields.items():
        if word.upper() in METHODS:
            yield word.upper(), value, join(homes.of(word), word)
    additional = fields.get("additionalOperations")  # OAS 3.2
    for method, value in as_object(additional).items():
        if _METHOD.fullmatch(method):
            yield method, value, join(homes.of("additionalOperations"), "additionalOperations", method)
