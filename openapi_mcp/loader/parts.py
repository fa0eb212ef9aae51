"""The parts of an operation: parameters, bodies, responses, servers; each as the model has it, its defects noted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from openapi_mcp.errors import ConfigError
from openapi_mcp.loader.links import links
from openapi_mcp.loader.narrow import JsonObject, as_list, as_object, is_true, shown, text_of
from openapi_mcp.loader.refs import RefError, Resources
from openapi_mcp.loader.upgrade import upgrade_schema
from openapi_mcp.model.document import (
    ApiServer,
    Encoding,
    Location,
    MediaType,
    Parameter,
    Problem,
    RequestBody,
    Response,
    Schema,
    Severity,
)
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.media import is_form, is_multipart
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import clean_text, one_line

_DEFAULT_STYLES = {Location.PATH: "simple", Location.HEADER: "simple"}
_SAYS_LITTLE = frozenset(("type", "title", "description", "examples", "additionalProperties"))
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LONGEST_URL = 8_000  # characters


class BrokenError(ValueError):
    """A part of one operation that cannot be read; costs that operation only."""

    def __init__(self, message: str, pointer: str) -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Where the fields of a path item stand: in the item itself, or in what it refers to."""

    pointer: str
    target: str
    own: frozenset[str]

    def of(self, word: str) -> str:
        """Return the place of what holds a field."""
        return self.pointer if word in self.own else self.target


