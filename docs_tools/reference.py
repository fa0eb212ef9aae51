"""The pages of docs/reference/, written from the code: `python -m docs_tools.reference`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs_tools.commands import commands_page
from docs_tools.configuration import configuration_page
from docs_tools.errors import errors_page
from docs_tools.metrics import metrics_page
from docs_tools.results import results_page

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "configuration.md": configuration_page,
    "results.md": results_page,
    "errors.md": errors_page,
    "metrics.md": metrics_page,
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
