"""A field as an answer writes it: pointers, dots, brackets, lists of steps."""

import re
from itertools import islice
from typing import Any

from openapi_mcp.model.fault import Path
from openapi_mcp.model.pointer import tokens
from openapi_mcp.recovery.refusals.complaint import LONGEST_NAME

_MOST_STEPS = 12
_STEP = re.compile(r"[^.\[\]]+")
LOCATIONS = {
    "body": "body", "requestbody": "body", "payload": "body", "json": "body", "form": "body", "files": "body",
    "query": "query", "querystring": "query", "queryparams": "query", "path": "path", "params": "path",
    "viewargs": "path", "pathparams": "path", "uri": "path", "header": "header", "headers": "header",
    "cookie": "cookie", "cookies": "cookie",
}  # fmt: skip
"""Where a request has a field, by the words that frameworks have for that, written as `plain` does."""
OF_THE_WHOLE = frozenset(("", "nonfielderrors", "all", "base", "formerrors", "root", "requestbody", "body", "payload"))
"""What stands for the field where something is wrong with no single one: of Django, Rails, zod, marshmallow."""
HOLDERS = (
    "errors", "error", "detail", "details", "issues", "violations", "constraintviolations", "invalidparams",
    "invalidparameters", "fielderrors", "suberrors", "fieldviolations", "validationerrors", "validation", "modelstate",
    "messages", "message", "fields", "failures",
    "problems", "data", "params", "extensions", "body", "causes", "errorcauses", "errorchain",
    "fehler",
    "errores", "erreurs", "erros", "errori", "fouten", "embedded",
)  # fmt: skip
"""Names of what holds errors, in the order in which they are read."""
NO_FIELDS = frozenset(
    (*HOLDERS, "status", "statuscode", "code", "type", "title", "instance", "path", "timestamp", "trace", "traceid",
     "stack", "stacktrace", "success", "ok", "requestid", "name", "reason", "msg", "description", "documentationurl",
     "fault", "faultstring", "faultcode", "help", "links", "meta", "debug", "exception", "errorcode", "errormessage",
     "errordescription", "method", "url", "innererror", "target", "field", "param", "parameter", "hint", "result",
     "response", "request", "version", "id", "source", "keys", "httpstatus", "correlationid", "category", "severity",
     "moreinfo", "errorsummary", "errorid", "subcode", "locale")
)  # fmt: skip

"""Names that stand in envelopes of errors: a field has one of them only where the tool has such an argument."""


def plain(name: str) -> str:
    """Return a name by its letters and digits alone, in lower case: "orderId", "order-id", "Order Id" -> "orderid"."""
    return "".join(char for char in name.casefold() if char.isalnum())


def steps_of(written: Any) -> Path:
    """Return the steps of a field: "/items/0/quantity", "$.items[0].quantity", ["items", 0, "quantity"] -> the same.

    RFC 6901; RFC 9535; dots and brackets as JavaScript, Java, PHP and C# write them.
    """
    if isinstance(written, list):
        return tuple(step for step in map(_list_step, islice(written, _MOST_STEPS)) if step is not None)
    text = str(written).strip()[:LONGEST_NAME]
    if text.startswith(("#/", "/")):
        return tuple(_step(step) for step in tokens(text.removeprefix("#"))[:_MOST_STEPS] if step)
    text = text.removeprefix("$").removeprefix("#")
    return tuple(_step(found.strip("'\" ")) for found in _STEP.findall(text)[:_MOST_STEPS] if found.strip("'\" "))


def _list_step(step: Any) -> str | int | None:
    match step:
        case bool() | float() | None:
            return None
        case int():
            return step
        case str():
            return step[:LONGEST_NAME]
        case {"key": str() | int() as key} | {"name": str() as key} | {"fieldName": str() as key}:
            return _list_step(key)  # Yup and GraphQL paths, Jackson's references
        case {"index": int() as index}:
            return index
    return None


def _step(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else text
