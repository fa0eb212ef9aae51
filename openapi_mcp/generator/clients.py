"""What each client and model provider does with a tool that it does not like, as data, and the verdict on a tool.

The numbers are what the clients' own documentation and issue trackers say, or what they did when tried; where a client
has no published number, the strictest of the others is assumed. Verdicts never change a tool: fitting is the
generator's (`fit`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from openapi_mcp.generator.sound import schema_fault, subschemas, words_beside_ref
from openapi_mcp.model.policy import ANY_CLIENT
from openapi_mcp.model.tool import WireTool

LONGEST_SERVER_NAME = 15  # characters; what a person calls the server in a client's configuration
LONGEST_NAME = 40  # characters of a tool's name that every client takes, whatever it puts before it
LONGEST_DESCRIPTION = 1024  # characters; OpenAI's API answers 400 beyond
_ANNOTATIONS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_UNIONS = ("anyOf", "oneOf", "allOf")


class Effect(StrEnum):
    """What happens to a tool that breaks a rule of a client, the worst first."""

    REFUSED = "refused"  # the list or the session breaks
    HIDDEN = "hidden"  # the tool is left out
    CUT = "cut"  # its name or its description is cut or rewritten
    MISREAD = "misread"  # it is listed, and the model sees a part of it wrongly or not at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one client does to one tool, by which rule, and why; `tool` is empty where it is said of the list."""

    client: str
    tool: str
    effect: Effect
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The limits of one client, with the model provider that usually stands behind it.

    `prefix` is what it puts before a tool's name, with `{server}` for the name of the server; `longest_name` counts it.
    """

    name: str
    title: str
    prefix: str = ""
    longest_name: int = 64
    name_too_long: Effect = Effect.REFUSED
    name_pattern: str = r"[A-Za-z0-9_-]+"
    name_illegal: Effect = Effect.REFUSED
    argument_pattern: str | None = r"[A-Za-z0-9_.-]{1,64}"
    longest_description: int | None = None
    description_too_long: Effect = Effect.CUT
    takes_root_unions: bool = False
    takes_refs: bool = True
    takes_words_beside_refs: bool = True
    takes_type_lists: bool = True
    compiles_outputs: bool = False  # the TypeScript SDK 1.x does, and loses the list over one bad schema
    odd_tool: Effect = Effect.REFUSED  # a root that is no object, an annotation that is no boolean
    most_tools: int | None = None
    too_many_tools: Effect = Effect.HIDDEN
    most_tools_used_well: int | None = None

    def prefixed(self, name: str, server: str) -> str:
        """Return the name that the client gives to its model."""
        return self.prefix.replace("{server}", server) + name


_TABLE = (
    Client(
        name="claude-code",
        title="Claude Code",
        prefix="mcp__{server}__",
        longest_name=128,
        name_too_long=Effect.HIDDEN,
        name_illegal=Effect.CUT,
        longest_description=2048,
    ),
    Client(name="claude-desktop", title="Claude Desktop", compiles_outputs=True),  # FrontendRemoteMcpToolDefinition
    Client(
        name="cursor",
        title="Cursor",
        prefix="{server}:",
        longest_name=60,
        name_too_long=Effect.HIDDEN,
        compiles_outputs=True,
        most_tools_used_well=40,
    ),
    Client(name="vscode", title="VS Code with Copilot", prefix="mcp_{server}_", most_tools=128),
    Client(name="copilot-cli", title="Copilot CLI", prefix="{server}-", takes_refs=False, compiles_outputs=True),
    Client(
        name="codex",
        title="Codex CLI",
        prefix="mcp__{server}__",
        name_illegal=Effect.CUT,
        name_too_long=Effect.CUT,
        longest_description=1024,
        takes_type_lists=False,
    ),
    Client(
        name="openai",
        title="OpenAI API",
        longest_description=1024,
        description_too_long=Effect.REFUSED,
        takes_type_lists=False,
        most_tools=128,  # 400: "array too long. Expected an array with maximum length 128"
        too_many_tools=Effect.REFUSED,
    ),
    Client(
        name="gemini",
        title="Gemini CLI",
        prefix="mcp_{server}_",
        longest_name=63,
        name_too_long=Effect.CUT,
        name_pattern=r"[A-Za-z_][A-Za-z0-9_-]*",
        name_illegal=Effect.CUT,
        takes_refs=False,
        takes_words_beside_refs=False,
        takes_type_lists=False,
        compiles_outputs=True,
    ),
    Client(name="windsurf", title="Windsurf", prefix="{server}:", longest_name=60, most_tools=100),
    Client(name="zed", title="Zed", prefix="{server}_"),
    Client(
        name="inspector",
        title="MCP Inspector",
        longest_name=128,
        name_pattern=r"[A-Za-z0-9_.-]+",
        argument_pattern=None,
        takes_root_unions=True,
        compiles_outputs=True,
        odd_tool=Effect.HIDDEN,
    ),
)
BY_NAME: Mapping[str, Client] = {client.name: client for client in _TABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What the generator keeps to: for all clients at once, or for one.

    `inline` asks for schemas without `$ref`, as far as there is room.
    """

    longest_name: int = LONGEST_NAME
    longest_description: int = LONGEST_DESCRIPTION
    inline: bool = False


def fit(name: str = ANY_CLIENT) -> Fit:
    """Return what tools for a client keep to; a server's name of 15 characters is allowed for in its prefix."""
    if name == ANY_CLIENT:
        return Fit()
    client = BY_NAME[name]
    return Fit(
        longest_name=client.longest_name - len(client.prefixed("", "s" * LONGEST_SERVER_NAME)),
        longest_description=client.longest_description or LONGEST_DESCRIPTION,
        inline=not client.takes_refs,
    )


