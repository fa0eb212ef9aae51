"""Every option, declared once; a command takes them in groups."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from openapi_mcp.cli.option import Each, Flag, Options, Text, Texts, Whole, option
from openapi_mcp.model.policy import CLIENTS

_DOCUMENT = "Document"
_TOOLS = "Tools"
_CREDENTIALS = "Credentials (each may be env:NAME or file:PATH)"
_CALLS = "Calls"
_OUTPUT = "Output"
_TLS = "TLS"
_RECORDS = "Records"
_MODEL = "The model"

DOCUMENT: Options = {
    "spec": option(
        Each, "--spec", "-s", metavar="SOURCE", panel=_DOCUMENT,
        help_text="The OpenAPI document: a URL, a file, or - for standard input. Several as NAME=SOURCE, with "
        "tools prefixed NAME_; what is about one is then written --base-url NAME=URL, --bearer NAME=VALUE, and so on.",
    ),
    "spec_command": option(
        Each, "--spec-command", metavar="CMD", panel=_DOCUMENT,
        help_text="The document is what CMD prints; run without a shell.",
    ),
    "base_url": option(
        Each, "--base-url", metavar="URL", panel=_DOCUMENT,
        help_text="Where the API is; takes the place of every server in the document.",
    ),
    "overlay": option(
        Texts, "--overlay", metavar="FILE", panel=_DOCUMENT,
        help_text="An OpenAPI Overlay (file or URL), applied to the document before anything else; repeatable.",
    ),
    "workflow": option(
        Texts, "--workflow", metavar="FILE", panel=_TOOLS,
        help_text="An Arazzo description (file or URL): each of its workflows becomes one tool, which calls the "
        "operations that are tools here; repeatable.",
    ),
    "server_variable": option(
        Texts, "--server-variable", metavar="NAME=VALUE", panel=_DOCUMENT,
        help_text="The value of a variable in the document's server URL, in place of its default; repeatable.",
    ),
    "allow_remote_refs": option(
        Flag, "--allow-remote-refs", panel=_DOCUMENT,
        help_text="Follow references to other origins too. Default: to files below its folder, or its origin.",
    ),
    "config": option(
        Text, "--config", metavar="FILE", panel=_DOCUMENT,
        help_text="A file with any of these options. Default: openapi-mcp.toml, where there is one.",
    ),
}  # fmt: skip
TOOLS: Options = {
    "methods": option(
        Each, "--methods", metavar="LIST", panel=_TOOLS, values=("get", "get,post", "all"),
        help_text="Which methods become tools, such as get,post, or all. Default: get (and head).",
    ),
    "allow": option(
        Texts, "--allow", metavar="PATTERN", panel=_TOOLS,
        help_text="These operations too, whatever --methods says: 'POST /path/*', tag:NAME or op:GLOB; --include and "
        "--exclude still hold; repeatable.",
    ),
    "include": option(
        Texts, "--include", metavar="PATTERN", panel=_TOOLS,
        help_text="Only these operations: '/path/*', 'GET /path/*', tag:NAME or op:GLOB; repeatable.",
    ),
    "exclude": option(
        Texts, "--exclude", metavar="PATTERN", panel=_TOOLS,
        help_text="Not these operations; wins over --include and --allow; repeatable.",
    ),
    "output_schemas": option(
        Flag, "--output-schemas", panel=_TOOLS, help_text="List what each tool returns as a schema (costs context)."
    ),
    "client": option(
        Text, "--client", metavar="NAME", panel=_TOOLS, values=CLIENTS,
        help_text=f"Fit names and schemas to one client: {', '.join(CLIENTS[1:])}. Default: all, which fits every one.",
    ),
    "mode": option(
        Text, "--mode", metavar="MODE", panel=_TOOLS, values=("auto", "tools", "search"),
        help_text="tools: a tool per operation. search: tools that find, describe and call them. auto (default): "
        "tools, as long as their list costs no more than --context-budget.",
    ),
    "context_budget": option(
        Whole, "--context-budget", metavar="TOKENS", panel=_TOOLS,
        help_text="What the list may cost a model before auto takes the search mode. Default: 20000.",
    ),
    "list_style": option(
        Text, "--list-style", metavar="STYLE", panel=_TOOLS, values=("full", "compact"),
        help_text="full (default), or compact: a short description, and of the arguments names and types.",
    ),
    "semantic": option(
        Flag, "--semantic", panel=_TOOLS,
        help_text="Search by meaning too, with a small model on this machine (the extra [semantic]).",
    ),
    "select": option(
        Flag, "--select", panel=_TOOLS,
        help_text="Every tool takes `_select`, a JMESPath expression for the part of its answer that is wanted.",
    ),
}  # fmt: skip
WHICH_TOOLS: Options = {name: TOOLS[name] for name in ("methods", "allow", "include", "exclude")}
"""What a command takes that wants to know which operations are tools, and lists none of them."""
CREDENTIALS: Options = {
    "bearer": option(
        Each, "--bearer", metavar="VALUE", panel=_CREDENTIALS, help_text="Send `Authorization: Bearer VALUE`."
    ),
    "token": option(
        Each, "--token", metavar="VALUE", panel=_CREDENTIALS,
        help_text="Send `Authorization: Token VALUE`, as Django REST Framework wants it.",
    ),
    "token_scheme": option(
        Each, "--token-scheme", metavar="WORD", panel=_CREDENTIALS, help_text="Word before --token. Default: Token."
    ),
    "basic": option(
        Each, "--basic", metavar="USER:PASS", panel=_CREDENTIALS, help_text="Send HTTP basic authentication."
    ),
    "header": option(
        Texts, "--header", "-H", metavar="'NAME: VALUE'", panel=_CREDENTIALS,
        help_text="Send this header, such as 'X-API-Key: env:KEY'; repeatable.",
    ),
    "api_key": option(
        Each, "--api-key", metavar="VALUE", panel=_CREDENTIALS,
        help_text="Send the key where the document's apiKey scheme says: header, query or cookie.",
    ),
    "auth": option(
        Texts, "--auth", metavar="SCHEME=VALUE", panel=_CREDENTIALS,
        help_text="The value for one security scheme of the document; repeatable.",
    ),
    "client_id": option(
        Each, "--client-id", metavar="ID", panel=_CREDENTIALS,
        help_text="Our client id for the document's OAuth2 scheme; more by --auth SCHEME.FIELD=VALUE.",
    ),
    "client_secret": option(
        Each, "--client-secret", metavar="VALUE", panel=_CREDENTIALS,
        help_text="Its secret: access tokens are got with the client credentials grant, and renewed.",
    ),
    "allow_anonymous": option(
        Flag, "--allow-anonymous", panel=_CREDENTIALS,
        help_text="Send calls without the credential that the document asks for, where none is given.",
    ),
}  # fmt: skip
CALLS: Options = {
    "confirm": option(
        Each, "--confirm", metavar="WHICH", panel=_CALLS, values=("none", "destructive", "writes"),
        help_text="Ask a person, with the exact request, before: destructive calls, writes (all but reads). "
        "Default: none, but writes for `ask`.",
    ),
    "files": option(
        Each, "--files", metavar="DIR", panel=_CALLS,
        help_text="Calls may send files below this folder, by their path. Default: none.",
    ),
    "recovery": option(
        Each, "--recovery", metavar="LEVEL", panel=_CALLS, values=("full", "safe", "off"),
        help_text="Repair failed calls: full (default), safe (only before anything is sent, without lookups) or off; "
        "or strategies by name: full,-name_to_id is all but that one.",
    ),
    "timeout": option(
        Each, "--timeout", metavar="SECONDS", panel=_CALLS, help_text="Deadline of a call, all of it. Default: 30."
    ),
    "max_response": option(
        Each, "--max-response", metavar="CHARACTERS", panel=_CALLS,
        help_text="Longest result; more is cut between whole items. 0: no limit. Default: 25000.",
    ),
    "max_body": option(
        Each, "--max-body", metavar="BYTES", panel=_CALLS,
        help_text="Largest answer that is read, decompressed. Default: 10000000.",
    ),
    "max_concurrency": option(
        Each, "--max-concurrency", metavar="CALLS", panel=_CALLS,
        help_text="Most calls in flight to the API; others wait their turn, within their deadline. Each "
        "replica counts by itself. Default: 100.",
    ),
    "retries": option(
        Each, "--retries", metavar="N", panel=_CALLS,
        help_text="How often a request is sent again that failed in passing: no connection, reset, 429, 502, 503, 504, "
        "500 of a read. POST and PATCH only where nothing was sent, or with an idempotency key. 0 to 10. Default: 3.",
    ),
    "rate_limit": option(
        Each, "--rate-limit", metavar="RATE", panel=_CALLS,
        help_text="Most requests that are sent to the API: 10/s, 100/minute, or several: 10/s,5000/hour. Calls wait in "
        "order, within their deadline. With --redis all replicas count together. Default: no limit.",
    ),
    "cache_ttl": option(
        Each, "--cache-ttl", metavar="SECONDS", panel=_CALLS,
        help_text="How long an answer of a read is used again that names no lifetime of its own. Default: 0, not at "
        "all. Answers that name one are used again as they say (RFC 9111).",
    ),
    "no_cache": option(Flag, "--no-cache", panel=_CALLS, help_text="Use and keep no answers, whatever they say."),
    "follow_pages": option(
        Each, "--follow-pages", metavar="PAGES", panel=_CALLS,
        help_text="Collect up to this many pages of a list into one result, within --timeout and --max-body in all. "
        "Default: 0, one page; the result says the call for the next.",
    ),
}  # fmt: skip
TLS: Options = {
    "client_cert": option(
        Each, "--client-cert", metavar="FILE", panel=_TLS,
        help_text="Certificate (PEM, its key may be in it) that says who we are to the API: mutual TLS.",
    ),
    "client_key": option(Each, "--client-key", metavar="FILE", panel=_TLS, help_text="Its private key (PEM)."),
    "ca_bundle": option(
        Each, "--ca-bundle", metavar="FILE", panel=_TLS,
        help_text="Certificates (PEM) of the authorities to believe, in place of the system's.",
    ),
    "insecure": option(
        Flag, "--insecure", panel=_TLS,
        help_text="Believe any certificate: whoever is on the wire can read and change all. Said on stderr.",
    ),
}  # fmt: skip
OUTPUT: Options = {
    "log_level": option(
        Text, "--log-level", metavar="LEVEL", panel=_OUTPUT, values=("debug", "info", "warning", "error"),
        help_text="debug, info, warning or error; on stderr. Default: warning.",
    ),
    "log_format": option(
        Text, "--log-format", metavar="text|json", panel=_OUTPUT, values=("text", "json"),
        help_text="json: each line of the log as an object. Default: text.",
    ),
    "verbose": option(Flag, "--verbose", "-v", panel=_OUTPUT, help_text="The same as --log-level info."),
    "quiet": option(Flag, "--quiet", "-q", panel=_OUTPUT, help_text="Only errors on stderr."),
}  # fmt: skip
OTEL: Options = {
    "otel": option(
        Flag, "--otel", panel=_OUTPUT,
        help_text="Send traces, metrics and logs by OpenTelemetry, where its own OTEL_ variables say.",
    ),
}  # fmt: skip
LIVE: Options = {
    "watch": option(
        Flag, "--watch", panel=_DOCUMENT, help_text="Serve the document anew when one of its files has changed."
    ),
    "refresh": option(
        Each, "--refresh", metavar="SECONDS", panel=_DOCUMENT,
        help_text="Ask for the document again this often, by ETag or Last-Modified where its server gives one, and "
        "serve it anew when it has changed.",
    ),
    "watch_config": option(
        Flag, "--watch-config", panel=_DOCUMENT,
        help_text="Go on with the new settings when the config file has changed, as after SIGHUP.",
    ),
}  # fmt: skip
RECORDS: Options = {
    "records": option(
        Text, "--records", metavar="WHERE", panel=_RECORDS,
        help_text="Where calls are recorded: a file (SQLite), or postgresql://...; may be env:NAME or file:PATH. "
        "Default: records.db in the user's state folder.",
    ),
    "no_records": option(Flag, "--no-records", panel=_RECORDS, help_text="Record no calls."),
    "record_arguments": option(
        Text, "--record-arguments", metavar="on|off", panel=_RECORDS, values=("on", "off"),
        help_text="off: of a call neither arguments nor what came back, only that it was made and how it went. "
        "Default: on, with secrets masked.",
    ),
    "keep": option(
        Text, "--keep", metavar="AGE", panel=_RECORDS,
        help_text="How long records are kept: 30d, 12h; with a size: 30d,500MB; or all. Default: 30d,1GB.",
    ),
}  # fmt: skip
WHERE_RECORDED: Options = {"records": RECORDS["records"]}
"""What a command takes that only reads the records."""
CACHE: Options = {
    "cache_dir": option(
        Text, "--cache-dir", metavar="DIR", panel=_OUTPUT,
        help_text="Where tool lists and answers are kept. Default: openapi-mcp in the user's cache folder.",
    ),
    "no_catalogue": option(
        Flag, "--no-catalogue", panel=_OUTPUT, help_text="Neither use nor keep the tool list of an earlier start."
    ),
}  # fmt: skip
WHERE_CACHED: Options = {"cache_dir": CACHE["cache_dir"]}
"""What a command takes that uses kept answers, or shows them."""
ASK: Options = {
    "model": option(
        Texts, "--model", metavar="PROVIDER:NAME", panel=_MODEL,
        help_text="anthropic:NAME or openai:NAME; the next one takes over where one fails; repeatable.",
    ),
    "model_url": option(
        Texts, "--model-url", metavar="URL", panel=_MODEL,
        help_text="Where an OpenAI-compatible server answers, such as Ollama or vLLM: http://127.0.0.1:11434/v1; or "
        "MODEL=URL for one of several models; repeatable.",
    ),
    "model_key": option(
        Texts, "--model-key", metavar="VALUE", panel=_MODEL,
        help_text="The key to the model: env:NAME or file:PATH; or MODEL=VALUE; repeatable. "
        "Default: ANTHROPIC_API_KEY, OPENAI_API_KEY; none for --model-url.",
    ),
    "max_steps": option(
        Whole, "--max-steps", metavar="N", panel=_MODEL,
        help_text="Most turns of the model for a question. Default: 25.",
    ),
    "max_tokens": option(
        Whole, "--max-tokens", metavar="N", panel=_MODEL,
        help_text="Most tokens for a question, in and out together. Default: no limit.",
    ),
    "budget": option(
        Text, "--budget", metavar="USD", panel=_MODEL,
        help_text="Most that a question may cost, in US dollars, where prices are known. Default: no limit.",
    ),
}  # fmt: skip
"""What `ask` takes beside the options of a call."""
Command = Callable[..., int]


def takes(*groups: Options) -> Callable[[Command], Callable[..., int]]:
    """Give a command the options of these groups; it is called with their values by name as `flags`."""
    declared = {name: option.for_typer() for group in groups for name, option in group.items()}

    def wrap(command: Command) -> Callable[..., int]:
        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "flags"]
        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
            for name, kind in declared.items()
        ]

        @functools.wraps(command)
        def run(**values: Any) -> int:
            flags = {name: values.pop(name) for name in declared}
            return command(flags=flags, **values)

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
        run.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=int)
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return wrap
