"""`python -m openapi_mcp`, and the entry of the `openapi-mcp` command."""

import gc
import os
import sys

from openapi_mcp import __version__, front


def main() -> None:
    """Run the command and exit with its status; a stdio client's first questions are answered before anything else."""
    try:
        handover = front.serve(sys.argv[1:], os.environ, __version__)
        gc.disable()  # a tenth of the imports' time; what serves turns it on again
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # its command line: half of its import
        from openapi_mcp.cli.main import run
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run(handover=handover))


if __name__ == "__main__":
    main()