def verdicts(tool: WireTool, client: Client, server: str) -> tuple[Verdict, ...]:
    """Return what a client does to one listed tool, empty where it takes it as it is."""
    return _judge(tool, _traits(tool), client, server)


def list_verdicts(tools: Sequence[WireTool], server: str, clients: Iterable[Client] = _TABLE) -> tuple[Verdict, ...]:
    """Return what clients do to a whole list: each tool by itself, names that agree, and how many there are."""
    seen = [(tool, _traits(tool)) for tool in tools]
    found: list[Verdict] = []
    for client in clients:
        for tool, traits in seen:
            found += _judge(tool, traits, client, server)
        found += _judge_together(tools, client, server)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What of a tool's schemas clients differ about."""

    root_unions: tuple[str, ...]
    input_fault: str | None
    output_fault: str | None
    refs: int
    words_beside_refs: int
    type_lists: int


def _traits(tool: WireTool) -> _Traits:
    schema, output = tool.get("inputSchema"), tool.get("outputSchema")
    nodes = list(subschemas(schema))
    return _Traits(
        tuple(word for word in _UNIONS if isinstance(schema, Mapping) and word in schema),
        _root_fault(schema) or schema_fault(schema),
        None if output is None else _root_fault(output) or schema_fault(output),
        sum(1 for node in nodes if isinstance(node.get("$ref"), str)),
        sum(1 for node in nodes if words_beside_ref(node)),
        sum(1 for node in nodes if isinstance(node.get("type"), list)),
    )


def _root_fault(schema: Any) -> str | None:
    is_object = isinstance(schema, Mapping) and schema.get("type") == "object"
    return None if is_object else "its root is not `type: object`"


def _judge(tool: WireTool, traits: _Traits, client: Client, server: str) -> tuple[Verdict, ...]:
    name = str(tool.get("name", ""))
    broken = (*_name_rules(name, client, server), *_word_rules(tool, client), *_schema_rules(tool, traits, client))
    return tuple(
        Verdict(client=client.name, tool=name, effect=effect, rule=rule, why=why) for effect, rule, why in broken
    )


_Broken = tuple[Effect, str, str]


def _name_rules(name: str, client: Client, server: str) -> Iterator[_Broken]:
    if not re.fullmatch(client.name_pattern, name):
        yield client.name_illegal, "name", f"{name[:60]!r} does not match {client.name_pattern}"
    shown = client.prefixed(name, server)
    if len(shown) > client.longest_name:
        why = f"{len(shown)} characters as {shown[:80]!r}; {client.longest_name} fit"
        yield client.name_too_long, "name length", why


def _word_rules(tool: WireTool, client: Client) -> Iterator[_Broken]:
    said = tool.get("description")
    if not isinstance(said, str) or not said.strip():
        yield Effect.MISREAD, "description", "there is none, so a model has only the name to go by"
    elif client.longest_description is not None and len(said) > client.longest_description:
        why = f"{len(said)} characters; {client.longest_description} fit"
        yield client.description_too_long, "description length", why
    hints = tool.get("annotations") or {}
    for hint in _ANNOTATIONS:
        if hint in hints and not isinstance(hints[hint], bool):
            yield client.odd_tool, "annotations", f"{hint} is not a boolean"


def _schema_rules(tool: WireTool, traits: _Traits, client: Client) -> Iterator[_Broken]:
    schema = tool.get("inputSchema")
    if traits.input_fault is not None:
        yield client.odd_tool, "input schema", traits.input_fault
    if traits.root_unions and not client.takes_root_unions:
        yield Effect.REFUSED, "root", f"{traits.root_unions[0]} at the root of the input schema"
    if isinstance(schema, Mapping) and client.argument_pattern is not None:
        for argument in schema.get("properties") or ():
            if not re.fullmatch(client.argument_pattern, argument):
                why = f"{argument[:60]!r} does not match {client.argument_pattern}"
                yield Effect.REFUSED, "argument name", why
    if traits.output_fault is not None and client.compiles_outputs:
        yield client.odd_tool, "output schema", traits.output_fault
    if traits.refs and not client.takes_refs:
        yield Effect.MISREAD, "$ref", f"{traits.refs} references are not followed"
    if traits.words_beside_refs and not client.takes_words_beside_refs:
        yield Effect.REFUSED, "words beside $ref", f"{traits.words_beside_refs} times"
    if traits.type_lists and not client.takes_type_lists:
        yield Effect.MISREAD, "list of types", f"{traits.type_lists} times"


def _judge_together(tools: Sequence[WireTool], client: Client, server: str) -> Iterator[Verdict]:
    taken: set[str] = set()
    for index, tool in enumerate(tools):
        name = str(tool.get("name", ""))
        if name in taken:
            yield Verdict(
                client=client.name, tool=name, effect=Effect.REFUSED, rule="unique names", why="listed before"
            )
        taken.add(name)
        if client.most_tools is not None and index >= client.most_tools:
            why = f"number {index + 1} of the list; {client.most_tools} fit"
            yield Verdict(client=client.name, tool=name, effect=client.too_many_tools, rule="number of tools", why=why)
    most = client.most_tools_used_well
    if most is not None and len(tools) > most:
        why = f"{len(tools)} tools; models choose worse among more than {most}"
        yield Verdict(client=client.name, tool="", effect=Effect.MISREAD, rule="number of tools", why=why)
