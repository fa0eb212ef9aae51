"""The settings of an OAuth2 or OpenID Connect scheme, as an operator wrote them, become a Grant."""

from collections.abc import Callable, Collection, Mapping

from openapi_mcp.auth.choose import variable_form
from openapi_mcp.errors import CredentialsError
from openapi_mcp.model.document import SecurityScheme
from openapi_mcp.model.grant import Grant, GrantType
from openapi_mcp.model.secret import Secret
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import redact_url

FIELDS = (
    "client_id", "client_secret", "secret_in_body", "token_url", "authorization_url", "metadata_url", "scopes", "grant",
    "username", "password", "refresh_token", "audience", "resource", "value", "key", "token",
)  # fmt: skip
"""What `--auth SCHEME.FIELD=VALUE` and `[auth.SCHEME]` may say."""

VALUES = ("value", "key", "token")
"""Those of them that are the value itself, as `--auth SCHEME=VALUE` gives it."""

_TYPES = {
    "client_credentials": GrantType.CLIENT_CREDENTIALS,
    "password": GrantType.PASSWORD,
    "refresh_token": GrantType.REFRESH_TOKEN,
    "token_exchange": GrantType.TOKEN_EXCHANGE,
}
_FLOWS = {
    GrantType.CLIENT_CREDENTIALS: ("clientCredentials",),
    GrantType.PASSWORD: ("password",),
    GrantType.REFRESH_TOKEN: ("authorizationCode", "password", "deviceAuthorization"),
    GrantType.TOKEN_EXCHANGE: ("clientCredentials", "authorizationCode"),
}
MayHaveSecrets = Callable[[str], bool]
"""True for a URL that the document names and that secrets may be sent to."""


def split_field(name: str, schemes: Mapping[str, SecurityScheme]) -> tuple[str, str]:
    """Return a setting's scheme and field: `oauth.client_id`, or `OAUTH_CLIENT_ID` as an environment variable has it.

    The field is "" where the name is a scheme's own, or ends in none.
    """
    if name in schemes or name.upper() in map(variable_form, schemes):
        return name, ""
    for field in sorted(FIELDS, key=len, reverse=True):
        for mark, ending in ((".", field), ("_", field.upper())):
            if name.endswith(mark + ending) and len(name) > len(ending) + 1:
                return name[: -len(ending) - 1], field
    return name, ""


def names_a_grant(settings: Collection[str]) -> bool:
    """True for settings that say how to get a token; a client's id and secret may be those of a login."""
    return not {"refresh_token", "username", "grant"}.isdisjoint(settings)


def grant_of(scheme: SecurityScheme, settings: Mapping[str, Secret], may_have_secrets: MayHaveSecrets) -> Grant:
    """Return the way to a scheme's tokens that its settings (field -> value) describe.

    Raises:
        CredentialsError: a scheme that takes no tokens, or something is missing or unknown.
    """
    where = f"--auth {one_line(scheme.name, 60)}"
    if scheme.type not in ("oauth2", "openIdConnect"):
        hint = f"give the value itself: {where}=VALUE"
        raise CredentialsError(f"the scheme is {scheme.type!r}, which takes no such settings", where=where, hint=hint)
    said = {field: value.reveal() for field, value in settings.items()}
    kind = _type(said, where)
    token_url, metadata_url = _endpoints(scheme, said, kind, where, may_have_secrets)
    if not said.get("client_id"):
        raise CredentialsError("no client id is given", where=where, hint=f"add {where}.client_id=ID")
    return Grant(
        scheme=scheme.name,
        type=kind,
        client_id=said["client_id"],
        client_secret=settings.get("client_secret"),
        secret_in_body=_flag(said.get("secret_in_body", "false"), where),
        token_url=token_url,
        metadata_url=metadata_url,
        scopes=tuple(said["scopes"].replace(",", " ").split()) if "scopes" in said else None,
        username=said.get("username", ""),
        password=settings.get("password"),
        refresh_token=settings.get("refresh_token"),
        audience=said.get("audience", ""),
        resource=said.get("resource", ""),
        is_confirmed=bool(said.get("token_url") or said.get("metadata_url")),
    )


def _flag(text: str, where: str) -> bool:
    if text.lower() in ("0", "false", "no", "off"):
        return False
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    raise CredentialsError("secret_in_body is neither true nor false", where=where, hint="write true or false")


def _type(said: Mapping[str, str], where: str) -> GrantType:
    named = said.get("grant", "").replace("-", "_")
    if named and named not in _TYPES:
        hint = f"choose from {', '.join(_TYPES)}"
        raise CredentialsError(f"there is no grant {one_line(named, 40)!r}", where=f"{where}.grant", hint=hint)
    kind = _TYPES.get(named) or _likely(said)
    for field in _NEEDED[kind]:
        if field not in said:
            raise CredentialsError(
                f"the grant {named or kind.name.lower()} needs {field}", where=where, hint=f"add {where}.{field}=VALUE"
            )
    return kind


_NEEDED = {
    GrantType.CLIENT_CREDENTIALS: ("client_secret",),
    GrantType.PASSWORD: ("username", "password"),
    GrantType.REFRESH_TOKEN: ("refresh_token",),
    GrantType.TOKEN_EXCHANGE: (),
}


def _likely(said: Mapping[str, str]) -> GrantType:
    """Return the grant that is meant by what is given for it."""
    if "refresh_token" in said:
        return GrantType.REFRESH_TOKEN
    return GrantType.PASSWORD if "username" in said else GrantType.CLIENT_CREDENTIALS


def _endpoints(
    scheme: SecurityScheme, said: Mapping[str, str], kind: GrantType, where: str, may_have_secrets: MayHaveSecrets
) -> tuple[str, str]:
    """Return the token endpoint and the metadata's URL, one of them "": what the operator says, else the document."""
    if said.get("token_url") or said.get("metadata_url"):
        return said.get("token_url", ""), "" if said.get("token_url") else said["metadata_url"]
    url, is_metadata = _token_url(scheme, kind), False
    if not url:
        url, is_metadata = scheme.metadata_url, True
    field = "metadata_url" if is_metadata else "token_url"
    if not url:
        message, hint = "the document names no token endpoint", f"add {where}.token_url=URL"
        raise CredentialsError(message, where=where, hint=hint)
    if not may_have_secrets(url):
        raise CredentialsError(
            f"the document wants the client's secret sent to {redact_url(url)}, a host that you have not named",
            where=where,
            hint=f"if that is right, confirm it with {where}.{field}={redact_url(url)}",
        )
    return ("", url) if is_metadata else (url, "")


def _token_url(scheme: SecurityScheme, kind: GrantType) -> str:
    fitting = [flow for flow in scheme.flows if flow.type in _FLOWS[kind]] or scheme.flows
    refreshing = [flow.refresh_url for flow in fitting if kind is GrantType.REFRESH_TOKEN]
    return next((url for url in (*refreshing, *(flow.token_url for flow in fitting)) if url), "")
