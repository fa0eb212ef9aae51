"""How frameworks answer: the shape of lists and records, of bodies, and of what they say when they refuse."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from recovery_check import Fault, Schema, many, one_of, thing, whole

if TYPE_CHECKING:
    from recovery_mock import Request, Resource

Row = dict[str, Any]
Refusal = tuple[int, Any]


class Style:
    """A plain JSON API; what a framework does otherwise stands in its own class."""

    status = 422
    content = "application/json"
    envelope = ""
    total = ""
    names = ("page", "per_page")
    by_page = True

    # Shape

    def id_param(self, resource: "Resource") -> str:
        """Return the name of the path parameter of one record."""
        return resource.key

    def item_path(self, resource: "Resource") -> str:
        """Return the path of one record."""
        return f"{resource.path}/{{{self.id_param(resource)}}}"

    def filter_name(self, name: str) -> str:
        """Return the query parameter that filters by a field."""
        return name

    def paging(self) -> dict[str, Schema]:
        """Return the query parameters of pages."""
        return {self.names[0]: whole(), self.names[1]: whole(maximum=100)}

    def page(self, resource: "Resource", rows: list[Row], given: Row) -> Any:
        """Return one page of a list."""
        size = given.get(self.names[1], resource.size)
        first = given.get(self.names[0], 1 if self.by_page else 0)
        start = (first - 1) * size if self.by_page else first
        return self.listed(resource, rows[start : start + size], rows, start + size)

    def listed(self, resource: "Resource", some: list[Row], rows: list[Row], after: int) -> Any:
        """Return a page in its envelope."""
        items = [self.one(resource, row) for row in some]
        if not self.envelope:
            return items
        return {self.envelope: items, **({self.total: len(rows)} if self.total else {})}

    def list_schema(self, ref: Schema) -> Schema:
        """Return the schema of a list's answer."""
        if not self.envelope:
            return many(ref)
        return thing({self.envelope: many(ref), **({self.total: whole()} if self.total else {})})

    def one(self, resource: "Resource", row: Row) -> Any:
        """Return a record as it is answered."""
        return row

    def one_schema(self, resource: "Resource", schema: Schema) -> Schema:
        """Return the schema of a record as it is answered in a list."""
        return schema

    def answered(self, ref: Schema) -> Schema:
        """Return the schema of an answer that is one record."""
        return ref

    def body(self, resource: "Resource", schema: Schema) -> Schema:
        """Return the schema of a body."""
        return schema

    def wrapped(self, resource: "Resource") -> tuple[str, ...]:
        """Return where in a body the fields stand."""
        return ()

    def unwrap(self, resource: "Resource", value: Any) -> Row:
        """Return the fields of a body."""
        for name in self.wrapped(resource):
            value = value[name]
        return dict(value)

    def parse(self, data: bytes, content: str) -> Any:
        """Return a body as a value; None where it cannot be read."""
        if not data:
            return None
        if content.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(data.decode(), keep_blank_values=True))
        try:
            return json.loads(data)
        except ValueError:
            return None

    # Refusals

    def answer_type(self, status: int, body: Any) -> str:
        """Return the media type of an answer."""
        return "text/html" if isinstance(body, str) else "application/json"

    def absent(self, resource: "Resource", wanted: Any) -> str:
        """Return what is said of a record that is not there."""
        return f"{resource.one} not found"

    def words(self, fault: Fault) -> str:
        """Return what is said of a value."""
        kind, _, wanted = fault.code.partition(":")
        return {
            "required": "is required",
            "type": f"must be of type {wanted}",
            "enum": f"must be one of: {listed(fault)}",
            "maximum": f"must be less than or equal to {fault.rule}",
            "minimum": f"must be greater than or equal to {fault.rule}",
            "maxLength": f"must be at most {fault.rule} characters long",
            "format": f"must match the format {fault.rule}",
            "exists": f"{fault.rule} does not exist",
        }[kind]

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the answer to values that are wrong."""
        return self.status, {"errors": [{"field": last(fault), "message": self.words(fault)} for fault in faults]}

    def deny(self, status: int, message: str) -> Refusal:
        """Return the answer to a request that is refused as a whole."""
        return status, {"message": message}


def listed(fault: Fault) -> str:
    """Return the values of an enum."""
    return ", ".join(map(str, fault.rule)) if fault.code == "enum" else ""


def last(fault: Fault) -> str:
    """Return the name of the field at fault."""
    return next(str(part) for part in reversed(fault.path) if isinstance(part, str))


def dotted(fault: Fault, skip: int = 1) -> str:
    """Return the path of a fault as `items[0].quantity`."""
    path = ""
    for part in fault.path[skip:]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def pointer(fault: Fault, skip: int = 1) -> str:
    """Return the path of a fault as `/items/0/quantity`."""
    return "".join(f"/{part}" for part in fault.path[skip:])


class FastApi(Style):
    """FastAPI and pydantic: 422 with detail[].loc; plain arrays, skip and limit."""

    names = ("skip", "limit")
    by_page = False

    def id_param(self, resource: "Resource") -> str:
        """Return the name of the path parameter of one record."""
        return f"{resource.one.lower()}_id"

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return pydantic's list; a reference that fails is the application's own words."""
        detail = [self.detail(fault) for fault in faults]
        return 422, {"detail": detail}

    def detail(self, fault: Fault) -> Row:
        """Return one entry of the list."""
        kind, _, wanted = fault.code.partition(":")
        short = {"integer": "int", "string": "string", "boolean": "bool", "number": "float", "array": "list"}
        types = {"required": "missing", "type": f"{short.get(wanted, 'model')}_type", "enum": "enum"}
        quoted = [f"'{one}'" for one in fault.rule] if kind == "enum" else [""]
        words = {
            "required": "Field required",
            "type": f"Input should be a valid {wanted}",
            "enum": f"Input should be {', '.join(quoted[:-1])} or {quoted[-1]}",
            "maximum": f"Input should be less than or equal to {fault.rule}",
            "minimum": f"Input should be greater than or equal to {fault.rule}",
            "format": f"Value error, expected the format {fault.rule}",
        }
        said = words.get(kind) or f"Value error, {self.words(fault)}"
        return {"type": types.get(kind, "value_error"), "loc": list(fault.path), "msg": said, "input": fault.value}

    def deny(self, status: int, message: str) -> Refusal:
        """Return HTTPException's answer."""
        return status, {"detail": message}


