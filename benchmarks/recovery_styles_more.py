"""How more frameworks and well-known APIs answer."""

from typing import TYPE_CHECKING, Any

from recovery_check import Fault, Schema, flag, many, text, thing, whole
from recovery_styles import Refusal, Row, Style, dotted, last, listed

if TYPE_CHECKING:
    from recovery_mock import Request, Resource


def by_field(faults: list[Fault], words: Any, name: Any = last) -> dict[str, list[str]]:
    """Return messages by field, as many frameworks send them."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(name(fault), []).append(words(fault))
    return found


class Rails(Style):
    """Rails: strong parameters (a wrapped body) and `errors` by attribute."""

    def body(self, resource: "Resource", schema: Schema) -> Schema:
        """Return the schema of `{"contact": {...}}`."""
        return thing({resource.one.lower(): schema}, resource.one.lower())

    def wrapped(self, resource: "Resource") -> tuple[str, ...]:
        """Return where in a body the fields stand."""
        return (resource.one.lower(),)

    def words(self, fault: Fault) -> str:
        """Return what Active Model says."""
        said = {"required": "can't be blank", "enum": "is not included in the list", "exists": "must exist"}
        kind = fault.code.partition(":")[0]
        return said.get(kind) or ("is invalid" if kind in ("type", "format") else super().words(fault))

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the errors by attribute; a whole parameter that is missing is a 400."""
        if any(len(fault.path) == 2 and fault.code == "required" for fault in faults):
            return 400, {"status": 400, "error": f"param is missing or the value is empty: {last(faults[0])}"}
        return 422, {"errors": by_field(faults, self.words, self.key)}

    def key(self, fault: Fault) -> str:
        """Return the attribute; of a record that must exist it is the association's name."""
        return last(fault).removesuffix("_id") if fault.code == "exists" else last(fault)

    def deny(self, status: int, message: str) -> Refusal:
        """Return `{"error": ...}`."""
        return status, {"error": message}

    def absent(self, resource: "Resource", wanted: Any) -> str:
        """Return Active Record's words."""
        return f"Couldn't find {resource.one} with 'id'={wanted}"


class AspNet(Style):
    """ASP.NET Core: validation problem details, keyed by `$.path` (JSON) or the model's own names."""

    envelope, total, names = "items", "totalCount", ("pageNumber", "pageSize")

    def answer_type(self, status: int, body: Any) -> str:
        """Return the media type of problems."""
        return "application/problem+json; charset=utf-8" if status >= 400 else "application/json; charset=utf-8"

    def key(self, fault: Fault) -> str:
        """Return `$.startDate` for what JSON could not read, `StartDate` for what the model refused, `id` of a path."""
        if fault.path[0] != "body":
            return last(fault)
        name = dotted(fault)
        return f"$.{name}" if fault.code.startswith(("type", "format", "enum")) else name[:1].upper() + name[1:]

    def words(self, fault: Fault) -> str:
        """Return what ASP.NET says."""
        if fault.path[0] != "body":
            return f"The value '{fault.value}' is not valid."
        if fault.code == "required":
            name = last(fault)
            return f"The {name[:1].upper()}{name[1:]} field is required."
        if fault.code.startswith(("type", "format")):
            return f"The JSON value could not be converted to {fault.rule}. Path: $.{dotted(fault)} | LineNumber: 0."
        return f"The field {last(fault)} {super().words(fault)}."

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the problem."""
        about = {"type": "https://tools.ietf.org/html/rfc9110#section-15.5.1", "status": 400, "traceId": "00-4bf9-01"}
        title = "One or more validation errors occurred."
        return 400, {**about, "title": title, "errors": by_field(faults, self.words, self.key)}

    def deny(self, status: int, message: str) -> Refusal:
        """Return a problem."""
        return status, {"type": "https://tools.ietf.org/html/rfc9110", "title": message, "status": status}


class Laravel(Style):
    """Laravel: `message` and `errors` by attribute; lists in `data` with `meta`."""

    envelope = "data"

    def listed(self, resource: "Resource", some: list[Row], rows: list[Row], after: int) -> Any:
        """Return a page as a resource collection."""
        return {"data": some, "meta": {"total": len(rows), "per_page": resource.size}}

    def words(self, fault: Fault) -> str:
        """Return what the validator says."""
        name, kind = last(fault).replace("_", " "), fault.code.partition(":")[0]
        return {
            "required": f"The {name} field is required.",
            "enum": f"The selected {name} is invalid. Allowed values: {listed(fault)}.",
            "exists": f"The selected {name} is invalid.",
            "format": f"The {name} field must match the format {fault.rule}.",
            "maximum": f"The {name} field must not be greater than {fault.rule}.",
        }.get(kind) or f"The {name} field {super().words(fault)}."

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the errors by attribute, the first as the message."""
        errors = by_field(faults, self.words, lambda fault: ".".join(map(str, fault.path[1:])))
        return 422, {"message": self.words(faults[0]), "errors": errors}

    def absent(self, resource: "Resource", wanted: Any) -> str:
        """Return Eloquent's words."""
        return f"No query results for model [App\\Models\\{resource.one}] {wanted}"


