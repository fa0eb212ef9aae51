"""What is served and how far a call may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.document import SWITCHED_OFF, Location

METHODS = ("GET", "HEAD", "QUERY", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ANY_METHOD = "*"  # in a selection: also methods that only the document names (OAS 3.2, additionalOperations)
SAFE_METHODS = frozenset({"GET", "HEAD"})
READS = SAFE_METHODS | {"QUERY", "OPTIONS", "TRACE"}
"""The methods that change nothing: RFC 9110, section 9.2.1."""
IDEMPOTENCY_KEYS = frozenset({"idempotency-key", "x-idempotency-key", "idempotency-token"})
"""Headers, in lower case, that tell a repeated request from a new one: draft-ietf-httpapi-idempotency-key-header."""
PATTERN_STARTS = ("/", "*", "tag:", "op:")  # of a pattern that names operations, whatever their method
ANY_CLIENT = "all"
CONFIRM = ("none", "destructive", "writes")
MODES = ("auto", "tools", "search")
STYLES = ("full", "compact")
RECOVERY = ("off", "safe", "full")
CLIENTS = (
    ANY_CLIENT, "claude-code", "claude-desktop", "cursor", "vscode", "copilot-cli", "codex", "openai", "gemini",
    "windsurf", "zed", "inspector",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `amount` requests in any `seconds`."""

    amount: int
    seconds: int

    def __str__(self) -> str:
        """Return it as it is written: "100/minute", "5/2 s"."""
        unit = _UNITS.get(self.seconds)
        return f"{self.amount}/{unit}" if unit else f"{self.amount}/{self.seconds} s"


_UNITS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolLimits:
    """What the operator says of one tool's calls, in place of `Limits` and `--confirm`; None where nothing is said.

    `rate_limit` counts the tool's own requests, beside that of the API; `confirm` asks a person, or never does.
    """

    timeout: float | None = None
    retries: int | None = None
    rate_limit: tuple[Rate, ...] | None = None
    cache_ttl: float | None = None
    confirm: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is said, as it is written: {"timeout": 5.0, "rate_limit": "10/minute"}."""
        rates = {"rate_limit": ", ".join(map(str, self.rate_limit))} if self.rate_limit is not None else {}
        plain = {name: getattr(self, name) for name in ("timeout", "retries", "cache_ttl", "confirm")}
        return {name: value for name, value in plain.items() if value is not None} | rates


NO_LIMITS = ToolLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentEdit:
    """What the operator changes in one argument of a tool: None where nothing is said.

    A `default` is sent where a call leaves the argument out. What is `fix` is always sent, and offered to nobody; what
    is `hide` is neither offered nor sent. `where` is the table of the config file that says so.
    """

    name: str | None = None
    description: str | None = None
    default: Any = None
    fix: Any = None
    hide: bool = False
    where: str = ""

    @property
    def withholds(self) -> bool:
        """True where the argument is not offered to a model."""
        return self.hide or self.fix is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolEdit:
    """What the operator changes in one tool, and in its arguments by their names; with `hide` it becomes none.

    It becomes none either where it is not `enabled`. `limits` are for its calls.
    """

    name: str | None = None
    title: str | None = None
    description: str | None = None
    hide: bool = False
    enabled: bool = True
    limits: ToolLimits = NO_LIMITS
    arguments: Mapping[str, ArgumentEdit] = field(default_factory=dict)
    where: str = ""

    @property
    def left_out(self) -> str:
        """Why there is no such tool; "" where there is one."""
        if self.hide:
            return f"hidden by {self.where}"
        return "" if self.enabled else f"{SWITCHED_OFF} in {self.where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which operations become tools, and how they are listed.

    `include` and `exclude` are patterns: `/path/*`, `tag:NAME`, `op:GLOB`, each with a method before it or none; what
    `allow` matches is taken whatever its method. `hidden` are the parameters that configured credentials occupy:
    (location, name in lower case). `client` is the one that names and schemas are fitted to. `has_folder` says whether
    files may be given by their paths.
    `select` offers every tool's answer in parts, and `reads_on` lists the tool that reads on where one was cut:
    after `max_response` characters, 0 for no limit. `goes_on` lists the tools that read and end a call which goes on in
    the background; where a document has answers that such calls come from, they are listed all the same.
    `prefix` stands before every tool's name, where other APIs are served too. `edits` change tools that are selected:
    by their names, their operationIds, or "GET /path". `off` says of tools, by their names
    or by the signatures of their operations, why a person wants none.
    """

    methods: frozenset[str] = SAFE_METHODS
    allow: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: frozenset[tuple[Location, str]] = field(default=frozenset())
    output_schemas: bool = False
    client: str = ANY_CLIENT
    has_folder: bool = False
    select: bool = False
    reads_on: bool = False
    max_response: int = 25_000
    goes_on: bool = False
    prefix: str = ""
    edits: Mapping[str, ToolEdit] = field(default_factory=dict)
    off: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How the tools are offered: each by itself ("tools"), or three that find, describe and call them ("search").

    "auto" lists each as long as that costs no more than `budget` tokens of context, and they are no more than `most`,
    where whoever is told of them takes so many; `style` is how much each says.
    """

    mode: str = "auto"
    budget: int = 20_000
    style: str = "full"
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one call, and of all at once.

    `timeout` is in seconds, for all of it; `max_body` in decompressed bytes read from upstream; `max_response` in
    characters of a result, 0 for no limit; `max_concurrency` in calls that are in flight to the API at a time.
    `follow_pages` is how many pages are collected into one result, the first counted; 0 and 1 follow none. `retries` is
    how often a request is sent again; `rate_limit`, how many are sent to the API in a time, by each of the rates.
    `cache_ttl` are the seconds that an answer stays fresh which names no lifetime of its own.
    """

    timeout: float = 30.0
    max_body: int = 10_000_000
    max_response: int = 25_000
    max_concurrency: int = 100
    follow_pages: int = 0
    retries: int = 3
    rate_limit: tuple[Rate, ...] = ()
    cache_ttl: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovering:
    """How far failed calls are repaired: "off", "safe" (only before anything is sent, without lookups), or "full".

    `only` are the strategies that are used, all where it is empty, without those in `off`; those in `order` are tried
    first. `add` are strategies of the operator's own: "module:name". `said_at` says where each of these was written.
    """

    level: str = "full"
    add: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    said_at: Mapping[str, str] = field(default_factory=dict, compare=False)

    def place(self, key: str) -> str:
        """Return where a person finds what is said under a key: "--recovery", "shop.toml: [recovery] off"."""
        return self.said_at.get(key, f"[recovery] {key}")

    @property
    def names(self) -> tuple[str, ...]:
        """The strategies that are named in any way."""
        return (*self.add, *self.only, *self.off, *self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long records are kept: `seconds`, and at most `size` bytes of them, the newest; None is without end."""

    seconds: float | None = 30 * 86400.0
    size: int | None = 1_000_000_000
