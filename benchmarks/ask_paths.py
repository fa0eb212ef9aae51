"""Where the tests keep what a benchmark shares with them: import this before anything of `support` or `conftest`."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.append(str(TESTS))