class Google(Style):
    """Google: error.details with field violations, pageToken."""

    names = ("pageToken", "pageSize")

    def paging(self) -> dict[str, Schema]:
        """Return the query parameters of pages."""
        return {"pageToken": text(), "pageSize": whole()}

    def page(self, resource: "Resource", rows: list[Row], given: Row) -> Any:
        """Return one page and the token of the next."""
        start, size = int(given.get("pageToken") or 0), given.get("pageSize", resource.size)
        more = {"nextPageToken": str(start + size)} if start + size < len(rows) else {}
        return {resource.plural: rows[start : start + size], **more}

    def list_schema(self, ref: Schema) -> Schema:
        """Return the schema of a list's answer; its member bears the record's name."""
        plural = f"{ref['$ref'].rpartition('/')[2].lower()}s"
        return thing({plural: many(ref), "nextPageToken": text()})

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return INVALID_ARGUMENT with its violations."""
        violations = [{"field": dotted(fault), "description": self.words(fault)} for fault in faults]
        detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}
        said = f"Invalid value at '{dotted(faults[0])}'"
        return 400, {"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT", "details": [detail]}}

    def deny(self, status: int, message: str) -> Refusal:
        """Return the error with its status by name."""
        names = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED"}
        name = names.get(status, "RESOURCE_EXHAUSTED" if status == 429 else "FAILED_PRECONDITION")
        return status, {"error": {"code": status, "message": message, "status": name}}


class Stripe(Style):
    """Stripe: form bodies, lists with has_more, one error with its `param`."""

    content, names = "application/x-www-form-urlencoded", ("starting_after", "limit")

    def paging(self) -> dict[str, Schema]:
        """Return the query parameters of pages."""
        return {"starting_after": text(), "limit": whole(maximum=100)}

    def parse(self, data: bytes, content: str) -> Any:
        """Return a form with its numbers as numbers."""
        values = super().parse(data, content) or {}
        return {name: int(value) if value.isdigit() else value for name, value in values.items()}

    def page(self, resource: "Resource", rows: list[Row], given: Row) -> Any:
        """Return what follows a record."""
        ids = [row["id"] for row in rows]
        start = ids.index(given["starting_after"]) + 1 if given.get("starting_after") in ids else 0
        size = given.get("limit", resource.size)
        return {"object": "list", "data": rows[start : start + size], "has_more": start + size < len(rows)}

    def list_schema(self, ref: Schema) -> Schema:
        """Return the schema of a list's answer."""
        return thing({"object": text(), "data": many(ref), "has_more": flag()})

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the first error, as Stripe does."""
        fault = faults[0]
        said = {
            "required": f"Missing required param: {last(fault)}.",
            "exists": f"No such {fault.rule}: '{fault.value}'",
        }
        message = said.get(fault.code) or f"Invalid {last(fault)}: {self.words(fault)}"
        code = {"required": "parameter_missing", "exists": "resource_missing"}.get(fault.code, "parameter_invalid")
        return 400, {"error": {"type": "invalid_request_error", "code": code, "param": last(fault), "message": message}}

    def deny(self, status: int, message: str) -> Refusal:
        """Return an error without a parameter; of an id, `param` is `id`."""
        param = {"param": "id", "code": "resource_missing"} if status == 404 else {}
        return status, {"error": {"type": "invalid_request_error", "message": message, **param}}

    def absent(self, resource: "Resource", wanted: Any) -> str:
        """Return Stripe's words."""
        return f"No such {resource.one.lower()}: '{wanted}'"