class Problem(Style):
    """RFC 9457 problem details; `errors` with pointers."""

    envelope, total, names, by_page = "items", "total", ("offset", "limit"), False
    status = 422

    def answer_type(self, status: int, body: Any) -> str:
        """Return the media type of problems."""
        return "application/problem+json" if status >= 400 else "application/json"

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the problem and its errors."""
        errors = [self.error(fault) for fault in faults]
        about = {"type": "https://example.net/validation-error", "title": "Your request is not valid."}
        return self.status, {**about, "status": self.status, "errors": errors}

    def error(self, fault: Fault) -> Row:
        """Return one error: a body's by pointer, a parameter's by name."""
        if fault.path[0] == "body":
            return {"detail": self.words(fault), "pointer": f"#{pointer(fault)}"}
        return {"detail": self.words(fault), "parameter": last(fault)}

    def deny(self, status: int, message: str) -> Refusal:
        """Return a problem without errors."""
        return status, {"type": "about:blank", "title": message, "status": status, "detail": message}


class InvalidParams(Problem):
    """RFC 7807 with `invalid-params`, 400."""

    envelope, total, names, by_page = "data", "count", ("page", "pageSize"), True
    status = 400

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the problem and its parameters."""
        params = [{"name": dotted(fault), "reason": self.words(fault)} for fault in faults]
        about = {"type": "https://example.net/problems/invalid", "title": "Your request parameters didn't validate."}
        return 400, {**about, "status": 400, "invalid-params": params}


