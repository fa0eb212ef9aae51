"""Pictures of a terminal, from real runs: `python -m docs_tools.pictures` draws docs/pictures/*.svg."""

import io
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from docs_tools.live import SHOWN, WIDTH, live

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_SPEC = f"--spec {SHOWN}/api/schema/ --token env:SHOP_TOKEN"
PICTURES: Mapping[str, str] = {
    "history": "openapi-mcp history --limit 12",
    "stats": "openapi-mcp stats --since 1d",
    "inspect": f"openapi-mcp inspect {_SPEC}",
    "search": f'openapi-mcp search {_SPEC} --methods all "cancel the last order of Maria"',
    "call": f"""openapi-mcp call {_SPEC} --select orders_list \\
    -a customer="Ana Souza" -a status=Shipped -a _select='results[].total'""",
    "refused": f"openapi-mcp call {_SPEC} orders_list -a status=sent",
    "install": f"openapi-mcp install claude-code {_SPEC}",
    "install-dry-run": f"openapi-mcp install cursor {_SPEC} --dry-run",
    "check": f"openapi-mcp check {_SPEC} --methods all",
}
"""What each picture shows, by its name; those of records first, as a call is recorded, too."""
_LONGEST = 26  # lines
_FONT = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)


def draw(command: str, said: str) -> str:
    """Return a picture of a command and of what it said; of long outputs the first lines."""
    from rich._export_format import CONSOLE_SVG_FORMAT
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    lines = [line.rstrip() for line in said.rstrip("\n").split("\n")]
    shown = [*lines[:_LONGEST], "..."] if len(lines) > _LONGEST else lines
    console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
    console.print(Text.from_ansi("\n".join(shown)))
    plain = _FONT.sub("", CONSOLE_SVG_FORMAT)  # its fonts would be fetched from elsewhere
    return console.export_svg(title="", code_format=plain, unique_id="terminal")


def main() -> None:
    """Draw every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with live() as running:
        for name, command in PICTURES.items():
            said = running.said(*shlex.split(command)[1:])
            (FOLDER / f"{name}.svg").write_text(draw(command, said), encoding="utf-8")


if __name__ == "__main__":
    main()