class GitHub(Style):
    """GitHub: errors[] of resource, field and code; plain arrays."""

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return Validation Failed."""
        return 422, {"message": "Validation Failed", "errors": [self.error(fault) for fault in faults]}

    def error(self, fault: Fault) -> Row:
        """Return one error."""
        codes = {"required": "missing_field", "exists": "missing"}
        about = {"resource": "Issue", "field": last(fault), "code": codes.get(fault.code, "invalid")}
        return about if fault.code in codes else {**about, "message": f"{last(fault)} {self.words(fault)}"}

    def deny(self, status: int, message: str) -> Refusal:
        """Return the message and where it is documented."""
        return status, {"message": message, "documentation_url": "https://docs.example.com/rest", "status": str(status)}

    def absent(self, resource: "Resource", wanted: Any) -> str:
        """Return GitHub's words, which say nothing."""
        return "Not Found"


class OData(Style):
    """OData: `value`, $top and $skip, keys in parentheses, error.target and its details."""

    envelope, names, by_page = "value", ("$skip", "$top"), False

    def item_path(self, resource: "Resource") -> str:
        """Return `/Customers({Id})`."""
        return f"{resource.path}({{{self.id_param(resource)}}})"

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the error: one with its target, several as details."""
        details = [{"code": fault.code, "target": dotted(fault), "message": self.words(fault)} for fault in faults]
        first = {"code": "BadArgument", "message": details[0]["message"], "target": details[0]["target"]}
        more = {"message": "Multiple errors", "target": "body", "details": details} if len(details) > 1 else {}
        return 400, {"error": {**first, **more}}

    def deny(self, status: int, message: str) -> Refusal:
        """Return the error without a target."""
        return status, {"error": {"code": str(status), "message": message}}


class GraphQl(Style):
    """An API over a GraphQL server: errors[] with path and extensions."""

    envelope, total, names = "nodes", "totalCount", ("page", "first")

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the errors."""
        return 400, {"data": None, "errors": [self.error(fault) for fault in faults]}

    def error(self, fault: Fault) -> Row:
        """Return one error."""
        said = f'Variable "$input" got invalid value at "input.{dotted(fault)}"; {self.words(fault)}'
        extensions = {"code": "BAD_USER_INPUT", "argumentName": last(fault)}
        return {"message": said, "path": ["input", *fault.path[1:]], "extensions": extensions}

    def deny(self, status: int, message: str) -> Refusal:
        """Return one error."""
        return status, {"data": None, "errors": [{"message": message, "extensions": {"code": "FAILED"}}]}


class Express(Style):
    """Express with express-validator: errors[] of msg, path and location."""

    envelope, total = "docs", "totalDocs"
    names = ("page", "limit")

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the validation result's array."""
        return 400, {"errors": [self.error(fault) for fault in faults]}

    def error(self, fault: Fault) -> Row:
        """Return one error; a path is a request's params."""
        where = {"path": "params"}.get(str(fault.path[0]), fault.path[0])
        value = {} if fault.code == "required" else {"value": fault.value}
        return {"type": "field", **value, "msg": self.words(fault), "path": dotted(fault), "location": where}

    def words(self, fault: Fault) -> str:
        """Return the message; the default is all that many write."""
        return "Invalid value" if fault.code in ("required", "exists") else super().words(fault)

    def deny(self, status: int, message: str) -> Refusal:
        """Return `{"error": ...}`."""
        return status, {"error": message}


class Plain(Style):
    """A small server without a framework: sentences as text, and a web page for what is not there."""

    status = 400

    def answer_type(self, status: int, body: Any) -> str:
        """Return the media type: text for sentences."""
        if isinstance(body, str):
            return "text/html; charset=utf-8" if body.startswith("<") else "text/plain; charset=utf-8"
        return "application/json"

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return one sentence."""
        return 400, f"Bad request: {last(faults[0])} {self.words(faults[0])}"

    def deny(self, status: int, message: str) -> Refusal:
        """Return a web page."""
        return status, f"<!doctype html><html><head><title>{status}</title></head><body><p>{message}</p></body></html>"
