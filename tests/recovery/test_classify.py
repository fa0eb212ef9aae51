"""What the refusals of frameworks mean: real answers, as each of them sends its own."""

from collections.abc import Mapping
from typing import Any

import pytest
from support.make import json_body, one_tool, parameter

from openapi_mcp.model.call import Failure
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.recovery.classify import Refused, classify

ORDER = {
    "type": "object",
    "required": ["quantity"],
    "properties": {
        "quantity": {"type": "integer"},
        "status": {"type": "string", "enum": ["open", "closed"]},
        "email": {"type": "string", "format": "email"},
        "shippingAddress": {"$ref": "#/components/schemas/Address"},
        "shipping_date": {"type": "string", "format": "date"},
        "customer_id": {"type": "integer"},
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {"quantity": {"type": "integer"}, "sku": {"type": "string"}}},
        },
    },
}
ADDRESS = {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}
TOOL = one_tool(
    {
        "operationId": "createOrder",
        "parameters": [
            parameter("shop_id", "path"),
            parameter("limit", schema={"type": "integer"}),
            parameter("filter[name]"),
            parameter("X-Request-Kind", "header"),
        ],
        "requestBody": {"required": True, "content": json_body(ORDER)},
    },
    method="post",
    path="/shops/{shop_id}/orders",
    components={"schemas": {"Address": ADDRESS}},
)
GIVEN: dict[str, Any] = {
    "shop_id": "17",
    "limit": 500,
    "quantity": 0,
    "status": "opne",
    "email": "ann",
    "shippingAddress": {"street": "", "city": "Bonn"},
    "shipping_date": "03/04/2026",
    "customer_id": 7,
    "items": [{"quantity": 1, "sku": "a"}, {"quantity": -1, "sku": "b"}],
}
NOW = 1_800_000_000.0


def classified(
    body: Any, status: int = 422, *, headers: Mapping[str, str] | None = None, tool: Any = TOOL, given: Any = None
) -> Failure:
    response = HttpResponse(status=status, url="http://api.test", headers=tuple((headers or {}).items()))
    return classify(response, body, Refused(tool=tool, arguments=GIVEN if given is None else given), NOW)


