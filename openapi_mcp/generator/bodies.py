"""The arguments that make up a request body, in each media type that it can be sent in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from openapi_mcp.generator.body import (
    ObjectBody,
    as_file,
    as_text,
    as_xml,
    by_preference,
    form_body,
    has_fields,
    is_file_body,
    is_json_patch,
    object_body,
    said_forms,
    sent_type,
)
from openapi_mcp.generator.naming import HEADER_NAME
from openapi_mcp.generator.schema import MissingSchemaError, Parts, find
from openapi_mcp.generator.xml import xml_node
from openapi_mcp.model.document import Encoding, MediaType, Operation, Parameter, Schema
from openapi_mcp.model.media import is_form, is_multipart, is_text, is_xml, plain_type
from openapi_mcp.model.tool import BindingKind
from openapi_mcp.model.xml import XmlNode

CHOOSER = ("media", "content_type")
_MAX_BODIES = 8
_PATCH: Schema = {"type": "array", "items": {"type": "object"}}


class UnsendableBodyError(ValueError):
    """A body of which no media type can stand in a header, with the pointer of it."""

    def __init__(self, reason: str, pointer: str) -> None:
        super().__init__(reason)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Argument:
    """An input of an operation before it has an argument name; the place of the whole body is ""."""

    place: str
    name: str
    schema: Schema
    kind: BindingKind
    required: bool
    parameter: Parameter | None = None
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyArguments:
    """A body in one media type: its arguments, how an object is XML, how the fields of a form are written."""

    content_type: str
    arguments: tuple[Argument, ...]
    xml: XmlNode | None = None
    encodings: tuple[Encoding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Works out the bodies of operations; `has_folder` says whether a file may be given by its path."""

    schemas: Mapping[str, Schema]
    inputs: Parts
    has_folder: bool = False

    def of(self, operation: Operation) -> tuple[BodyArguments, ...]:
        """Return an operation's body in each of its media types, the default first; none where it has no body.

        Raises:
            UnsendableBodyError: it has one that no header can name.
            MissingSchemaError: a reference of the default leads nowhere.
        """
        body = operation.request_body
        if body is None or not body.content:
            return ()
        media_types = by_preference(body)
        if not media_types:
            declared = ", ".join(media.content_type[:80] for media in body.content[:5])
            raise UnsendableBodyError(f"no header can carry the type of its request body ({declared})", body.pointer)
        bodies = [self.body(operation, media_types[0])]
        for media_type in media_types[1:]:
            other = self.other(operation, media_type, bodies)
            if other is not None and _essence(other) not in map(_essence, bodies) and len(bodies) < _MAX_BODIES:
                bodies.append(other)
        return tuple(bodies)

    def body(self, operation: Operation, media_type: MediaType) -> BodyArguments:
        """Return a body in one media type."""
        content_type = sent_type(self.schemas, media_type)
        xml = self.xml(media_type.schema or {}, content_type)
        arguments = tuple(self.arguments(operation, media_type.schema or {}, content_type, xml))
        return self.made(media_type, content_type, xml, arguments)

    def other(
        self, operation: Operation, media_type: MediaType, siblings: Sequence[BodyArguments]
    ) -> BodyArguments | None:
        """Return a body in another media type than the default; None where the document does not hold its schema.

        XML takes fields as its siblings do, where one of them does.
        """
        schema = media_type.schema or {}
        try:
            content_type = sent_type(self.schemas, media_type)
            xml = self.xml(schema, content_type)
            fields = object_body(self.schemas, schema) if xml is not None else None
            has_fields_too = any(one.place == "body" for sibling in siblings for one in sibling.arguments)
            if fields is not None and has_fields_too:
                return self.made(media_type, content_type, xml, tuple(self.fields(fields)))
            return self.body(operation, media_type)
        except MissingSchemaError:
            return None

    def made(
        self, media_type: MediaType, content_type: str, xml: XmlNode | None, arguments: tuple[Argument, ...]
    ) -> BodyArguments:
        """Return a body with the arguments for the headers of its parts."""
        headers = _part_headers(media_type.encodings, arguments) if is_multipart(content_type) else ()
        return BodyArguments(
            content_type=content_type,
            arguments=(*arguments, *headers),
            xml=xml,
            encodings=tuple(replace(encoding, headers=()) for encoding in media_type.encodings),
        )

    def xml(self, schema: Schema, content_type: str) -> XmlNode | None:
        """Return how a body is written as XML, None where it is none, or no object."""
        if not is_xml(content_type) or not has_fields(self.schemas, schema):
            return None
        return xml_node(self.schemas, schema)

    def arguments(
        self, operation: Operation, schema: Schema, content_type: str, xml: XmlNode | None
    ) -> Iterator[Argument]:
        """Yield the fields of an object body side by side, else the whole body."""
        if xml is not None:
            words = operation.request_body.description if operation.request_body else ""
            yield self.whole(operation, as_xml(schema, xml.name, words))
        elif is_text(content_type):
            yield self.whole(operation, as_text(self.schemas, schema, content_type))
        elif is_file_body(self.schemas, schema, content_type):
            said = f"The body ({plain_type(content_type)}): {said_forms(self.has_folder)}."
            file = {"type": "string", "contentEncoding": "base64", "description": said}
            yield self.whole(operation, file, BindingKind.FILE_BODY)
        elif is_multipart(content_type):
            yield from self.form(operation, schema)
        elif is_json_patch(content_type) and self.lacks_list(schema):
            said = "The changes, each with op, path and value (RFC 6902)."
            yield self.whole(operation, {**_PATCH, "description": schema.get("description", said)})
        elif (fields := object_body(self.schemas, schema)) is not None:
            can_delete = plain_type(content_type) == "application/merge-patch+json"
            offered = [_deletable(one) if can_delete else one for one in self.fields(fields)]
            yield from offered or (Argument("", "body", {"type": "object"}, BindingKind.BODY, required=False),)
        else:
            is_any = is_form(content_type) and schema.keys() <= {"xml"}
            yield self.whole(operation, {"type": "object"} if is_any else schema)

    def lacks_list(self, schema: Schema) -> bool:
        """True for a schema that says no more of a JSON Patch than that it is an object: RFC 6902 has it an array."""
        found = find(self.schemas, schema)
        is_bare = not found.keys() & {"properties", "allOf", "anyOf", "oneOf"}
        return is_bare and found.get("type", "object") == "object"

    def form(self, operation: Operation, schema: Schema) -> Iterator[Argument]:
        """Yield the fields of a multipart body; the whole of one that names none."""
        fields = form_body(self.schemas, schema)
        if fields is not None:
            yield from self.fields(fields, files=True)
            return
        said = "The fields of the form by name; a file as a data: URL."
        yield self.whole(operation, {"type": "object", "description": said})

    def fields(self, body: ObjectBody, *, files: bool = False) -> Iterator[Argument]:
        """Yield the fields that a caller may set."""
        for name, value in body.properties.items():
            if self.inputs.is_hidden(value):
                continue
            file = as_file(self.schemas, value, said_forms(self.has_folder)) if files else None
            kind = BindingKind.BODY_FIELD if file is None else BindingKind.FILE
            yield Argument("body", name, value if file is None else file, kind, name in body.required)

    def whole(self, operation: Operation, schema: Schema, kind: BindingKind = BindingKind.BODY) -> Argument:
        """Return the body as one argument."""
        body = operation.request_body
        words = (body.description if body else "", schema.get("description", ""))
        if kind is BindingKind.BODY and schema.get("type") != "string" and words[1]:
            words = ("", words[1])  # of what a schema says of itself nothing is said twice
        said = " ".join(word for word in words if word)
        schema = {**schema, "description": said} if said else schema
        return Argument("", "body", schema, kind, body is not None and body.required)


