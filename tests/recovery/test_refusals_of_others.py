"""Refusals of frameworks and APIs that no form was written for: real answers, read by the general rules."""

from typing import Any

import pytest
from support.make import json_body, one_tool, parameter
from test_classify import classified

from openapi_mcp.model.call import FailureKind

TICKET = {
    "type": "object",
    "properties": {
        "owner_name": {"type": "string"},
        "level": {"type": "string"},
        "weight": {"type": "number"},
        "email": {"type": "string"},
        "due_on": {"type": "string", "format": "date"},
        "spec": {"type": "object", "properties": {"strategy": {"type": "string"}, "replicas": {"type": "integer"}}},
    },
}
TOOL = one_tool(
    {
        "operationId": "createTicket",
        "parameters": [parameter("page_size", schema={"type": "integer"})],
        "requestBody": {"required": True, "content": json_body(TICKET)},
    },
    method="post",
    path="/tickets",
)
GIVEN: dict[str, Any] = {
    "owner_name": "Bo", "level": "Urgent Now", "weight": 250, "email": "ann", "due_on": "3.4.26", "page_size": 900,
    "spec": {"strategy": "recreate", "replicas": -1},
}  # fmt: skip
ALL = ("low", "high", "urgent_now")
OWNER, EMAIL = ("owner_name", "required", None), ("email", "format", "email")
LEVEL, WEIGHT = ("level", "enum", ALL), ("weight", "maximum", 100)
TAKEN = ("email", "taken", None)

