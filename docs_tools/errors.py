"""The page of exit statuses, errors of commands, and kinds of failed calls."""

import json

from docs_tools.markdown import code, fenced, page, prose, table
from openapi_mcp import errors
from openapi_mcp.errors import ExitCode, OpenapiMcpError
from openapi_mcp.model.call import Failure, FailureKind
from openapi_mcp.model.fault import Fault, Looked, Repair, Suggestion

STATUSES = {
    ExitCode.OK: "done",
    ExitCode.BUG: "a bug in openapi-mcp; or what `check` found",
    ExitCode.USAGE: "options, the configuration or arguments are wrong; nothing was sent",
    ExitCode.SOURCE: "the document cannot be fetched",
    ExitCode.DOCUMENT: "the document cannot be used",
    ExitCode.CREDENTIALS: "a credential is missing or refused",
    ExitCode.CALL: "the call failed upstream",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
}
KINDS = {
    FailureKind.INVALID_ARGUMENTS: "the arguments do not fit the tool's schema; nothing was sent",
    FailureKind.UNKNOWN_TOOL: "there is no tool of that name",
    FailureKind.REFUSED: "a rule of this server or a person said no; nothing was sent",
    FailureKind.UNAUTHENTICATED: "a credential is missing, or the API does not take it (401)",
    FailureKind.FORBIDDEN: "the credential has not the right to this (403)",
    FailureKind.NOT_FOUND: "what an id or a handle names is not there (404, 410)",
    FailureKind.CONFLICT: "the present state does not allow it (409, 412, 423)",
    FailureKind.REJECTED: "the API refused the values (400, 422 and their kind)",
    FailureKind.RATE_LIMITED: "too many calls in a short time: the API's limit, or `--rate-limit`",
    FailureKind.QUOTA: "what may be called in a day, or for a price, is used up",
    FailureKind.UPSTREAM_ERROR: "the API failed (5xx)",
    FailureKind.UNREACHABLE: "no connection to the API; or its circuit breaker is open",
    FailureKind.TIMEOUT: "no whole answer within `--timeout`",
    FailureKind.BAD_RESPONSE: "the answer cannot be read as HTTP, or broke off",
    FailureKind.TOO_LARGE: "the answer is larger than `--max-body`",
    FailureKind.CANCELLED: "the client or a person ended the call",
}
FIELDS = {
    "kind": "one of the kinds above",
    "message": "what happened, in words",
    "status": "the API's status, null where there was none",
    "field": "the argument at fault, or null",
    "retryable": "true where the same call may succeed later",
    "retry_after": "in how many seconds, or null",
    "attempts": "how many requests were sent",
    "hint": "one next step",
    "try": "calls that help: `tool`, `why`, `arguments`",
    "body": "the API's own answer, shortened, or null",
    "rule": "what rule the argument breaks, by its JSON Schema keyword",
    "evidence": "the words that say so (`said`), and where in the answer they stand (`at`)",
    "fields": "all that is wrong, where it is more than one argument",
    "allowed": "the values that the argument takes",
    "near": "what may have been meant",
    "repairs": "what was changed in the arguments on the way",
    "lookups": "which lookups were made",
    "waited": "seconds between attempts",
    "unknown_outcome": "true where nobody knows whether a write was carried out",
}
_COMMANDS = """An error of a command says what happened, where, and what to do, on stderr:
"""
_EXAMPLE = """error: unknown key 'base_urll'
   at: openapi-mcp.toml
  fix: did you mean 'base_url'?"""
_FAILED = """\
A tool that fails answers `isError`, and this object as text and as structured content. The first ten keys are always
there, the others where they have something to say. The kind also decides the exit status of `openapi-mcp call`.
"""


def errors_page() -> str:
    """Return the page of errors."""
    statuses = table(["exit status", "means"], [[str(int(status)), said] for status, said in STATUSES.items()])
    kinds = [[code(kind.value), said, str(int(kind.exit_code))] for kind, said in KINDS.items()]
    return page(
        "Errors",
        "## Exit statuses\n",
        statuses,
        "## Errors of commands\n",
        _COMMANDS,
        fenced(_EXAMPLE),
        table(["error", "exit status", "means"], [_row(each) for each in error_classes()]),
        "## A failed call\n",
        _FAILED,
        fenced(json.dumps(_example().as_json(), indent=2), "json"),
        table(["kind", "means", "exit status"], kinds),
        table(["key", "says"], [[code(name), said] for name, said in FIELDS.items()]),
    )


def error_classes() -> list[type[OpenapiMcpError]]:
    """Return the classes of errors that end a command."""
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, OpenapiMcpError)]
    return [each for each in found if each is not OpenapiMcpError]


def _row(error: type[OpenapiMcpError]) -> list[str]:
    return [code(error.__name__), str(int(error.exit_code)), prose((error.__doc__ or "").partition("\n")[0])]


def _example() -> Failure:
    """Return a failure as a lookup by a wrong status ends."""
    return Failure(
        kind=FailureKind.INVALID_ARGUMENTS,
        message='argument "status" is "sent", but must be one of "placed", "paid"',
        field="status",
        hint='correct "status": it must be one of placed, paid; then call again',
        faults=(Fault(path=("status",), rule="enum"),),
        allowed=("placed", "paid"),
    )


def whole() -> Failure:
    """Return a failure that has something to say under every key."""
    fault = Fault(path=("status",), rule="enum")
    repair = Repair(path=("limit",), before="5", after=5, how="the text is a number")
    return Failure(
        kind=FailureKind.REJECTED,
        message="refused",
        faults=(fault, Fault(path=("size",), rule="maximum")),
        evidence="not a status",
        at="#/status/0",
        allowed=("placed",),
        near=("placed",),
        tries=(Suggestion(tool="orders_list", why="it has the values"),),
        repairs=(repair,),
        lookups=(Looked(tool="orders_list", arguments={}),),
        waited=1.0,
        is_unknown=True,
    )
