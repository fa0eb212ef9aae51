"""The schema that a document declares for an answer, and how the answer breaks it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openapi_mcp.model.document import MediaType, Operation, Response, Schema
from openapi_mcp.model.fault import place
from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.media import is_records, plain_type
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.response.content import is_json_type
from openapi_mcp.response.decode import mask
from openapi_mcp.schema.answer import AnswerForms, answer_form
from openapi_mcp.schema.check import Check
from openapi_mcp.schema.words import nearest, rule

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_MOST_STEPS = 20_000  # values; a fiftieth of a second at a glance
_SHOWN = 3
_BYTES = ("binary", "byte")
_GENERIC = ("application/json", "text/json")


class Declared:
    """The schemas of a document, each made ready when the first answer is held against it."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._forms = AnswerForms(schemas)
        self._checks: dict[int, tuple[MediaType, Check]] = {}

    def broken(self, operation: Operation, response: HttpResponse, value: JsonValue, redactor: Redactor) -> str:
        """Say which rules the JSON of an answer breaks, the first three of them; nothing where it breaks none.

        'the body breaks its schema: results[3].price is "x", but must be number'

        Nothing is said either where no schema is declared, or none that can be held against it in bounded time.
        """
        declared = media_type_of(operation, response.status, response.header("content-type") or "")
        if declared is None or not declared.schema or self._is_of_bytes(declared):
            return ""
        try:
            errors = self._check(declared).errors(value)
        except RecursionError:
            return ""
        rules = list(dict.fromkeys(_sentence(error, redactor) for error in _of_each_kind(errors)))
        more = f"; and {len(rules) - _SHOWN} more" if len(rules) > _SHOWN else ""
        return f"the body breaks its schema: {'; '.join(rules[:_SHOWN])}{more}" if rules else ""

    def _is_of_bytes(self, declared: MediaType) -> bool:
        """True where the answer is declared as bytes or as text, whatever these may hold: JSON is both."""
        schema = declared.schema or {}
        schema = self._schemas.get(schema["$ref"], schema) if "$ref" in schema else schema
        others = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
        schema = others[0] if len(others) == 1 else schema
        is_marked = schema.get("format") in _BYTES or "contentMediaType" in schema or "contentEncoding" in schema
        kind = plain_type(declared.content_type)
        return schema.get("type") == "string" and (is_marked or not (is_json_type(kind) or "*" in kind))

    def _check(self, declared: MediaType) -> Check:
        if id(declared) not in self._checks:
            form = answer_form(declared.schema or {}, self._schemas)
            check = Check(form, self._forms, few_steps=_MOST_STEPS, most_steps=_MOST_STEPS, as_far=True)
            self._checks[id(declared)] = (declared, check)  # with it, so that its id is not given to another
        return self._checks[id(declared)][1]


def media_type_of(operation: Operation, status: int, content_type: str) -> MediaType | None:
    """Return what is declared for an answer's status and type, None where nothing is.

    A status by itself comes before its range (4XX), that before `default`; a type by itself before its range
    (OAS 3.1.1, Responses Object; Response Object, `content`). JSON is declared by "application/json" for every `+json`
    type, and by the only `+json` type for "application/json".
    """
    response = response_of(operation.responses, status)
    kind = plain_type(content_type) or _GENERIC[0]
    if response is None or is_records(kind):
        return None
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        found = [each for each in response.content if plain_type(each.content_type) == wanted]
        if found:
            return found[0] if len(found) == 1 else _by_parameters(found, content_type)
    if not is_json_type(kind):
        return None  # it was read as JSON, and nothing is said of it
    kin = [each for each in response.content if _is_kin(plain_type(each.content_type), kind)]
    return kin[0] if len(kin) == 1 else None


def response_of(responses: Sequence[Response], status: int) -> Response | None:
    """Return what is declared for a status: by itself, its range (4XX), or `default`; None where nothing is."""
    by_status = {response.status.upper(): response for response in responses}
    wanted = (str(status), f"{status // 100}XX", "DEFAULT")
    return next((by_status[name] for name in wanted if name in by_status), None)


def _by_parameters(found: Sequence[MediaType], content_type: str) -> MediaType | None:
    """Return the one of several that differ in their parameters, as in "application/json;version=2"."""
    same = [each for each in found if _folded(each.content_type) == _folded(content_type)]
    return same[0] if same else None


def _folded(content_type: str) -> str:
    return "".join(content_type.lower().split())


def _is_kin(declared: str, kind: str) -> bool:
    return is_json_type(declared) and (declared in _GENERIC or kind in _GENERIC)


def _of_each_kind(errors: "Sequence[ValidationError]") -> "list[ValidationError]":
    """Return the first error of each kind: what is wrong with every item of a list is said of the first."""
    kinds: dict[tuple[tuple[str, ...], str], ValidationError] = {}
    for error in errors:
        names = tuple("" if isinstance(step, int) else step for step in error.absolute_path)
        kinds.setdefault((names, str(error.validator)), error)
    return list(kinds.values())


def _sentence(error: "ValidationError", redactor: Redactor) -> str:
    error = nearest(error)
    given: Any = error.instance
    error.instance = mask(given, redactor)  # before it is cut: half a secret is one too
    where = redactor(place(error.absolute_path)) or "the body"
    return redactor(f"{one_line(where, 120)} {rule(error)}")