Want = list[tuple[str, str, Any, str]]
FORMS: dict[str, tuple[Any, Want]] = {
    "django rest framework": (
        {"email": ["Enter a valid email address."], "status": ['"opne" is not a valid choice.']},
        [("email", "format", "email", "#/email/0"), ("status", "enum", None, "#/status/0")],
    ),
    "django rest framework, nested": (
        {"items": [{}, {"quantity": ["Ensure this value is greater than or equal to 1."]}],
         "shippingAddress": {"street": ["This field may not be blank."]}},
        [("items[1].quantity", "minimum", 1, "#/items/1/quantity/0"),
         ("shippingAddress.street", "required", None, "#/shippingAddress/street/0")],
    ),
    "django rest framework, a date and a key": (
        {"shipping_date": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."],
         "customer_id": ['Invalid pk "7" - object does not exist.']},
        [("shipping_date", "format", "date", "#/shipping_date/0"), ("customer_id", "exists", None, "#/customer_id/0")],
    ),
    "fastapi with pydantic 2": (
        {"detail": [
            {"type": "enum", "loc": ["body", "status"], "msg": "Input should be 'open' or 'closed'", "input": "opne",
             "ctx": {"expected": "'open' or 'closed'"}},
            {"type": "missing", "loc": ["body", "items", 0, "sku"], "msg": "Field required", "input": {}},
            {"type": "less_than_equal", "loc": ["query", "limit"], "msg": "Input should be less than or equal to 100",
             "input": "500", "ctx": {"le": 100}},
        ]},
        [("status", "enum", ("open", "closed"), "#/detail/0/msg"), ("items[0].sku", "required", None, "#/detail/1/msg"),
         ("limit", "maximum", 100, "#/detail/2/msg")],
    ),
    "fastapi with pydantic 1": (
        {"detail": [
            {"loc": ["body", "status"], "msg": "value is not a valid enumeration member; permitted: 'open', 'closed'",
             "type": "type_error.enum", "ctx": {"enum_values": ["open", "closed"]}},
            {"loc": ["body", "quantity"], "msg": "value is not a valid integer", "type": "type_error.integer"},
            {"loc": ["body", "email"], "msg": "field required", "type": "value_error.missing"},
        ]},
        [("status", "enum", ("open", "closed"), "#/detail/0/msg"), ("quantity", "type", "integer", "#/detail/1/msg"),
         ("email", "required", None, "#/detail/2/msg")],
    ),
    "pydantic, a union": (
        {"detail": [{"type": "int_parsing", "loc": ["body", "customer_id", "int"],
         "msg": "Input should be a valid integer"}]},
        [("customer_id", "type", "integer", "#/detail/0/msg")],
    ),
    "rfc 9457": (
        {"type": "https://example.net/validation-error", "title": "Your request is not valid.", "status": 422,
         "errors": [{"detail": "must be a positive integer", "pointer": "#/quantity"},
                    {"detail": "must be 'open' or 'closed'", "pointer": "#/status"}]},
        [("quantity", "exclusiveMinimum", 0, "#/errors/0/detail"),
         ("status", "enum", ("open", "closed"), "#/errors/1/detail")],
    ),
    "rfc 7807, invalid-params": (
        {"type": "about:blank", "title": "Bad", "invalid-params": [
            {"name": "limit", "reason": "must be at most 100"}, {"name": "nickname", "reason": "is unknown"}]},
        [("limit", "maximum", 100, "#/invalid-params/0/reason"), ("nickname", "invalid", None,
         "#/invalid-params/1/reason")],
    ),
    "violations": (
        {"title": "Constraint Violation", "status": 400, "violations": [
            {"field": "createOrder.quantity", "message": "must be greater than or equal to 1"}]},
        [("quantity", "minimum", 1, "#/violations/0/message")],
    ),
    "symfony": (
        {"type": "https://symfony.com/errors/validation", "title": "Validation Failed", "violations": [
            {"propertyPath": "items[1].quantity", "title": "This value should be positive."}]},
        [("items[1].quantity", "invalid", None, "#/violations/0/title")],
    ),
    "json:api": (
        {"errors": [
            {"status": "422", "title": "Invalid Attribute", "detail": "is too short (minimum is 3 characters)",
             "source": {"pointer": "/data/attributes/email"}},
            {"status": "400", "detail": "Must be an integer.", "source": {"parameter": "limit"}},
            {"status": "400", "title": "Wrong kind", "source": {"header": "X-Request-Kind"}},
            {"detail": "must exist", "source": {"pointer": "/data/relationships/customer/data/id"}},
        ]},
        [("email", "minLength", 3, "#/errors/0/detail"), ("limit", "type", "integer", "#/errors/1/detail"),
         ("X-Request-Kind", "invalid", None, "#/errors/2/title"), ("customer_id", "exists", None, "#/errors/3/detail")],
    ),
    "spring": (
        {"timestamp": "2026-11-20T10:00:00Z", "status": 400, "error": "Bad Request", "path": "/shops/17/orders",
         "errors": [{"codes": ["Min.order.quantity"], "arguments": [{"code": "quantity"}, 1], "objectName": "order",
                     "defaultMessage": "must be greater than or equal to 1", "field": "quantity", "rejectedValue": 0,
                     "bindingFailure": False, "code": "Min"}]},
        [("quantity", "minimum", 1, "#/errors/0/defaultMessage")],
    ),
    "spring, a missing parameter": (
        {"timestamp": 1, "status": 400, "error": "Bad Request", "path": "/shops",
         "message": "Required request parameter 'limit' for method parameter type int is not present"},
        [("limit", "required", None, "#/message")],
    ),
    "spring, an enum": (
        {"status": 400, "error": "Bad Request", "path": "/shops",
         "message": "JSON parse error: Cannot deserialize value of "
         'type `Status` from String "opne": not one of the values accepted for Enum class: [open, closed]'},
        [("status", "enum", ("open", "closed"), "#/message")],
    ),
    "subErrors": (
        {"apierror": {"status": "BAD_REQUEST", "message": "Validation error", "subErrors": [
            {"object": "order", "field": "email", "rejectedValue": "ann",
             "message": "must be a well-formed email address"}]}},
        [("email", "format", "email", "#/apierror/subErrors/0/message")],
    ),
    "rails": (
        {"errors": {"shipping_date": ["can't be blank"], "customer": ["must exist"]}},
        [("shipping_date", "required", None, "#/errors/shipping_date/0"),
         ("customer_id", "exists", None, "#/errors/customer/0")],
    ),
    "rails, full messages": (
        {"errors": ["Shipping address can't be blank", "Email is invalid", "Quantity must be greater than 0"]},
        [("shippingAddress", "required", None, "#/errors/0"), ("email", "invalid", None, "#/errors/1"),
         ("quantity", "exclusiveMinimum", 0, "#/errors/2")],
    ),
    "rails, at the root": ({"quantity": ["is not a number"]}, [("quantity", "type", "number", "#/quantity/0")]),
    "rails, one sentence": (
        {"error": "Validation failed: Quantity must be greater than 0, Email has already been taken"},
        [("quantity", "exclusiveMinimum", 0, "#/error"), ("email", "taken", None, "#/error")],
    ),
    "asp.net": (
        {"type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
         "title": "One or more validation errors occurred.",
         "status": 400, "errors": {"$.Quantity": ["The JSON value could not be converted to System.Int32."],
                                   "Email": ["The Email field is not a valid e-mail address."]}},
        [("quantity", "type", "integer", "#/errors/$.Quantity/0"), ("email", "format", "email", "#/errors/Email/0")],
    ),
    "asp.net, ModelState": (
        {"Message": "The request is invalid.", "ModelState": {"model.Quantity": ["The Quantity field is required."]}},
        [("quantity", "required", None, "#/ModelState/model.Quantity/0")],
    ),
    "laravel": (
        {"message": "The given data was invalid.", "errors": {
            "items.1.quantity": ["The items.1.quantity must be at least 1."],
            "status": ["The selected status is invalid."]}},
        [("items[1].quantity", "minimum", 1, "#/errors/items.1.quantity/0"), ("status", "enum", None,
         "#/errors/status/0")],
    ),
    "google": (
        {"error": {"code": 400, "message": "Request contains an invalid argument.", "status": "INVALID_ARGUMENT",
                   "details": [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [
                       {"field": "shipping_date", "description": "Invalid date: 03/04/2026"}]}]}},
        [("shipping_date", "format", "date", "#/error/details/0/fieldViolations/0/description")],
    ),
    "google, the older form": (
        {"error": {"code": 400, "message": "Invalid value '500'. Values must be within the range: [1, 100]", "errors": [
            {"domain": "global", "reason": "invalidParameter", "locationType": "parameter", "location": "limit",
             "message": "Invalid value '500'. Values must be within the range: [1, 100]"}]}},
        [("limit", "maximum", 100, "#/error/errors/0/message")],
    ),
    "stripe": (
        {"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "customer_id",
                   "message": "No such customer: '7'"}},
        [("customer_id", "exists", None, "#/error/message")],
    ),
    "stripe, nested": (
        {"error": {"type": "invalid_request_error", "param": "items[1][quantity]", "message": "Invalid integer: x"}},
        [("items[1].quantity", "invalid", None, "#/error/message")],
    ),
    "github": (
        {"message": "Validation Failed", "documentation_url": "https://docs.test", "errors": [
            {"resource": "Order", "field": "email", "code": "missing_field"},
            {"resource": "Order", "field": "customer_id", "code": "missing"}]},
        [("email", "required", None, "#/errors/0"), ("customer_id", "exists", None, "#/errors/1")],
    ),
    "odata": (
        {"error": {"code": "BadRequest", "message": "Multiple errors", "target": "order", "details": [
            {"code": "NullValue", "target": "email", "message": "Email must not be null."}],
             "innererror": {"code": "x"}}},
        [("email", "required", None, "#/error/details/0/message")],
    ),
    "graphql-like": (
        {"errors": [{"message": "Value must be one of: open, closed", "path": ["createOrder"],
                     "extensions": {"code": "BAD_USER_INPUT", "argumentName": "status"}}]},
        [("status", "enum", ("open", "closed"), "#/errors/0/message")],
    ),
    "express-validator": (
        {"errors": [{"type": "field", "value": "ann", "msg": "Invalid value", "path": "email", "location": "body"},
                    {"value": "500", "msg": "must be at most 100", "param": "limit", "location": "query"}]},
        [("email", "invalid", None, "#/errors/0/msg"), ("limit", "maximum", 100, "#/errors/1/msg")],
    ),
    "joi": (
        {"message": "Validation failed", "details": [
            {"message": '"items[1].quantity" must be greater than or equal to 1', "path": ["items", 1, "quantity"],
             "type": "number.min", "context": {"limit": 1, "value": -1, "label": "items[1].quantity",
              "key": "quantity"}},
            {"message": '"status" must be one of [open, closed]', "path": ["status"], "type": "any.only",
             "context": {"valids": ["open", "closed"]}}]},
        [("items[1].quantity", "minimum", 1, "#/details/0/message"), ("status", "enum", ("open", "closed"),
         "#/details/1/message")],
    ),
    "celebrate": (
        {"statusCode": 400, "error": "Bad Request", "message": "Validation failed", "validation": {
            "body": {"source": "body", "keys": ["quantity"], "message": '"quantity" must be a number'}}},
        [("quantity", "type", "number", "#/validation/body/message")],
    ),
    "zod": (
        {"success": False, "error": {"name": "ZodError", "issues": [
            {"code": "invalid_enum_value", "received": "opne", "options": ["open", "closed"], "path": ["status"],
             "message": "Invalid enum value. Expected 'open' | 'closed', received 'opne'"},
            {"code": "invalid_type", "expected": "string", "received": "undefined", "path": ["email"],
             "message": "Required"},
            {"code": "too_small", "minimum": 1, "type": "number", "inclusive": True, "path": ["items", 1, "quantity"],
             "message": "Number must be greater than or equal to 1"}]}},
        [("status", "enum", ("open", "closed"), "#/error/issues/0/message"),
         ("email", "required", None, "#/error/issues/1/message"),
         ("items[1].quantity", "minimum", 1, "#/error/issues/2/message")],
    ),
    "zod, flattened": (
        {"formErrors": [], "fieldErrors": {"quantity": ["Expected number, received string"]}},
        [("quantity", "type", "number", "#/fieldErrors/quantity/0")],
    ),
    "nestjs": (
        {"statusCode": 400, "error": "Bad Request", "message": [
            "quantity must not be less than 1", "items.1.sku should not be empty",
            "status must be one of the following values: open, closed"]},
        [("quantity", "minimum", 1, "#/message/0"), ("items[1].sku", "required", None, "#/message/1"),
         ("status", "enum", ("open", "closed"), "#/message/2")],
    ),
    "class-validator": (
        [{"property": "quantity", "value": 0, "constraints": {"min": "quantity must not be less than 1"},
         "children": []}],
        [("quantity", "minimum", 1, "#/0/constraints/min")],
    ),
    "fastify": (
        {"statusCode": 400, "code": "FST_ERR_VALIDATION", "error": "Bad Request",
         "message": "body/quantity must be integer"},
        [("quantity", "type", "integer", "#/message")],
    ),
    "fastify, missing": (
        {"statusCode": 400, "error": "Bad Request", "message": "body must have required property 'email'"},
        [("email", "required", None, "#/message")],
    ),
    "ajv": (
        {"errors": [
            {"instancePath": "/status", "schemaPath": "#/properties/status/enum", "keyword": "enum",
             "params": {"allowedValues": ["open", "closed"]}, "message": "must be equal to one of the allowed values"},
            {"instancePath": "", "keyword": "required", "params": {"missingProperty": "email"},
             "message": "must have required property 'email'"},
            {"instancePath": "/items/1/quantity", "keyword": "minimum", "params": {"comparison": ">=", "limit": 1},
             "message": "must be >= 1"}]},
        [("status", "enum", ("open", "closed"), "#/errors/0/message"), ("email", "required", None,
         "#/errors/1/message"),
         ("items[1].quantity", "minimum", 1, "#/errors/2/message")],
    ),
    "connexion": (
        {"type": "about:blank", "title": "Bad Request", "detail": "'opne' is not one of ['open', 'closed'] - 'status'"},
        [("status", "enum", ("open", "closed"), "#/detail")],
    ),
    "jsonschema": (
        {"message": "'opne' is not one of ['open', 'closed']"}, [("status", "enum", ("open", "closed"), "#/message")],
    ),
    "webargs": (
        {"errors": {"json": {"quantity": ["Not a valid integer."]}}},
        [("quantity", "type", "integer", "#/errors/json/quantity/0")],
    ),
    "marshmallow": (
        {"messages": {"items": {"1": {"quantity": ["Must be greater than or equal to 1."]}}}},
        [("items[1].quantity", "minimum", 1, "#/messages/items/1/quantity/0")],
    ),
    "mongoose": (
        {"message": "Order validation failed", "errors": {"quantity": {
            "name": "ValidatorError", "message": "Path `quantity` (0) is less than minimum allowed value (1).",
            "kind": "min", "path": "quantity", "value": 0}}},
        [("quantity", "minimum", 1, "#/errors/quantity/message")],
    ),
    "wordpress": (
        {"code": "rest_invalid_param", "message": "Invalid parameter(s): limit", "data": {
            "status": 400, "params": {"limit": "limit must be between 1 (inclusive) and 100 (inclusive)"}}},
        [("limit", "maximum", 100, "#/data/params/limit")],
    ),
    "amazon": (
        "<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code><Message>limit must be at most 100</Message>"
        "<ArgumentName>limit</ArgumentName></Error>",
        [("limit", "maximum", 100, "#/Message")],
    ),
    "html": (
        "<html><head><title>400</title></head><body><h1>Bad Request</h1>"
        "<p>Missing parameter: &quot;limit&quot;</p></body></html>",
        [("limit", "required", None, "#")],
    ),
    "plain text": ("status must be one of open, closed", [("status", "enum", ("open", "closed"), "#")]),
    "plain text, quoted": ("Invalid value for 'shipping_date': expected YYYY-MM-DD", [("shipping_date", "format",
     "date", "#")]),
    "json as text": ('{"quantity": ["A valid integer is required."]}', [("quantity", "type", "integer",
     "#/quantity/0")]),
    "a form of nobody": (
        {"outcome": {"reports": [{"attribute": "customerId", "text": "There is no such customer."}]}},
        [("customer_id", "exists", None, "#/outcome/reports/0/text")],
    ),
    "an unknown field": (
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "colour"], "msg": "Extra inputs are not permitted"}]},
        [("colour", "unknown", None, "#/detail/0/msg")],
    ),
    "a list that says which of its items": (
        {"errors": {"items": [{"index": 1, "errors": {"quantity": ["No."]}}, {"row": "7",
         "errors": {"sku": ["No."]}}]}},
        [("items[1].quantity", "invalid", None, "#/errors/items/0/errors/quantity/0")],
    ),
    "another name for errors": (
        {"result": "error", "validationMessages": {"quantity": "There are too many"}},
        [("quantity", "invalid", None, "#/validationMessages/quantity")],
    ),
    "what is no error": (
        {"errors": {"email": [7, {"message": "No."}, "x"], "quantity": [{"message": "No."}]}},
        [("email", "invalid", None, "#/errors/email/1/message"), ("quantity", "invalid", None,
         "#/errors/quantity/0/message")],
    ),
    "class-validator, of no words": (
        [{"property": "quantity", "constraints": {"min": 7}}], [("quantity", "minimum", None, "#/0")],
    ),
    "a wire name": ({"errors": [{"field": "filter[name]", "message": "is required"}]}, [("filter_name", "required",
     None, "#/errors/0/message")]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_a_framework_is_read(form: str) -> None:
    """The issue's list of forms; each answer as that framework sends it."""
    body, wanted = FORMS[form]
    failure = classified(body)
    found = [(fault.place or fault.named, fault.rule, fault.limit, fault.at) for fault in failure.faults]
    assert found == wanted
    assert failure.field == wanted[0][0]
    assert failure.evidence == failure.faults[0].said
    assert failure.at == wanted[0][3]


def test_a_list_that_is_there_and_empty_is_to_have_an_item() -> None:
    """Django REST Framework: what is not missing is not to be added."""
    failure = classified({"items": ["This list may not be empty."]}, given={"items": []})
    assert [(each.rule, each.limit) for each in failure.faults] == [("minItems", 1)]