FORMS: dict[str, tuple[Any, tuple[str, str, Any]]] = {
    "gin": ({"error": "Key: 'CreateTicket.OwnerName' Error:Field validation for 'OwnerName' failed on the "
             "'required' tag"}, OWNER),
    "micronaut": ({"message": "Bad Request", "_links": {"self": {"href": "/tickets", "templated": False}},
                   "_embedded": {"errors": [{"message": "ticket.level: must be one of: low, high, urgent_now"}]}},
                  LEVEL),
    "boom": ({"statusCode": 400, "error": "Bad Request", "message": '"level" must be one of [low, high, urgent_now]',
              "validation": {"source": "payload", "keys": ["level"]}}, LEVEL),
    "trpc": ({"error": {"json": {"message": '[{"code": "invalid_enum_value", "options": ["low", "high", "urgent_now"],'
              ' "path": ["level"], "message": "Invalid enum value."}]', "code": -32600,
              "data": {"code": "BAD_REQUEST", "httpStatus": 400, "path": "ticket.create"}}}}, LEVEL),
    "quarkus": ({"exception": None, "propertyViolations": [], "parameterViolations": [
        {"constraintType": "PARAMETER", "path": "create.ticket.ownerName", "message": "must not be blank",
         "value": ""}]}, OWNER),
    "quarkus, a pattern of values": ({"parameterViolations": [
        {"path": "create.ticket.level", "message": 'must match "low|high|urgent_now"'}]}, LEVEL),
    "kubernetes": ({"kind": "Status", "status": "Failure", "reason": "Invalid", "code": 422,
                    "message": 'Ticket "x" is invalid', "details": {"name": "x", "kind": "Ticket", "causes": [
                        {"reason": "FieldValueNotSupported", "field": "template.level",
                         "message": 'Unsupported value: "a": supported values: "low", "high", "urgent_now"'}]}}, LEVEL),
    "kubernetes, of a field within": ({"kind": "Status", "code": 422, "details": {"causes": [
        {"reason": "FieldValueInvalid", "field": "spec.replicas",
         "message": "Invalid value: -1: must be greater than or equal to 0"}]}}, ("spec.replicas", "minimum", 0)),
    "soap": ("<?xml version='1.0'?><s:Envelope xmlns:s='x'><s:Body><s:Fault><faultcode>s:Client</faultcode>"
             "<faultstring>Validation failed</faultstring><detail><field>level</field>"
             "<message>must be one of: low, high, urgent_now</message></detail></s:Fault></s:Body></s:Envelope>",
             LEVEL),
    "german": ({"fehler": [{"feld": "level", "meldung": "Ung\u00fcltig. Erlaubt sind: low, high, urgent_now"}]},
               LEVEL),
    "german, required": ({"fehler": [{"feld": "owner_name", "meldung": "Dieses Feld ist erforderlich."}]}, OWNER),
    "spanish": ({"errores": [{"campo": "level", "mensaje": "debe ser uno de: low, high, urgent_now"}]}, LEVEL),
    "spanish, a bound": ({"errors": {"weight": ["no debe ser mayor que 100."]}}, WEIGHT),
    "french": ({"erreurs": [{"champ": "level", "message": "doit \u00eatre l'une des valeurs suivantes : low, high"}]},
               ("level", "enum", ("low", "high"))),
    "portuguese": ({"erros": [{"campo": "level", "mensagem": "deve ser um dos valores: low, high"}]},
                   ("level", "enum", ("low", "high"))),
    "notion": ({"object": "error", "status": 400, "code": "validation_error", "message":
                "body failed validation: body.owner_name should be defined, instead was `undefined`."}, OWNER),
    "notion, values": ({"object": "error", "code": "validation_error", "message": "body failed validation: body.level "
                        'should be `"low"`, `"high"`, or `"urgent_now"`, instead was `"a"`.'}, LEVEL),
    "notion, a bound": ({"code": "validation_error", "message":
                         "body failed validation: body.weight should be \u2264 `100`, instead was `250`."}, WEIGHT),
    "postgrest": ({"code": "23505", "details": "Key (email)=(ann) already exists.", "hint": None,
                   "message": 'duplicate key value violates unique constraint "tickets_contact"'}, TAKEN),
    "postgrest, its constraint": ({"code": "23505", "details": None, "message":
                                   'duplicate key value violates unique constraint "tickets_email_key"'}, TAKEN),
    "postgrest, a null": ({"code": "23502", "details": "Failing row contains (7).", "message": "null value in column "
                           '"owner_name" of relation "tickets" violates not-null constraint'}, OWNER),
    "supabase": ({"code": "23503", "details": 'Key (owner_name)=(Bo) is not present in table "owners".', "message":
                  'insert or update on table "tickets" violates foreign key constraint "tickets_fk"'},
                 ("owner_name", "exists", None)),
    "directus": ({"errors": [{"message": 'Validation failed for field "level". Value has to be one of "low", "high".',
                  "extensions": {"code": "FAILED_VALIDATION", "field": "level", "type": "in", "path": [],
                                 "valid": ["low", "high", "urgent_now"]}}]}, LEVEL),
    "salesforce": ([{"message": "Required fields are missing: [owner_name]", "errorCode": "REQUIRED_FIELD_MISSING",
                     "fields": ["owner_name"]}], OWNER),
    "symfony": ({"title": "Validation Failed", "violations": [
        {"propertyPath": "level", "title": "The value you selected is not a valid choice.",
         "parameters": {"{{ value }}": '"a"', "{{ choices }}": '"low", "high", "urgent_now"'}}]}, LEVEL),
    "aws": ({"__type": "ValidationException", "message": "1 validation error detected: Value 'a' at 'level' failed to "
             "satisfy constraint: Member must satisfy enum value set: [low, high, urgent_now]"}, LEVEL),
    "html with a tail": ("<!DOCTYPE html><html><body><pre>ValidationError: level must be one of: low, high, "
                         "urgent_now<br> &nbsp; &nbsp;at /srv/app.js:1:1</pre></body></html>", LEVEL),
    "graphql": ({"errors": [{"message": 'Variable "$input" got invalid value null at "input.owner_name"; Field '
                 '"owner_name" of required type "String!" was not provided.'}]}, OWNER),
    # those of the list of frameworks and APIs that nobody had looked at
    "phoenix": ({"errors": {"owner_name": ["can't be blank"]}}, OWNER),
    "phoenix, json:api": ({"errors": [{"detail": "Owner name can't be blank", "title": "can't be blank", "source":
                           {"pointer": "/data/attributes/owner-name"}}]}, OWNER),
    "strapi": ({"data": None, "error": {"status": 400, "name": "ValidationError", "message":
                "owner_name must be defined.", "details": {"errors": [
                    {"path": ["owner_name"], "message": "owner_name must be defined.", "name": "ValidationError"}]}}},
               OWNER),
    "hasura": ({"errors": [{"message": 'Uniqueness violation. duplicate key value violates unique constraint '
                '"tickets_email_key"', "extensions": {"path": "$.selectionSet.insert_tickets.args.objects",
                                                      "code": "constraint-violation"}}]}, TAKEN),
    "ktor": ("Illegal input: Field 'owner_name' is required for type with serial name 'Ticket', but it was missing at "
             "path: $", OWNER),
    "rocket": ({"error": {"code": 422, "reason": "Unprocessable Entity", "description":
                "missing field `owner_name` at line 1 column 20"}}, OWNER),
    "serde, a variant": ("Failed to deserialize the JSON body into the target type: level: unknown variant `a`, "
                         "expected one of `low`, `high`, `urgent_now` at line 1 column 9", LEVEL),
    "play": ({"obj.level": [{"msg": ["must be one of: low, high, urgent_now"], "args": []}]}, LEVEL),
    "grails": ({"errors": [{"object": "app.Ticket", "field": "ownerName", "rejected-value": None, "message":
                "Property [ownerName] of class [class app.Ticket] cannot be null"}]}, OWNER),
    "flask-restx": ({"errors": {"level": "'a' is not one of ['low', 'high', 'urgent_now']"},
                     "message": "Input payload validation failed"}, LEVEL),
    "flask-restx, required": ({"errors": {"owner_name": "'owner_name' is a required property"},
                               "message": "Input payload validation failed"}, OWNER),
    "marshmallow": ({"code": 422, "status": "Unprocessable Entity", "errors": {"json": {"level": [
        "Must be one of: low, high, urgent_now."]}}}, LEVEL),
    "tornado": ("<html><title>400: Missing argument owner_name</title><body>400: Missing argument owner_name</body>"
                "</html>", OWNER),
    "feathers": ({"name": "BadRequest", "message": "validation failed", "code": 400, "className": "bad-request",
                  "data": [{"instancePath": "/level", "keyword": "enum", "message":
                            "must be equal to one of the allowed values",
                            "params": {"allowedValues": ["low", "high", "urgent_now"]}}]}, LEVEL),
    "loopback": ({"error": {"statusCode": 422, "name": "UnprocessableEntityError", "message": "The request body is "
                  "invalid.", "code": "VALIDATION_FAILED", "details": [
                      {"path": "/level", "code": "enum", "message": "must be equal to one of the allowed values",
                       "info": {"allowedValues": ["low", "high", "urgent_now"]}}]}}, LEVEL),
    "sails": ({"code": "E_MISSING_OR_INVALID_PARAMS", "problems": ['"owner_name" is required, but it was not defined.'],
               "message": "The server could not fulfill this request"}, OWNER),
    "adonisjs": ({"errors": [{"message": "The selected level is invalid", "rule": "enum", "field": "level",
                              "meta": {"choices": ["low", "high", "urgent_now"]}}]}, LEVEL),
    "vapor": ({"error": True, "reason": "owner_name is required, email is not a valid email address"}, OWNER),
    "vapor, a missing key": ({"error": True, "reason": "No such key 'owner_name' at path ''. No value associated with "
                              "key CodingKeys"}, OWNER),
    "cakephp": ({"message": "A validation error occurred", "code": 422, "url": "/tickets", "errorCount": 1, "errors":
                 {"owner_name": {"_required": "This field is required"}}}, OWNER),
    "yii": ([{"field": "owner_name", "message": "Owner Name cannot be blank."}], OWNER),
    "api platform": ({"@type": "ConstraintViolation", "hydra:title": "An error occurred", "hydra:description":
                      "email: This value is not a valid email address.", "violations": [
                          {"propertyPath": "email", "message": "This value is not a valid email address.",
                           "code": "bd79c0ab"}]}, EMAIL),
    "saleor": ({"errors": [{"field": "email", "message": "User with this Email already exists.", "code": "UNIQUE"}]},
               TAKEN),
    "zendesk": ({"error": "RecordInvalid", "description": "Record validation errors", "details": {"owner_name": [
        {"description": "Owner name: cannot be blank", "error": "BlankValue"}]}}, OWNER),
    "hubspot": ({"status": "error", "message": 'Property values were not valid: [{"isValid":false,"message":"a was '
                 'not one of the allowed options: [low, high, urgent_now]","error":"INVALID_OPTION","name":"level"}]',
                 "correlationId": "7", "category": "VALIDATION_ERROR"}, LEVEL),
    "jira": ({"errorMessages": [], "errors": {"level": "Specify a valid value: must be one of low, high, urgent_now"}},
             LEVEL),
    "gitlab": ({"message": {"email": ["has already been taken"]}}, TAKEN),
    "gitlab, grape": ({"error": "owner_name is missing, weight is invalid"}, OWNER),
    "bitbucket": ({"type": "error", "error": {"message": "Bad request", "fields": {"owner_name": [
        "required key not provided"]}}}, OWNER),
    "asana": ({"errors": [{"message": "owner_name: Missing input", "help": "For more information on API status codes, "
                           "see the docs"}]}, OWNER),
    "trello": ("invalid value for level", ("level", "invalid", None)),
    "mailchimp": ({"type": "https://mailchimp.com/developer/errors/", "title": "Invalid Resource", "status": 400,
                   "detail": "The resource submitted could not be validated.", "instance": "7", "errors": [
                       {"field": "email", "message": "This value should be a valid email."}]}, EMAIL),
    "sendgrid": ({"errors": [{"message": "The owner_name is required.", "field": "owner_name", "help": "x"}]}, OWNER),
    "square": ({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "INVALID_ENUM_VALUE", "detail":
                "`a` is not a valid enum value for `level`.", "field": "level"}]}, ("level", "enum", None)),
    "paypal": ({"name": "INVALID_REQUEST", "message": "Request is not well-formed", "details": [
        {"field": "/level", "value": "a", "location": "body", "issue": "INVALID_PARAMETER_VALUE",
         "description": "The value must be one of low, high, urgent_now."}]}, LEVEL),
    "adyen": ({"status": 422, "errorCode": "130", "message": "Required field 'owner_name' is not provided.",
               "errorType": "validation"}, OWNER),
    "plaid": ({"error_type": "INVALID_REQUEST", "error_code": "MISSING_FIELDS", "error_message":
               "the following required fields are missing: owner_name", "display_message": None}, OWNER),
    "okta": ({"errorCode": "E0000001", "errorSummary": "Api validation failed: email", "errorLink": "E0000001",
              "errorCauses": [{"errorSummary": "email: An object with this field already exists"}]}, TAKEN),
    "auth0": ({"statusCode": 400, "error": "Bad Request", "message": "Payload validation error: 'Missing required "
               "property: owner_name'.", "errorCode": "invalid_body"}, OWNER),
    "azure": ({"error": {"code": "InvalidParameter", "message": "The value 'a' of parameter 'level' is invalid. "
               "Allowed values are: low, high, urgent_now.", "target": "level"}}, LEVEL),
    "google cloud": ({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Request contains an invalid "
                      "argument.", "details": [{"@type": "type.googleapis.com/google.rpc.BadRequest",
                                                "fieldViolations": [{"field": "ticket.due_on", "description":
                                                                     "Invalid date, must be YYYY-MM-DD"}]}]}},
                     ("due_on", "format", "date")),
    "digitalocean": ({"id": "unprocessable_entity", "message": "level must be one of: low, high, urgent_now",
                      "request_id": "7"}, LEVEL),
    "cloudflare": ({"success": False, "errors": [{"code": 1004, "message": "Validation failed", "error_chain": [
        {"code": 9005, "message": "level must be one of low, high, urgent_now"}]}], "result": None}, LEVEL),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_others_is_read(form: str) -> None:
    """A field is an argument of the tool, by its last step; its rule and limit are in the words."""
    body, wanted = FORMS[form]
    failure = classified(body, 422, tool=TOOL, given=GIVEN)
    found = [(fault.place or fault.named, fault.rule, fault.limit) for fault in failure.faults]
    assert found[:1] == [wanted]
    assert failure.kind is FailureKind.REJECTED


