"""The executor of a catalogue, as it was configured."""

import os
from collections.abc import Mapping
from functools import partial

from openapi_mcp import __version__
from openapi_mcp.config import Config
from openapi_mcp.credentials import newest_grant, resolve_credentials
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.folder import Folder
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.terms import Limiters
from openapi_mcp.executor.tokens import RefreshTokens
from openapi_mcp.identity import source_of
from openapi_mcp.loading import Catalogue
from openapi_mcp.logins import keep_refresh_token
from openapi_mcp.model.grant import Grant
from openapi_mcp.model.secret import Secret
from openapi_mcp.request.files import no_folder
from openapi_mcp.strategies import all_strategies
from openapi_mcp.trusted import trust_of


def make_executor(
    config: Config,
    catalogue: Catalogue,
    environ: Mapping[str, str] = os.environ,
    kept: KeptAnswers | None = None,
    limiters: Limiters | None = None,
    cache: Cache | None = None,
) -> Executor:
    """Return an executor for the catalogue's tools; its files of credentials are read again after a 401."""
    trust = trust_of(config)
    trust.check()
    return Executor(
        catalogue.document,
        catalogue.toolset,
        base_url=config.base_url,
        typed_url=catalogue.typed_url,
        credentials=catalogue.credentials,
        renew=partial(resolve_credentials, config, catalogue.document, environ, source_of(config)),
        refresh_tokens=RefreshTokens(find=partial(newest_grant, environ=environ), keep=partial(_keep, environ)),
        limits=config.limits,
        find_file=Folder.open(config.files).find if config.files is not None else no_folder,
        user_agent=f"openapi-mcp/{__version__}",
        kept=kept,
        trust=trust,
        recovering=config.recovery,
        strategies=partial(all_strategies, config.recovery),
        limiters=limiters,
        cache=cache,
    )


def _keep(environ: Mapping[str, str], grant: Grant, refresh: Secret) -> bool:
    return bool(grant.kept_as) and keep_refresh_token(grant.kept_as, grant.refresh_token, refresh, environ)
