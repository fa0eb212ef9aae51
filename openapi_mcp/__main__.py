"""`python -m openapi_mcp`, and the entry of the `openapi-mcp` command."""

import sys

INTERRUPTED = 130  # as in errors.ExitCode, which cannot be imported before an interrupt is caught


def main() -> None:
    """Run the command and exit with its status; an interrupt while it is still imported ends it quietly, too."""
    try:
        from openapi_mcp.cli.main import run

        status = run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