class JsonApi(Style):
    """JSON:API: documents of `data`, `attributes`, and errors[].source."""

    names = ("page[number]", "page[size]")
    content = "application/vnd.api+json"

    def filter_name(self, name: str) -> str:
        """Return the query parameter that filters by a field."""
        return f"filter[{name}]"

    def answer_type(self, status: int, body: Any) -> str:
        """Return JSON:API's own media type."""
        return "text/html" if isinstance(body, str) else self.content

    def one(self, resource: "Resource", row: Row) -> Any:
        """Return a resource object; alone it is a document's `data`."""
        attributes = {name: value for name, value in row.items() if name != resource.key}
        return {"data": {"type": resource.plural, "id": row[resource.key], "attributes": attributes}}

    def listed(self, resource: "Resource", some: list[Row], rows: list[Row], after: int) -> Any:
        """Return a page in its envelope."""
        data = [self.one(resource, row)["data"] for row in some]
        return {"data": data, "meta": {"total": len(rows)}}

    def one_schema(self, resource: "Resource", schema: Schema) -> Schema:
        """Return the schema of a resource object."""
        attributes = {name: one for name, one in schema["properties"].items() if name != resource.key}
        return thing({"type": one_of(resource.plural), "id": resource.id, "attributes": thing(attributes)}, "type")

    def list_schema(self, ref: Schema) -> Schema:
        """Return the schema of a list's answer."""
        return thing({"data": many(ref), "meta": thing({"total": whole()})})

    def answered(self, ref: Schema) -> Schema:
        """Return the schema of a document."""
        return thing({"data": ref})

    def body(self, resource: "Resource", schema: Schema) -> Schema:
        """Return the schema of a document that is sent."""
        data = thing({"type": one_of(resource.plural), "id": resource.id, "attributes": schema}, "type", "attributes")
        return thing({"data": data}, "data")

    def wrapped(self, resource: "Resource") -> tuple[str, ...]:
        """Return where in a body the fields stand."""
        return ("data", "attributes")

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return errors with their source."""
        return 422, {"errors": [self.error(fault) for fault in faults]}

    def error(self, fault: Fault) -> Row:
        """Return one error."""
        source = {"pointer": pointer(fault)} if fault.path[0] == "body" else {"parameter": last(fault)}
        said = f"{last(fault)} {self.words(fault)}"
        return {"status": "422", "title": "Invalid Attribute", "detail": said, "source": source}

    def deny(self, status: int, message: str) -> Refusal:
        """Return one error without a source."""
        return status, {"errors": [{"status": str(status), "title": message, "detail": message}]}


class Spring(Style):
    """Spring Boot: a default error with BindingResult's `errors`."""

    envelope, total, names = "content", "totalElements", ("page", "size")
    by_page = False

    def page(self, resource: "Resource", rows: list[Row], given: Row) -> Any:
        """Return one page; Spring counts pages from 0."""
        size, count = given.get("size", resource.size), given.get("page", 0)
        return self.listed(resource, rows[count * size : (count + 1) * size], rows, 0)

    def refuse(self, faults: list[Fault], request: "Request") -> Refusal:
        """Return the errors of a binding."""
        return 400, {**self.about(400, "Bad Request", request.path), "errors": [self.error(fault) for fault in faults]}

    def about(self, status: int, error: str, path: str) -> Row:
        """Return what stands in each error of Spring."""
        return {"timestamp": "2026-03-01T09:00:00.000+00:00", "status": status, "error": error, "path": path}

    def error(self, fault: Fault) -> Row:
        """Return one error."""
        names = {"required": "NotNull", "maximum": "Max", "minimum": "Min", "format": "Pattern", "maxLength": "Size"}
        code = names.get(fault.code.partition(":")[0], "typeMismatch")
        words = "must not be null" if fault.code == "required" else self.words(fault)
        return {
            "codes": [f"{code}.request.{dotted(fault)}", code], "defaultMessage": words, "objectName": "request",
            "field": dotted(fault), "rejectedValue": fault.value, "code": code,
            "bindingFailure": code == "typeMismatch",
        }  # fmt: skip

    def deny(self, status: int, message: str) -> Refusal:
        """Return the default error."""
        return status, {**self.about(status, message, ""), "message": message}
