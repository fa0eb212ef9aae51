"""Where calls are recorded: known without what records them."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.private import user_folder
from openapi_mcp.references import read_secret

FILE = "records.db"
_IS_URL = re.compile(r"\Apostgres(?:ql)?(?:\+[a-z0-9]+)?://")
_IS_MEANT_AS_URL = re.compile(r"\Apostgres(?:ql)?[:/]|\bpassword ?=", re.IGNORECASE)


def where_recorded(config: Config, environ: Mapping[str, str] = os.environ) -> str | Path:
    """Return the store of the records: a file, or a database's URL with its password.

    Raises:
        CredentialsError: `env:NAME` or `file:PATH` leads to nothing.
        ConfigError: it is meant as a URL, or as libpq's words, and is neither: as a file's name it would be shown.
    """
    if config.records is None:
        return user_folder(environ) / FILE
    where = read_secret(config.records, environ, "--records").reveal()
    if _IS_URL.match(where):
        return where
    if "://" in where or _IS_MEANT_AS_URL.search(where):
        raise ConfigError(
            "this is no URL of a database", where="--records", hint="a file, or postgresql://USER@HOST/DATABASE"
        )
    return Path(os.path.expanduser(where))
