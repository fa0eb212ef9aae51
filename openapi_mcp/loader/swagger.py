"""Swagger 2.0 in the form of OpenAPI 3: servers, security schemes, and each operation with its parameters and answers.

Schemas need no rewriting here: `#/definitions/...` stays a pointer into the document (upgrade.py does their keywords).
"""

from collections.abc import Callable, Iterator

from openapi_mcp.loader.refs import RefError
from openapi_mcp.model.jsontext import JsonValue

JsonObject = dict[str, JsonValue]
Follow = Callable[[JsonValue], JsonValue]
"""Follows `$ref`s to what they point at. Raises RefError."""

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_ITEM_WORDS = (
    "type", "format", "items", "default", "enum", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "example", "x-example",
)  # fmt: skip
_STYLES: dict[str, tuple[str, bool]] = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
_ANYWHERE = frozenset({"spaceDelimited", "tabDelimited", "pipeDelimited"})  # in a path and a header too
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}


def servers_of(root: JsonObject, base_uri: str | None) -> list[JsonValue]:
    """Return `host`, `basePath` and `schemes` as Server Objects, https first; without a host relative to the document.

    Swagger 2.0, Swagger Object.
    """
    host, base_path = root.get("host"), root.get("basePath")
    path = base_path if isinstance(base_path, str) and base_path.startswith("/") else "/"
    if not isinstance(host, str) or not host or "/" in host:
        return [{"url": path}]
    named = [scheme for scheme in _list(root.get("schemes")) if scheme in ("https", "http")]
    fetched = (base_uri or "https").partition(":")[0]
    schemes = sorted(named, reverse=True) or [fetched if fetched in ("http", "https") else "https"]
    return [{"url": f"{scheme}://{host}{path}"} for scheme in schemes]


def security_schemes_of(root: JsonObject) -> JsonObject:
    """Return `securityDefinitions` as Security Scheme Objects."""
    definitions = root.get("securityDefinitions")
    return {name: _security_scheme(value) for name, value in _object(definitions).items()}


def _security_scheme(value: JsonValue) -> JsonValue:
    fields = _object(value)
    match fields.get("type"):
        case "basic":
            return {**fields, "type": "http", "scheme": "basic"}
        case "oauth2":
            flow = str(fields.get("flow", ""))
            words = ("authorizationUrl", "tokenUrl", "scopes")
            return {"type": "oauth2", "flows": {_FLOWS.get(flow, flow): {w: fields[w] for w in words if w in fields}}}
        case _:
            return value


def operation_of(root: JsonObject, item: JsonObject, operation: JsonObject, follow: Follow) -> JsonObject:
    """Return an operation in the form of OpenAPI 3, the parameters of its path item taken in.

    `body` and `formData` parameters become the request body; `collectionFormat` becomes `style` and `explode`.

    Raises:
        RefError: a parameter's reference leads nowhere.
    """
    parameters = _merged([*_list(item.get("parameters")), *_list(operation.get("parameters"))], follow)
    rest = {key: value for key, value in operation.items() if key not in ("parameters", "schemes", "consumes")}
    upgraded: JsonObject = {**rest, "parameters": [_parameter(p) for p in parameters if not _is_body(p)]}
    consumes = _types(root, operation, "consumes")
    body = next((p for p in parameters if p.get("in") == "body"), None)
    form = [p for p in parameters if p.get("in") == "formData"]
    if body is not None:
        upgraded["requestBody"] = _request_body(body, consumes)
    elif form:
        upgraded["requestBody"] = _form_body(form, consumes)
    upgraded["responses"] = dict(_responses(operation, _types(root, operation, "produces"), follow))
    return upgraded


def _merged(values: list[JsonValue], follow: Follow) -> list[JsonObject]:
    """Return the parameters, references followed, the operation's own in place of the path item's of the same name."""
    found = (_object(follow(value)) for value in values)
    return list({(str(fields.get("name")), str(fields.get("in"))): fields for fields in found}.values())


