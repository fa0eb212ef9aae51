"""What keeps answers apart: the request, who makes it, and as whom the API gets to know us. Only as a keyed hash."""

import hashlib
import json
from typing import Any

from openapi_mcp.auth.choose import Chosen, WantedToken
from openapi_mcp.model.call import Caller
from openapi_mcp.model.grant import GrantType
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.secret import Credential, Secret

_SIZE = 24  # bytes of a key


def key_text(request: HttpRequest, caller: Caller, chosen: Chosen, certificate: str = "", kind: str = "") -> bytes:
    """Return what a kept answer is for; secrets stand in it, so it is never kept itself.

    All headers of the request count, whatever `Vary` says: many an API forgets to say it. `certificate` is the file of
    the one that we show; `kind` the operation, of which it is known as a whole whether anything is kept.
    """
    whole = [
        [request.method, request.url, sorted([name.lower(), value] for name, value in request.headers)],
        [caller.id, None if caller.scopes is None else sorted(caller.scopes)],
        [_credential(each) for each in chosen.credentials],
        [_token(each, caller) for each in chosen.tokens],
        [[name.lower(), value.reveal()] for name, value in caller.headers],
        [certificate, kind],
    ]
    return json.dumps(whole).encode()


def digest(secret: bytes, text: bytes) -> bytes:
    """Return the key under which an answer is kept: nobody who has it, but not the `secret`, can check a guess."""
    return hashlib.blake2b(text, key=secret, digest_size=_SIZE).digest()


def _credential(each: Credential) -> list[str]:
    return [each.place.value, each.name.lower(), each.prefix, each.value.reveal()]


def _token(each: WantedToken, caller: Caller) -> list[Any]:
    """Return whom a token is for, which outlives it: access tokens come and go.

    The token that a caller brought to be exchanged is one of its rights, not of its name alone: as in tokens.py. Logins
    are told apart by their refresh token: the next person who logs in with the same client is not shown the answers of
    the last. One that is given anew at each use begins a new set of answers, once for each start.
    """
    grant = each.grant
    subject = caller.token if grant.type is GrantType.TOKEN_EXCHANGE else None
    return [
        [grant.scheme, grant.type.value, grant.client_id, _revealed(grant.client_secret)],
        [grant.token_url, grant.metadata_url, grant.audience, grant.resource, grant.kept_as],
        [grant.username, _revealed(grant.password), _revealed(grant.refresh_token), _revealed(subject)],
        sorted(grant.scopes if grant.scopes is not None else each.scopes),
    ]


def _revealed(value: Secret | None) -> str | None:
    return None if value is None else value.reveal()
