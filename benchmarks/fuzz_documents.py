"""The target `loader`: documents of our own, broken at random; each is served or refused with a plain error."""

import copy
import gzip
import json
import random
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import yaml
from fuzz_seeds import SEEDS

from openapi_mcp import Call, Document, Executor, OpenapiMcpError, Selection, Toolset, generate, load
from openapi_mcp.generator.clients import fit, list_verdicts
from openapi_mcp.generator.gate import Gate
from openapi_mcp.generator.review import review
from openapi_mcp.loader.locate import locate
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import ANY_CLIENT, CLIENTS, METHODS
from openapi_mcp.model.text import clean_text
from openapi_mcp.model.tool import wire_tool

Json = Any

TEXTS = (
    "", " ", "\x00", "\x1b[31mred", "\u202e", "\U000e0041\U000e0042", "\u200b", "a" * 5000, "é" * 70, "..", "/", "~1",
    "~", "{", "}", "{id}", "{id}{id}", "{}", "#", "#/", "#/paths", "#/components/schemas/Pet",
    "#/components/schemas/Pet/properties/parent", "#/components/parameters/id", "#/components/pathItems/Shared",
    "#/definitions/Pet", "#foo", "other.json", "file:///etc/passwd", "http://127.0.0.1:9/x", "https://[",
    "https://a:b@c/", "//evil", "javascript:alert(1)", "get", "object", "array", "string", "integer", "null",
    "boolean", "number", "binary", "byte", "(a+)+$", "(", "[", "\\", "a{1,99999}", "(?=x)", "\\p{L}", "^(a|b)*$",
    "application/json", "text/plain; charset=\x00", "*/*", "multipart/form-data; boundary=\r\n",
    "application/x-www-form-urlencoded", "path", "query", "header", "cookie", "querystring", "body", "formData",
    "deepObject", "matrix", "label", "pipeDelimited", "Authorization", "host", "X-Key", "Set-Cookie\r\nA: b", "200",
    "2XX", "default", "99999", "-1", "true", "NaN", "1e999", "__proto__", "constructor", "$ref", "$defs",
    "$dynamicRef", "\ud800", "😀", "\uff21", "\u2028", "\ufeff", "%2e%2e", "%", "%zz", "a\nb", "3.1", "2.0", "3.2.0",
)  # fmt: skip
KEYS = (
    "$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "not", "if", "then", "else", "prefixItems",
    "contains", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$defs", "definitions", "required", "enum",
    "const", "default", "example", "examples", "pattern", "patternProperties", "propertyNames", "dependentSchemas",
    "unevaluatedProperties", "unevaluatedItems", "additionalProperties", "minimum", "maximum", "multipleOf",
    "minLength", "maxLength", "minItems", "format", "nullable", "discriminator", "xml", "readOnly", "writeOnly",
    "deprecated", "title", "description", "summary", "name", "in", "style", "explode", "allowReserved", "schema",
    "content", "encoding", "headers", "contentType", "servers", "url", "variables", "parameters", "requestBody",
    "responses", "operationId", "tags", "security", "get", "post", "head", "query", "additionalOperations", "paths",
    "webhooks", "components", "info", "version", "$self", "jsonSchemaDialect", "collectionFormat", "consumes",
    "produces", "host", "basePath", "schemes", "contentEncoding", "contentMediaType", "contentSchema", "itemSchema",
    "itemEncoding", "prefixEncoding",
)  # fmt: skip
NUMBERS = (0, -0.0, -1, 1, 2**31, 2**63, 2**64, 10**400, -(10**30), 0.1, 1e-320, 1e308, 3.0)


def case(generator: random.Random) -> bytes:
    """Return one document's bytes."""
    data = _structure(generator)
    for _ in range(generator.choice((0, 0, 0, 1, 1, 3, 10))):
        data = _bytes_broken(data, generator)
    return gzip.compress(data) if generator.random() < 0.02 else data


def _structure(generator: random.Random) -> bytes:
    """Return a document that is broken in some places; whole where it became too deep for Python to write."""
    seed = generator.choice(SEEDS)
    try:
        value = copy.deepcopy(seed)
        for _ in range(generator.choice((0, 1, 1, 1, 2, 3, 6, 15))):
            _break(value, generator)
        return _written(value, generator)
    except RecursionError:
        return json.dumps(seed).encode()


def _places(value: Json) -> Iterator[tuple[Json, Any]]:
    """Yield every container with each of its keys."""
    waiting = [value]
    while waiting:
        container = waiting.pop()
        for key, inner in list(container.items() if isinstance(container, dict) else enumerate(container)):
            yield container, key
            if isinstance(inner, (dict, list)):
                waiting.append(inner)


def _break(root: Json, generator: random.Random) -> None:
    """Change one place of a document: put something else there, take it away, copy, move, rename or nest it."""
    places = list(_places(root))
    if not places:
        return
    container, key = generator.choice(places)
    match generator.randrange(10):
        case 0 | 1 | 2:
            container[key] = _anything(generator)
        case 3:
            del container[key]
        case 4 | 5:
            other, name = generator.choice(places)
            found = (
                other[name]
                if (isinstance(other, dict) and name in other) or (isinstance(other, list) and name < len(other))
                else 1
            )
            container[key] = copy.deepcopy(found)
        case 6 if isinstance(container, dict):
            container[generator.choice((*KEYS, *TEXTS))] = container.pop(key)
        case 7 if isinstance(container, dict):
            container[generator.choice(KEYS)] = _anything(generator)
        case 8:
            for _ in range(generator.choice((1, 3, 40, 200))):
                container[key] = generator.choice(([container[key]], {generator.choice(KEYS): container[key]}))
        case _:
            container[key] = {"$ref": _pointer(root, generator)}


