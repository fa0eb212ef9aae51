"""One OpenAPI description as data: the objects of the specification, by its own names.

Schemas stay plain JSON in the form of JSON Schema 2020-12 (what OpenAPI 3.1 uses); `$ref` in them names an entry of
`Document.schemas`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from openapi_mcp.model.address import Reach
from openapi_mcp.model.template import PLACEHOLDER

Schema: TypeAlias = Mapping[str, Any]
ANY_METHODS = "*"
_LONGEST = 2_000  # characters of a signature: a path template may have any number
WORKFLOW = "WORKFLOW"
"""What a workflow has in place of a method."""
SWITCHED_OFF = "switched off"
"""What the reason begins with why a person left out a tool that could be served."""


class Severity(StrEnum):
    """An error leaves something out; a warning serves it with a gap."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A defect found in a document, as a value."""

    severity: Severity
    pointer: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An operation or workflow that does not become a tool, and why; `tool` is the name that it would have."""

    method: str
    path: str
    pointer: str
    reason: str
    tool: str = ""

    @property
    def is_switched_off(self) -> bool:
        """True where a person left it out by its name, though it could be served."""
        return self.reason.startswith(SWITCHED_OFF)

    @property
    def is_workflow(self) -> bool:
        """True for a workflow, of an Arazzo description."""
        return self.method == WORKFLOW


class Location(StrEnum):
    """Where a parameter goes: the specification's `in` (`querystring`, the whole of it, since 3.2)."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    QUERYSTRING = "querystring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A Parameter Object. `content_type` is set where the parameter has `content` instead of `schema`.

    `encodings` are those of its fields, where that is a form (OAS 3.2, `querystring`).
    """

    name: str
    location: Location
    required: bool
    schema: Schema
    style: str
    explode: bool
    pointer: str
    allow_reserved: bool = False
    content_type: str | None = None
    description: str = ""
    deprecated: bool = False
    encodings: "tuple[Encoding, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """An Encoding Object: how one `field` of a form or multipart body is written.

    `style` is None where the document gives none of style, explode and allowReserved: then `content_type` decides.
    `headers` are the part's own, as header parameters.
    """

    field: str
    content_type: str | None = None
    style: str | None = None
    explode: bool = True
    allow_reserved: bool = False
    headers: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """A Media Type Object, with the key that names it; `schema` is None where none is given.

    `example` is one of an answer whose schema says nothing of what is in it.
    """

    content_type: str
    schema: Schema | None
    pointer: str
    encodings: tuple[Encoding, ...] = ()
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody:
    """A Request Body Object, its media types in document order."""

    required: bool
    content: tuple[MediaType, ...]
    pointer: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A Link Object: an answer leads to the operation with this id, or with this method and path template.

    `parameters` says which parameter of that operation ("id", "path.id") takes which runtime expression
    ("$response.body#/customer/id"). OAS 3.1.1, 4.8.20.
    """

    name: str
    operation_id: str = ""
    method: str = ""
    path: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A Response Object under its status: "200", "4XX" or "default"."""

    status: str
    description: str
    content: tuple[MediaType, ...]
    pointer: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServer:
    """A Server Object: its variables replaced by their defaults, its URL resolved against the document's own.

    `url` is absolute http(s) or, where the document has no URL of its own, still relative. `is_assumed`: the document
    names none, so that it is "/". OAS 3.1.1, 4.8.1.1.
    """

    url: str
    pointer: str
    is_assumed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A Security Scheme Object; `location` and `parameter` only for apiKey, `scheme` only for http.

    `flows` only for oauth2, `metadata_url` for openIdConnect (and oauth2 since 3.2): absolute http(s), "" for none.
    """

    name: str
    type: str
    pointer: str
    location: str = ""
    parameter: str = ""
    scheme: str = ""
    flows: "tuple[OAuthFlow, ...]" = ()
    metadata_url: str = ""

    @property
    def is_authorization(self) -> bool:
        """True for an apiKey that is the whole Authorization header, its first word included: "Token abc"."""
        is_header = self.type == "apiKey" and self.location == "header"
        return is_header and self.parameter.lower() == "authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthFlow:
    """An OAuth Flow Object under its key ("clientCredentials"); URLs are absolute, "" where it has none."""

    type: str
    token_url: str = ""
    authorization_url: str = ""
    refresh_url: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredScheme:
    """One scheme of a Security Requirement Object, with the scopes (or roles) that the call needs."""

    name: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityRequirement:
    """A Security Requirement Object: all of its schemes together; none of them for `{}`, which is no credential."""

    schemes: tuple[RequiredScheme, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An Operation Object with what it inherits: parameters of its path item, servers of path item or document.

    `security` are the alternatives, the document's where it has none of its own; None where nothing is said at all, and
    () where it says itself that it needs none. `takes` are the schemes whose key it declares as a parameter of its own.
    """

    method: str
    path: str
    pointer: str
    operation_id: str | None = None
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    responses: tuple[Response, ...] = ()
    servers: tuple[ApiServer, ...] = ()
    security: tuple[SecurityRequirement, ...] | None = None
    takes: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """What an operation is, whatever it and its parameters are called: "DELETE /orders/{}" (OAS 3.1.1, 4.8.8)."""
        return f"{self.method} {PLACEHOLDER.sub('{}', self.path)}"[:_LONGEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One OpenAPI description, read and upgraded.

    `source` is how the source may be shown; `base_uri` is the URL it was retrieved from, None for a local one.
    `reach` is how near the address is that it came from, None for a local one: it leads no nearer (model/address.py).
    `skipped` holds the operations that a defect leaves out; `templates` are all its path templates, served or not, and
    `methods` those of each, between blanks (ANY_METHODS where they stand elsewhere). `states_security` where it says of
    any operation, or of all, which credentials they need.
    """

    title: str
    version: str
    openapi: str
    source: str
    base_uri: str | None
    description: str = ""
    servers: tuple[ApiServer, ...] = ()
    operations: tuple[Operation, ...] = ()
    templates: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    security_schemes: tuple[SecurityScheme, ...] = ()
    states_security: bool = False
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    reach: Reach | None = None
