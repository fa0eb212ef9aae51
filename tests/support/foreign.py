"""Commands of pages that are not ours to run here: for each a test that runs it, or why none can.

A page's other commands are all run. `claude mcp add NAME -- COMMAND` is not foreign: its COMMAND is.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreign:
    """Commands that begin so; `tested` is the test that stands for them, `why` why a page's shell does not run them."""

    pattern: str
    why: str
    tested: str = ""

    def is_it(self, command: str) -> bool:
        """True for a command of this kind."""
        return re.match(self.pattern, command) is not None


FOREIGN = (
    Foreign(r"pipx (install|inject|upgrade|uninstall|ensurepath)\b", "installs from the internet",
            "tests/docs/test_docs_pages.py"),
    Foreign(r"(python3? -m )?(pip|uv|uvx|poetry) ", "installs from the internet", "tests/docs/test_docs_pages.py"),
    Foreign(r"git (clone|pull)\b", "asks another host"),
    Foreign(r"cd openapi-mcp$", "the clone"),
    Foreign(r"make \w", "runs the tests themselves, or the demo", "tests/test_readme.py"),
    Foreign(r"pytest\b", "runs the tests themselves"),
    Foreign(r"sh deploy/secrets\.sh", "writes into the clone", "tests/test_compose.py"),
    Foreign(r"docker ", "no daemon here; what it reads is", "tests/test_container.py"),
    Foreign(r"\$EDITOR ", "a person edits"),
    Foreign(r"(claude|codex|gemini|copilot|zed|cursor|code|windsurf)( |$)", "a client; started by",
            "tests/e2e/test_e2e_client.py"),
    Foreign(r"(npm|npx|node) ", "installs from the internet"),
    Foreign(r"(bin/rails|bundle|rake|rails) ", "Ruby is not here; its document is stood in for"),
    Foreign(r"(\./)?(mvnw?|gradlew?) ", "Java is not here; its document is stood in for"),
    Foreign(r"dotnet ", ".NET is not here; its document is stood in for"),
    Foreign(r"openapi-mcp log(in|out)\b", "a person logs in, in a browser", "tests/e2e/test_e2e_login.py"),
    Foreign(r"openssl rand", "only makes a key"),
    Foreign(r"curl .*\.\.\.$", "shown in part"),
    Foreign(r"(brew|apt|apt-get|sudo|winget|choco) ", "installs from the internet"),
    Foreign(r"xdg-open |open ", "opens a window"),
)  # fmt: skip


def foreign(command: str) -> Foreign | None:
    """Return the entry of a command that is not run here."""
    return next((each for each in FOREIGN if each.is_it(command)), None)