def _anything(generator: random.Random, depth: int = 0) -> Json:
    kind = generator.randrange(9 if depth < 3 else 6)
    match kind:
        case 0:
            return generator.choice(NUMBERS)
        case 1 | 2 | 3:
            return generator.choice(TEXTS)
        case 4:
            return generator.choice((None, True, False))
        case 5:
            return generator.choice(([], {}, [None], [[]], {"": None}))
        case 6:
            return [_anything(generator, depth + 1) for _ in range(generator.randrange(4))]
        case _:
            return {
                generator.choice((*KEYS, *TEXTS)): _anything(generator, depth + 1)
                for _ in range(generator.randrange(4))
            }


def _pointer(root: Json, generator: random.Random) -> str:
    """Return a pointer to a place of the document, whatever stands there."""
    tokens: list[str] = []
    value = root
    while isinstance(value, (dict, list)) and value and (not tokens or generator.random() < 0.8):
        key = generator.choice(list(value) if isinstance(value, dict) else range(len(value)))
        tokens.append(str(key).replace("~", "~0").replace("/", "~1"))
        value = value[key]
    return "#/" + "/".join(tokens)


def _written(value: Json, generator: random.Random) -> bytes:
    text = json.dumps(value, ensure_ascii=generator.random() < 0.5)
    if generator.random() < 0.3:
        text = _as_yaml(text)
    elif generator.random() < 0.1:
        text = text.replace('"openapi"', "openapi", 1)
    encoding = generator.choices(("utf-8", "utf-16", "utf-32-le", "utf-8-sig"), (95, 2, 1, 2))[0]
    return text.encode(encoding, "surrogatepass")


def _as_yaml(text: str) -> str:
    plain = json.loads(re.sub(r"\\u[dD][89a-fA-F]..", "?", text).encode("utf-8", "replace"))
    try:
        return yaml.dump(plain, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True)
    except RecursionError:  # PyYAML writes no deeper than Python calls
        return text


CHUNKS = (
    b"", b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b'"', b"'", b":", b",", b"&a ",
    b"*a", b"!!python/object:os.x ", b"!!binary ", b"<<: *a", b"- ", b"\n", b"\t", b"---\n", b"...\n", b"%YAML 1.1\n",
    b"? ", b"|\n", b">\n", b"#", b"1e999", b"NaN", b"-Infinity", b"\\ud800", b"\\u0000", b"9" * 400, b"[" * 400,
    b'{"a":' * 400, b"null", b"0x1F", b"1_000", b"2001-01-01", b"~", b"yes", b"\xef\xbb\xbf", b"\r",
)  # fmt: skip


def _bytes_broken(data: bytes, generator: random.Random) -> bytes:
    start = generator.randrange(len(data) + 1)
    end = min(len(data), start + generator.choice((0, 0, 1, 2, 8, 200)))
    match generator.randrange(4):
        case 0 | 1:
            return data[:start] + generator.choice(CHUNKS) + data[end:]
        case 2:
            return data[:start] + data[end : end + 300] + data[start:]
        case _:
            return data[:start] + bytes((generator.randrange(256),)) + data[start + 1 :]


@cache
def _file() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-")) / "api"


def check(data: bytes, generator: random.Random) -> None:
    """Load and generate as `serve` and as `check` do; call each tool without arguments.

    Raises:
        AssertionError: a law is broken. Any other error than ours is a failure too.
    """
    file = _file()
    file.write_bytes(data)
    selection = Selection(
        methods=frozenset(METHODS),
        client=generator.choice((ANY_CLIENT, *CLIENTS)),
        output_schemas=generator.random() < 0.5,
        select=generator.random() < 0.2,
        has_folder=generator.random() < 0.2,
    )
    wanted = None if generator.random() < 0.5 else (lambda _operation: True)
    try:
        document = anyio.run(lambda: load(str(file), wanted=wanted))
        toolset = generate(document, selection)
    except OpenapiMcpError as error:
        if not error.message or error.exit_code not in (3, 4):
            raise AssertionError(f"{type(error).__name__} {error}") from None
        return
    served(document, toolset, selection)
    if wanted is None:
        pointers = [problem.pointer for problem in (*document.problems, *toolset.problems)]
        locate(data if data[:2] != b"\x1f\x8b" else gzip.decompress(data), pointers, where="it")
        review(document.operations, toolset.tools)
        list_verdicts([wire_tool(tool) for tool in toolset.tools], "it")


def served(document: Document, toolset: Toolset, selection: Selection) -> None:
    """Hold a toolset against what every list must be, and call each tool without arguments."""
    gate = Gate(fit(selection.client))
    executor = Executor(document, toolset, base_url="http://127.0.0.1:9/base")
    for tool in toolset.tools:
        wire = wire_tool(tool)
        assert gate.objection(wire) is None, gate.objection(wire)
        for text in _texts(wire):
            assert clean_text(text) == text.replace("\r\n", "\n").strip(), f"hidden characters in {text!r}"
        write_json(wire).encode()
        try:
            executor.preview(Call(tool=tool.name, arguments={}))
        except OpenapiMcpError:
            continue


def _texts(value: Json) -> Iterator[str]:
    """Yield every text of a tool as a model reads it."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case list() as items:
                waiting.extend(items)
            case dict() as fields:
                waiting.extend((*fields, *fields.values()))