def _deletable(field: Argument) -> Argument:
    """Return a field of a merge patch, which null deletes. RFC 7396 section 1."""
    kept = {key: value for key, value in field.schema.items() if key != "description"}
    if field.required or not kept or {"type": "null"} in kept.get("anyOf", ()):
        return field
    said = {"description": field.schema["description"]} if "description" in field.schema else {}
    return replace(field, schema={"anyOf": [kept, {"type": "null"}], **said})


def _essence(body: BodyArguments) -> str:
    """Return what tells a media type from another: a charset does not."""
    parameters = [one.strip() for one in body.content_type.lower().split(";")]
    return ";".join(one for one in parameters if not one.startswith("charset="))


def _part_headers(encodings: Iterable[Encoding], arguments: Sequence[Argument]) -> Iterator[Argument]:
    """Yield an argument for each header of a part. OAS 3.1.1, Encoding Object, headers."""
    known = {argument.name for argument in arguments if argument.place == "body"}
    for encoding in encodings:
        for header in encoding.headers if encoding.field in known else ():
            if HEADER_NAME.fullmatch(header.name):
                said = f"Header {header.name} of the part {encoding.field}. {header.description}".strip()
                schema = {**header.schema, "description": said}
                name = f"{encoding.field}_{header.name}"
                yield Argument("part", name, schema, BindingKind.PART_HEADER, False, header, encoding.field)