@pytest.mark.parametrize(
    "body",
    [
        {"_embedded": {"total": "none of it"}, "message": "Bad Request"},
        {"validation": {"source": "payload", "keys": []}},
        {"errors": [{"field": "non_field_errors", "message": "The fields do not go together."}]},
        {"errors": [{"field": "body", "message": "This is not what was asked for."}]},
        {"body": ["Expected an object."]},
        {"error": {"json": {"message": "No.", "code": -32600, "data": {"code": "BAD_REQUEST"}}}},
        {"errors": {"reason": "it was refused"}},
    ],
)
def test_a_key_of_an_envelope_is_no_field(body: Any) -> None:
    """Our choice: what is no argument is told as a field only where a key says that it is one."""
    failure = classified(body, 422, tool=TOOL, given=GIVEN)
    assert (failure.faults, failure.field) == ((), None)


def test_a_field_that_the_tool_does_not_have_is_told_where_a_key_says_that_it_is_one() -> None:
    """Our choice."""
    body = {"errors": [{"field": "colour", "message": "There is no such field."}]}
    assert classified(body, 422, tool=TOOL, given=GIVEN).field == "colour"


def test_the_words_of_a_refusal_that_names_several_fields_are_of_each() -> None:
    """Salesforce."""
    body = [{"message": "Required fields are missing: [owner_name, email]", "fields": ["owner_name", "email"]}]
    failure = classified(body, 400, tool=TOOL, given=GIVEN)
    assert [(fault.path, fault.rule) for fault in failure.faults] == [
        (("owner_name",), "required"),
        (("email",), "required"),
    ]


