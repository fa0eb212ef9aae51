"""The page of all keys of openapi-mcp.toml and of the environment, with their defaults."""

import re

from docs_tools.markdown import code, fenced, page, prose, table
from openapi_mcp.apis import PER_API
from openapi_mcp.cli.option import Flag, Option, Texts, Whole
from openapi_mcp.cli.options import ASK
from openapi_mcp.cli.serve_options import SERVE
from openapi_mcp.settings import PREFIX

_START = f"""\
A value can stand on the command line, in the environment, or in a file: `openapi-mcp.toml` in the working folder, or
the one that `--config` names. A flag beats the environment, that beats the file, that beats the default. A key is the
option's name with `_` for `-`, a variable that in capitals after `{PREFIX}`. A list is `["a", "b"]` in the file, and
a line for each in a variable. A credential may be `env:NAME` or `file:PATH`.
"""
_TABLES = """What concerns one tool stands in a table of the file, and nowhere else:
"""
_TOOL = """
[tool.orders_list]                      # a tool's name, an operationId, or "GET /orders"
name = "recent_orders"
title = "Recent orders"
description = "The newest orders."
hide = false                            # true: not listed, not callable
enabled = true                          # false: the same, until it is switched on again
timeout = 120                           # these five as the option of that name, for this tool alone
retries = 0
cache_ttl = 300
rate_limit = "10/minute"
confirm = true                          # a person is asked, whatever --confirm says; false: never

[tool.orders_list.arguments.page_size]  # an argument's name as inspect shows it
name = "size"
description = "How many."
default = 20                            # sent where a call leaves it out

[tool.orders_list.arguments.tenant]
fix = "acme"                            # always sent, never offered

[tool.orders_list.arguments.debug]
hide = true
"""
_RECOVERY = """
[recovery]                              # in place of recovery = "full"
level = "full"                          # full, safe or off
off = ["contained"]                     # or only = [...]
order = ["near_name"]                   # these first
add = ["shop_recovery:LAST_WORD"]       # a strategy of your own: module and name
"""
_APIS = """
[api.shop]
spec = "https://shop.example.com/openapi.json"
bearer = "env:SHOP_TOKEN"

[api.shop.tool.orders_list]
hide = true
"""
_AUTH = """
[auth]                                  # by security scheme of the document
apiKey = "file:~/.config/example/key"

[auth.oauth]
client_id = "example"
client_secret = "env:EXAMPLE_SECRET"
"""
_PARTS = (
    ("One tool", _TABLES, _TOOL),
    ("Recovery", "How failed calls are repaired:\n", _RECOVERY),
    ("Credentials by scheme", "In the environment `OPENAPI_MCP_AUTH_APIKEY`, `OPENAPI_MCP_AUTH_OAUTH_CLIENT_ID`:\n",
     _AUTH),
    ("Several APIs", "Every key that the tables above mark with *yes* under *one API*; in the environment "
     "`OPENAPI_MCP_API_SHOP_BEARER`:\n", _APIS),
)  # fmt: skip
NO_KEYS = ("config", "verbose")
"""What can be said on the command line alone; the place of the file, in `OPENAPI_MCP_CONFIG` too."""


def configuration_page() -> str:
    """Return the page of the configuration."""
    parts = [_START]
    for panel, options in _panels().items():
        rows = [_row(key, option) for key, option in options.items()]
        parts += [f"## {panel}\n", table(["key", "is", "default", "one API", "does"], rows)]
    for title, said, text in _PARTS:
        parts += [f"## {title}\n", said, fenced(text, "toml")]
    return page("Configuration", *parts)


def keys() -> dict[str, Option]:
    """Return every option that can stand in the file, by its key."""
    return {key: option for group in (*SERVE, ASK) for key, option in group.items() if key not in NO_KEYS}


def _panels() -> dict[str, dict[str, Option]]:
    panels: dict[str, dict[str, Option]] = {}
    for key, option in keys().items():
        panels.setdefault(option.panel.partition(" (")[0], {})[key] = option
    return panels


def _row(key: str, option: Option) -> list[str]:
    said, default = _split(option.help_text)
    variable = code(f"{PREFIX}{key.upper()}")
    return [f"{code(key)}<br>{variable}", form(option), default, "yes" if key in PER_API else "", prose(said)]


def form(option: Option) -> str:
    """Return what a value is: "true or false", "a number (SECONDS)", "a list", or a text."""
    if option.kind is Flag:
        return "`true`"
    if option.kind is Whole or option.metavar in ("SECONDS", "BYTES", "CHARACTERS", "CALLS", "N", "PAGES"):
        return f"number{_unit(option)}"
    several = option.kind is Texts and "repeatable" in option.help_text
    return f"{'list of ' if several else ''}{code(option.metavar or 'TEXT')}"


def _unit(option: Option) -> str:
    units = ("SECONDS", "BYTES", "CHARACTERS", "CALLS", "PAGES", "TOKENS")
    return f", {option.metavar.lower()}" if option.metavar in units else ""


def _split(help_text: str) -> tuple[str, str]:
    """Return what an option does, and its default: ("Where it listens.", "127.0.0.1")."""
    found = re.search(r" ?Default: (?P<value>.+?)\.(?= |$)|(?P<word>[\w-]+) \(default\)", help_text)
    if found is None:
        return help_text, ""
    if found["word"]:
        return help_text, code(found["word"])
    return help_text.replace(found[0], ""), prose(found["value"])


def toml_blocks() -> list[str]:
    """Return the files that the page shows, for the test that reads them."""
    return [text for _, _, text in _PARTS]
