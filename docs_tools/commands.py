"""The page of all commands and their options, as typer has them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from docs_tools.markdown import code, fenced, page, prose, table
from openapi_mcp.cli.commands import all_commands, build_app
from openapi_mcp.cli.options import CREDENTIALS

_START = """\
`openapi-mcp COMMAND --help` says the same. An option that several commands take is described once, [below](#options);
all of these can also stand in [the configuration](configuration.md). The exit status is one of [these](errors.md).
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A command: its name, what its help says, its arguments, and its options by panel ("" for those of its own)."""

    name: str
    about: str
    arguments: tuple[Any, ...]
    options: dict[str, tuple[Any, ...]]


def commands_page() -> str:
    """Return the page of all commands."""
    commands = [_command(words) for words in all_commands()]
    listed = table(["command", "does"], [[f"[{code(each.name)}](#{_anchor(each)})", _first(each)] for each in commands])
    shared = {option.name: option for each in commands for option in _shared(each)}
    sizes = Counter(option.rich_help_panel for option in shared.values())
    sections = [_section(each, sizes) for each in commands]
    return page("Commands", _START, listed, *sections, "## Options\n", *_panels(shared))


def _command(words: tuple[str, ...]) -> Said:
    found: Any = typer.main.get_command(build_app(words))
    for word in words:
        found = found.commands[word]
    arguments = tuple(each for each in found.params if each.param_type_name == "argument")
    panels: dict[str, tuple[Any, ...]] = {}
    for each in found.params:
        if each.param_type_name == "option" and each.name != "help":
            panel = each.rich_help_panel or ""
            panels[panel] = (*panels.get(panel, ()), each)
    return Said(" ".join(words), found.help, arguments, panels)


def _anchor(command: Said) -> str:
    return command.name.replace(" ", "-")


def _first(command: Said) -> str:
    return prose(command.about.partition("\n\n")[0])


def _shared(command: Said) -> Iterator[Any]:
    for panel, options in command.options.items():
        if panel:
            yield from options


def _section(command: Said, sizes: Mapping[str, int]) -> str:
    own = [_row(each) for each in command.options.get("", ())]
    given = [[code(each.metavar or each.name.upper()), prose(each.help or "")] for each in command.arguments]
    shared = [_taken(panel, some, sizes[panel]) for panel, some in command.options.items() if panel]
    parts = [
        f"### {command.name}\n",
        _about(command.about),
        table(["argument", "is"], given) if given else "",
        table(["option", "does"], own) if own else "",
        f"It takes these options too: {'; '.join(shared)}.\n" if shared else "",
    ]
    return "\n".join(filter(None, parts))


def _taken(panel: str, options: Sequence[Any], size: int) -> str:
    """Return which options of a panel a command takes: all, or their names."""
    names = "all" if len(options) == size else ", ".join(code(_name(each)) for each in options)
    return f"{names} of [{_plain(panel)}](#{_group(panel)})"


def _about(text: str) -> str:
    """Return the help of a command: its sentences, and its examples as they are."""
    before, _, examples = text.replace("\b\n", "").partition("Examples:\n\n")
    said = "\n\n".join(prose(" ".join(part.split())) for part in before.split("\n\n") if part.strip())
    return f"{said}\n\n{fenced(re.sub(r'^  ', '', examples, flags=re.MULTILINE))}" if examples.strip() else f"{said}\n"


def _panels(options: dict[str, Any]) -> Iterator[str]:
    panels = dict.fromkeys(each.rich_help_panel for each in options.values())
    for panel in panels:
        rows = [_row(each) for each in options.values() if each.rich_help_panel == panel]
        note = (
            "Each value may be `env:NAME` or `file:PATH`.\n" if panel == next(iter(CREDENTIALS.values())).panel else ""
        )
        yield "\n".join(filter(None, [f"### {_plain(panel)}\n", note, table(["option", "does"], rows)]))


def _row(option: Any) -> list[str]:
    names = ", ".join(code(each) for each in option.opts)
    value = f" {code(option.metavar or 'VALUE')}" if not option.is_flag else ""
    return [f"{names}{value}", prose(option.help or "")]


def _name(option: Any) -> str:
    return str(next((each for each in option.opts if each.startswith("--")), option.opts[0]))


def _plain(panel: str) -> str:
    return panel.partition(" (")[0]


def _group(panel: str) -> str:
    return _plain(panel).lower().replace(" ", "-")