@pytest.mark.parametrize(
    "said", ["must be one of alpha, beta, ...", "must be one of: alpha, beta, \u2026", "one of 'alpha', 'beta', etc."]
)
def test_a_list_that_is_cut_is_told_as_one(said: str) -> None:
    """The last of its values says that there are more."""
    failure = classified({"errors": [{"field": "level", "message": said}]}, 422, tool=TOOL, given=GIVEN)
    assert failure.allowed == ("alpha", "beta", "\u2026")


def test_a_word_that_stands_in_two_arguments_is_of_neither() -> None:
    """Derive, never invent."""
    properties = {name: {"type": "object", "properties": {"level": {"type": "string"}}} for name in ("one", "other")}
    content = json_body({"type": "object", "properties": properties})
    tool = one_tool({"operationId": "x", "requestBody": {"content": content}}, method="post", path="/x")
    body = {"errors": {"level": ["is not nice"]}}
    given: dict[str, Any] = {"one": {"level": "a"}, "other": {"level": "b"}}
    assert classified(body, 422, tool=tool, given=given).faults[0].path == ()
    assert classified(body, 422, tool=tool, given={"one": {"level": "a"}}).faults[0].path == ("one", "level")


@pytest.mark.spec("SOAP 1.1 4.4.1")
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<s:Envelope><s:Fault><faultcode>s:Client.Bad</faultcode></s:Fault></s:Envelope>", "rejected"),
        ("<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code></e:Fault>", "rejected"),
        ("<s:Envelope><s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Envelope>", "upstream_error"),
        ("Client", "upstream_error"),
        ({"faultcode": "Client"}, "upstream_error"),
    ],
)
def test_a_fault_of_soap_says_whose_it_is(body: Any, kind: str) -> None:
    """Its status is 500 whoever is to blame."""
    assert classified(body, 500, tool=TOOL, given=GIVEN).kind == kind
