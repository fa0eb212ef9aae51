"""Where kept answers are: in this user's file, or in the Redis that replicas share."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from openapi_mcp.config import Config
from openapi_mcp.executor.cache import FILE_NAME, Cache
from openapi_mcp.executor.cache_store import AnswerStore
from openapi_mcp.front import default_folder

if TYPE_CHECKING:
    from openapi_mcp.shared.link import Link


def cache_of(
    config: Config, notice: Callable[[str], None], environ: Mapping[str, str], shared: AnswerStore | None
) -> Cache:
    """Return what keeps answers for an API, in its file or in what is `shared`.

    With --no-cache it only drops what other processes keep.
    """
    return Cache(
        path=cache_file(config.cache_dir, environ),
        now=time.time,
        say=notice,
        certificate=config.client_cert or "",
        only_drops=config.no_cache,
        shared=shared,
    )


def shared_answers(link: "Link | None") -> AnswerStore | None:
    """Return where replicas keep their answers, None where there are none."""
    if link is None:
        return None
    from openapi_mcp.executor.cache_redis import AnswersInRedis

    return AnswersInRedis(link)


def cache_file(cache_dir: str | None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of kept answers."""
    return Path(os.path.expanduser(cache_dir or default_folder(environ))) / FILE_NAME