def _is_body(parameter: JsonObject) -> bool:
    return parameter.get("in") in ("body", "formData")


def _parameter(fields: JsonObject) -> JsonValue:
    kept: JsonObject = {key: fields[key] for key in ("name", "in", "required", "description") if key in fields}
    style: JsonObject = {}
    if fields.get("type") == "array":
        named = _STYLES.get(str(fields.get("collectionFormat", "csv")), _STYLES["csv"])
        if fields.get("in") == "query" or named[0] in _ANYWHERE:
            style = {"style": named[0], "explode": named[1]}
    return {**kept, **style, "schema": _item_schema(fields)}


def is_unknown_format(parameter: JsonValue) -> bool:
    """Return whether a parameter's `collectionFormat` is none, or `multi` where no name can be repeated."""
    fields = _object(parameter)
    if fields.get("type") != "array" or "collectionFormat" not in fields:
        return False
    word = str(fields["collectionFormat"])
    return word not in _STYLES or (word == "multi" and fields.get("in") in ("path", "header"))


def _item_schema(fields: JsonObject) -> JsonObject:
    schema: JsonObject = {word: fields[word] for word in _ITEM_WORDS if word in fields}
    if "x-example" in schema:
        schema.setdefault("example", schema.pop("x-example"))
    if fields.get("type") == "file":
        schema |= {"type": "string", "format": "binary"}
    return schema


def _request_body(body: JsonObject, consumes: list[str]) -> JsonValue:
    content: JsonObject = {media: {"schema": body.get("schema", {})} for media in consumes or ["application/json"]}
    return {"required": body.get("required", False), "description": body.get("description", ""), "content": content}


def _form_body(form: list[JsonObject], consumes: list[str]) -> JsonValue:
    properties: JsonObject = {}
    for fields in form:
        schema = _item_schema(fields)
        if isinstance(fields.get("description"), str):
            schema["description"] = fields["description"]
        properties[str(fields.get("name"))] = schema
    required: list[JsonValue] = [str(fields.get("name")) for fields in form if _is_true(fields)]
    has_file = any(fields.get("type") == "file" for fields in form)
    media = _MULTIPART if has_file or (_MULTIPART in consumes and _FORM not in consumes) else _FORM
    schema = {"type": "object", "properties": properties, "required": required}
    encoding: JsonObject = {str(fields.get("name")): _collection(fields) for fields in form if _is_list(fields)}
    return {"required": bool(required), "content": {media: {"schema": schema, "encoding": encoding}}}


def _is_list(fields: JsonObject) -> bool:
    return fields.get("type") == "array"


def _collection(fields: JsonObject) -> JsonObject:
    """Return a `collectionFormat` as style and explode; csv where there is none. Swagger 2.0, Parameter Object."""
    style, explode = _STYLES.get(str(fields.get("collectionFormat", "csv")), _STYLES["csv"])
    return {"style": style, "explode": explode}


def _is_true(fields: JsonObject) -> bool:
    return str(fields.get("required")).lower() == "true"


def _responses(operation: JsonObject, produces: list[str], follow: Follow) -> Iterator[tuple[str, JsonValue]]:
    for status, value in _object(operation.get("responses")).items():
        try:
            fields = _object(follow(value))
        except RefError:
            yield status, value  # reported where responses are read
            continue
        content: JsonObject = {}
        if "schema" in fields:
            schema = fields["schema"]
            is_file = isinstance(schema, dict) and schema.get("type") == "file"
            media = produces or ["application/octet-stream" if is_file else "application/json"]
            content = {
                name: {"schema": {"type": "string", "format": "binary"} if is_file else schema} for name in media
            }
        yield status, {"description": fields.get("description", ""), "content": content}


def _types(root: JsonObject, operation: JsonObject, word: str) -> list[str]:
    """Return `consumes` or `produces`: the operation's own, even empty, in place of the document's."""
    declared = operation.get(word) if isinstance(operation.get(word), list) else root.get(word)
    return [name for name in _list(declared) if isinstance(name, str) and "/" in name]


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