def united(bodies: Sequence[BodyArguments]) -> list[Argument]:
    """Return the arguments of all bodies, each once; what only another than the default takes says so."""
    found: dict[tuple[str, str], Argument] = {}
    for body in bodies:
        for argument in body.arguments:
            key = (argument.place, argument.name)
            if key not in found:
                found[key] = argument if body is bodies[0] else _told(argument, body)
            elif found[key].schema != argument.schema:
                other = _told(argument, body) if argument.place == "" else argument
                found[key] = replace(found[key], schema=_either(found[key].schema, other.schema))
    return list(found.values())


def own_schemas(body: BodyArguments, all_arguments: Sequence[Argument]) -> Iterator[Argument]:
    """Yield the arguments of one body that another body takes otherwise, so that the list has a wider schema."""
    listed = {(one.place, one.name): one.schema for one in all_arguments}
    for argument in body.arguments:
        wider = listed[argument.place, argument.name]
        if {**wider, "description": ""} != {**argument.schema, "description": ""}:
            yield argument


def _told(argument: Argument, body: BodyArguments) -> Argument:
    said = f"Only as {plain_type(body.content_type)}. {argument.schema.get('description', '')}".strip()
    return replace(argument, schema={**argument.schema, "description": said})


def _either(known: Schema, other: Schema) -> Schema:
    """Return a schema that takes what either takes; the words of both stay with them."""
    if not known.keys() - {"description"} or not other.keys() - {"description"}:
        return {key: said for key in ("description",) if (said := known.get(key) or other.get(key))}
    branches = list(known["anyOf"]) if "anyOf" in known and known.keys() <= {"anyOf", "description"} else [known]
    return known if other in branches else {"anyOf": [*branches, other]}


def chooser(bodies: Sequence[BodyArguments]) -> Argument:
    """Return the argument that names the media type of the body."""
    types = [body.content_type for body in bodies]
    schema = {"type": "string", "enum": types, "description": f"Type of the body; default {types[0]}."}
    return Argument(*CHOOSER, schema, BindingKind.PARAMETER, required=False)


def required(operation: Operation, parameters: Sequence[Argument], bodies: Sequence[BodyArguments]) -> list[Argument]:
    """Return the arguments that no call can do without, whichever body it sends."""
    needed = [argument for argument in parameters if argument.required]
    if not bodies or operation.request_body is None:
        return needed
    is_needed = operation.request_body.required
    always = [
        {(one.place, one.name) for one in body.arguments if one.required and (is_needed or one.place == "")}
        for body in bodies
    ]
    in_all = set.intersection(*always)
    return [*needed, *(one for one in bodies[0].arguments if (one.place, one.name) in in_all)]
