"""`python -m openapi_mcp`, and the entry of the `openapi-mcp` command."""

import sys


def main() -> None:
    """Run the command and exit with its status."""
    from openapi_mcp.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
