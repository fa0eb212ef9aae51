"""Where calls are recorded: known without what records them."""

import os
from collections.abc import Mapping
from pathlib import Path

from openapi_mcp.config import Config
from openapi_mcp.private import user_folder
from openapi_mcp.references import read_secret

FILE = "records.db"


def where_recorded(config: Config, environ: Mapping[str, str] = os.environ) -> str | Path:
    """Return the store of the records: a file, or a database's URL with its password.

    Raises:
        CredentialsError: `env:NAME` or `file:PATH` leads to nothing.
    """
    if config.records is None:
        return user_folder(environ) / FILE
    where = read_secret(config.records, environ, "--records").reveal()
    return where if "://" in where else Path(os.path.expanduser(where))