@dataclass(slots=True, kw_only=True)
class Parts:
    """Reads the parts of one description's operations; `problems` takes what is wrong with them.

    `variables` are the values that the operator gave for server variables, `used_variables` those that a server has.
    """

    openapi: str
    base_uri: str | None
    resources: Resources
    problems: list[Problem] = field(default_factory=list)
    variables: Mapping[str, str] = field(default_factory=dict)
    used_variables: set[str] = field(default_factory=set)
    _parameters: dict[str, Parameter | None] = field(default_factory=dict)
    _responses: dict[str, Response] = field(default_factory=dict)
    _schemas: dict[int, tuple[JsonValue, Schema]] = field(default_factory=dict)

    def follow(self, value: JsonValue, place: str) -> tuple[JsonValue, str]:
        """Return what stands behind a value's references, and its place; as Resources.follow does."""
        return self.resources.follow(value, place)

    def followed(self, value: JsonValue, pointer: str) -> JsonValue:
        """Return what stands behind a reference where the specification has none; None, with a Problem, for nothing."""
        try:
            return self.follow(value, pointer)[0]
        except RefError as error:
            self.warn(pointer, str(error), "correct the $ref")
            return None

    def error(self, pointer: str, message: str, hint: str) -> None:
        """Note what costs an operation."""
        self.problems.append(Problem(severity=Severity.ERROR, pointer=pointer, message=message, hint=hint))

    def warn(self, pointer: str, message: str, hint: str) -> None:
        """Note a defect that is got over."""
        self.problems.append(Problem(severity=Severity.WARNING, pointer=pointer, message=message, hint=hint))

    def parameters(
        self, item: JsonObject, operation: JsonObject, homes: "Homes", pointer: str
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
        return as_list(listed), home

    def warn_of_twin(self, parameter: Parameter, other: Parameter, place: str) -> None:
        """Note a parameter that stands twice in one list."""
        if other.pointer.startswith(f"{place}/"):  # else it overrides the path item's
            message = f"the parameter {one_line(parameter.name, 80)!r} is declared twice; the last one is taken"
            self.warn(parameter.pointer, message, "remove one of them")

    def parameter(self, value: JsonValue, pointer: str) -> Parameter | None:
        """Read a parameter; once, however many operations refer to it."""
        found, place = self.follow(value, pointer)
        if place == pointer:
            return self.parameter_of(as_object(found), place, pointer)
        if place not in self._parameters:
            self._parameters[place] = self.parameter_of(as_object(found), place, pointer)
        shared = self._parameters[place]
        return shared and replace(shared, pointer=pointer)

    def parameter_of(self, fields: JsonObject, place: str, pointer: str) -> Parameter | None:
        """Read a parameter; one that nobody can send is left out, unless the operation needs it."""
        name, location = text_of(fields, "name"), _location(fields)
        if location is None or not name:
            where = shown(fields.get("in"))
            said = "a parameter without a name" if location else f"a parameter whose `in` is {where!r}"
            if is_true(fields.get("required")):
                raise BrokenError(said, pointer)
            self.warn(pointer, f"{said} is left out", "correct it")
            return None
        media_type, schema = self.parameter_schema(fields, place)
        form = as_object(as_object(fields.get("content")).get(media_type or ""))
        style = text_of(fields, "style") or _DEFAULT_STYLES.get(location, "form")
        explode = fields.get("explode")
        return Parameter(
            name=name,
            location=location,
            required=is_true(fields.get("required")) or location is Location.PATH,
            schema=schema,
            style=style,
            explode=explode if isinstance(explode, bool) else style == "form",
            pointer=pointer,
            allow_reserved=fields.get("allowReserved") is True,
            content_type=media_type,
            description=clean_text(text_of(fields, "description")),
            deprecated=fields.get("deprecated") is True,
            encodings=tuple(self.encodings(media_type, form, join(place, "content", media_type))) if media_type else (),
        )

    def parameter_schema(self, fields: JsonObject, place: str) -> tuple[str | None, Schema]:
        """Return the media type of a parameter that has `content`, and the schema, with the parameter's own example."""
        content = as_object(fields.get("content"))
        for media_type, value in content.items():
            return media_type, self.schema(as_object(value).get("schema", {}), place)
        schema = dict(self.schema(fields.get("schema", {}), place))
        if "example" in fields and "examples" not in schema:
            schema["examples"] = [fields["example"]]
        return None, schema

    def request_body(self, value: JsonValue, pointer: str) -> RequestBody | None:
        """Read a request body; one that is no object is left out."""
        if value is None:
            return None
        found, place = self.follow(value, pointer)
        if not isinstance(found, dict):
            self.warn(pointer, "the request body is not an object", "correct it; it is left out")
            return None
        return RequestBody(
            required=is_true(found.get("required")),
            content=self.sendable(found, place),
            pointer=pointer,
            description=clean_text(text_of(found, "description")),
        )

    def sendable(self, body: JsonObject, pointer: str) -> tuple[MediaType, ...]:
        """Return the media types of a body, without those that cannot be read where others can.

        Raises:
            RefError: none can be read.
        """
        read: list[MediaType] = []
        unread: list[tuple[str, RefError]] = []
        for name, value in as_object(body.get("content")).items():
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
        """Read what stands under `content`."""
        for name, value in as_object(holder.get("content")).items():
            yield self.media_type(name, value, pointer)

    def media_type(self, name: str, value: JsonValue, pointer: str) -> MediaType:
        """Read a media type with its schema, that of its items where it is sequential (OAS 3.2)."""
        place = join(pointer, "content", name)
        found, target = self.follow(value, place)
        fields = as_object(found)
        schema = self.schema(fields["schema"], target) if "schema" in fields else None
        encodings = tuple(self.encodings(name, fields, target)) if "encoding" in fields else ()
        if schema is None and "itemSchema" in fields:  # OAS 3.2: each item of a sequential answer
            schema = {"type": "array", "items": self.schema(fields["itemSchema"], target)}
        example = None if schema and schema.keys() - _SAYS_LITTLE else self.example(fields, target)
        return MediaType(content_type=name, schema=schema, pointer=place, encodings=encodings, example=example)

    def example(self, fields: JsonObject, place: str) -> JsonValue:
        """Return an object or a list that a media type gives as an example, None for none. OAS 3.2.0, 4.19."""
        shown_values = [fields.get("example")]
        for name, value in as_object(fields.get("examples")).items():
            found = as_object(self.followed(value, join(place, "examples", name)))
            shown_values += [found.get("value"), found.get("dataValue")]
        return next((value for value in shown_values if isinstance(value, (dict, list))), None)

    def encodings(self, content_type: str, fields: JsonObject, place: str) -> Iterator[Encoding]:
        """Read how the fields of a form are written. OAS 3.1.1, 4.8.15; of multipart, 3.0 has no styles."""
        has_styles = is_form(content_type) or (is_multipart(content_type) and not self.openapi.startswith("3.0"))
        for name, value in as_object(fields.get("encoding")).items():
            found, target = self.follow(value, join(place, "encoding", name))
            said = as_object(found)
            is_styled = has_styles and any(word in said for word in ("style", "explode", "allowReserved"))
            style = (text_of(said, "style") or "form") if is_styled else None
            explode = said.get("explode")
            yield Encoding(
                field=name,
                content_type=text_of(said, "contentType") or None,
                style=style,
                explode=explode if isinstance(explode, bool) else style == "form",
                allow_reserved=said.get("allowReserved") is True,
                headers=tuple(self.part_headers(as_object(said.get("headers")), join(target, "headers"))),
            )

    def part_headers(self, headers: JsonObject, place: str) -> Iterator[Parameter]:
        """Read the headers of a part; its Content-Type is the encoding's own. OAS 3.1.1, Encoding Object, headers."""
        for name, value in headers.items():
            found, target = self.follow(value, join(place, name))
            if name.lower() not in ("content-type", "content-disposition", "content-transfer-encoding"):
                header = self.parameter_of(
                    {**as_object(found), "name": name, "in": "header"}, target, join(place, name)
                )
                yield from () if header is None else (header,)

    def responses(self, value: JsonValue, pointer: str) -> Iterator[Response]:
        """Read the answers an operation declares; a broken one is a gap in the description, not in the operation."""
        for status, response in as_object(value).items():
            place = join(pointer, status)
            try:
                yield self.response(status, response, place)
            except RefError as error:
                self.warn(place, str(error), "correct the $ref; the tool's description lacks what it returns")

    def response(self, status: str, value: JsonValue, pointer: str) -> Response:
        """Read a response; once, however many operations refer to it."""
        found, place = self.follow(value, pointer)
        if place in self._responses:
            return replace(self._responses[place], status=status, pointer=pointer)
        fields = as_object(found)
        content, text = tuple(self.media_types(fields, place)), clean_text(text_of(fields, "description"))
        leads = tuple(links(fields, place, self.follow, self.warn)) if "links" in fields else ()
        response = Response(status=status, description=text, content=content, pointer=pointer, links=leads)
        if place != pointer:
            self._responses[place] = response
        return response

    def schema(self, value: JsonValue, place: str) -> Schema:
        """Upgrade a schema; once, however many operations share the object that holds it."""
        if not isinstance(value, (dict, bool)):
            if value is None:
                return {}
            self.warn(place, f"a schema is {shown(value)}, which is no object", "correct it; any value is taken")
            return {}
        if id(value) not in self._schemas:
            base = place.partition("#")[0]
            fitted = upgrade_schema(value, openapi=self.openapi, resources=self.resources, base=base)
            self._schemas[id(value)] = (value, fitted)
        return self._schemas[id(value)][1]

    def servers(self, holder: JsonObject, pointer: str) -> tuple[ApiServer, ...]:
        """Read the servers of a description, a path item or an operation."""
        servers = []
        listed = holder.get("servers")
        if not isinstance(listed, list | None):
            self.warn(join(pointer, "servers"), "`servers` is not a list", "write a list; until then it is left out")
        for index, value in enumerate(as_list(listed)):
            fields = as_object(value)
            url = self.server_url(text_of(fields, "url"), as_object(fields.get("variables")))
            servers.append(ApiServer(url=url, pointer=join(pointer, "servers", index)))
        return tuple(servers)

    def default_servers(self) -> tuple[ApiServer, ...]:
        """Without servers the description's own host serves it, at "/". OAS 3.1.1, 4.8.1.1."""
        return (ApiServer(url=self.server_url("/", {}), pointer="#/servers", is_assumed=True),)

    def server_url(self, template: str, variables: JsonObject) -> str:
        """Replace variables by their values, in one pass; a URL that would grow beyond all use stays a template.

        Raises:
            ConfigError: a value that the operator gave is none of those that the variable allows.
        """
        defaults = {name: as_object(variable).get("default") for name, variable in variables.items()}
        for name in variables.keys() & self.variables.keys():
            defaults[name] = self.given_variable(name, as_object(variables[name]))
        texts = {name: str(value) for name, value in defaults.items() if isinstance(value, (str, int, float))}
        longest = max(map(len, texts.values()), default=0)
        url = template
        if len(template) + template.count("{") * longest <= _LONGEST_URL:
            url = _VARIABLE.sub(lambda found: texts.get(found[1], found[0]), template)
        try:
            return urljoin(self.base_uri, url) if self.base_uri else url
        except ValueError:
            return url

    def given_variable(self, name: str, variable: JsonObject) -> str:
        """Return the operator's value of a server variable. OAS 3.1.1, Server Variable Object."""
        self.used_variables.add(name)
        value, allowed = self.variables[name], [str(one) for one in as_list(variable.get("enum"))]
        if allowed and value not in allowed:
            raise ConfigError(
                f"the server variable {name!r} is {value!r}, which the document does not allow",
                where="--server-variable",
                hint=f"choose from {', '.join(allowed[:20])}",
            )
        return value

    def require_variables(self) -> None:
        """Raise a ConfigError where no server has a variable that the operator gave a value."""
        unknown = sorted(self.variables.keys() - self.used_variables)
        if unknown:
            raise ConfigError(
                f"no server of the document has a variable {unknown[0]!r}",
                where="--server-variable",
                hint="look at `servers` in the document; --base-url takes the place of all of it",
            )


def _location(fields: JsonObject) -> Location | None:
    try:
        return Location(text_of(fields, "in").lower())
    except ValueError:
        return None
