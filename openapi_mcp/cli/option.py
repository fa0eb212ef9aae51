"""What an option is, and how plainly written ones are read without typer, which is imported where it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of the command line; `kind` is the type of its value, None where it is not given.

    `values` are those that a TAB offers.
    """

    kind: Any
    names: tuple[str, ...]
    help_text: str
    panel: str
    metavar: str | None
    values: tuple[str, ...] = ()

    def for_typer(self) -> Any:
        """Return the annotation that typer reads."""
        import typer

        said = typer.Option(
            *self.names,
            help=self.help_text,
            rich_help_panel=self.panel,
            metavar=self.metavar,
            autocompletion=self._begun if self.values else None,
        )
        return Annotated[self.kind, said]

    def _begun(self, incomplete: str) -> list[str]:
        return [value for value in self.values if value.startswith(incomplete)]


Options = Mapping[str, Option]


def option(
    kind: Any, *names: str, help_text: str, panel: str, metavar: str | None = None, values: tuple[str, ...] = ()
) -> Option:
    """Return an option."""
    return Option(kind=kind, names=names, help_text=help_text, panel=panel, metavar=metavar, values=values)


Text = str | None
Texts = list[str] | None
Each = Texts
"""One value; or `NAME=VALUE`, once for each of several APIs (apis.py)."""
Whole = int | None
Flag = bool | None


def read_plainly(words: Sequence[str], groups: Sequence[Options]) -> dict[str, Any] | None:
    """Return the values of plainly written options by name, as typer would; None for all that is not so plain.

    Plain is a text or a whole number after an option's whole name, `--name TEXT` or `--name=TEXT`, and a flag.
    """
    declared = {key: option for group in groups for key, option in group.items()}
    by_name = {name: (key, option.kind) for key, option in declared.items() for name in option.names}
    values: dict[str, Any] = dict.fromkeys(declared)
    left = iter(words)
    for word in left:
        name, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
        key, kind = by_name.get(name, ("", None))
        if kind is Flag and not equals:
            values[key] = True
            continue
        text = text if equals else next(left, "")
        value = _plain_value(kind, text)
        if value is None or text.startswith("-"):
            return None
        values[key] = [*(values[key] or ()), value] if kind is Texts else value
    return values


def _plain_value(kind: Any, text: str) -> str | int | None:
    if kind is Text or kind is Texts:
        return text or None
    is_whole = kind is Whole and text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if is_whole else None
