"""The site of docs/, built strictly, its links checked: `python -m docs_tools.site`."""

import os
import subprocess
import sys
from pathlib import Path

from docs_tools.links import problems

ROOT = Path(__file__).parents[1]
SITE = ROOT / "build" / "site"


def build(site: Path = SITE) -> str:
    """Build the site into a folder; return what is wrong with it, "" where nothing is."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if built.returncode:
        return f"{built.stdout}{built.stderr}"
    return "\n".join(problems(site.resolve()))


def main() -> int:
    """Build the site where it stands for reading; 1 where something is wrong with it."""
    wrong = build()
    print(wrong or f"the site is in {SITE.relative_to(ROOT)}: open index.html")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
