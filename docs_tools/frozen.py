"""The command, at a noon that stands still: `python -m docs_tools.frozen history`. Its words change with it alone."""

import sys
import time

NOON = 1_792_497_600.0  # 2026-10-20, 12:00 UTC


def main() -> int:
    """Run the command that the arguments say."""
    time.time = lambda: NOON
    from openapi_mcp.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
