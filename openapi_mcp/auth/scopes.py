"""Which operations the scopes of a caller's own access token allow."""

from collections.abc import Iterable

from openapi_mcp.model.document import Operation, SecurityRequirement, SecurityScheme

_SCOPED = (
    "oauth2",
    "openIdConnect",
)  # for all others the names in a requirement are roles, of which a token says nothing


def scoped_schemes(schemes: Iterable[SecurityScheme]) -> frozenset[str]:
    """Return the names of the schemes whose requirements name scopes. OAS 3.1.1, 4.8.30."""
    return frozenset(scheme.name for scheme in schemes if scheme.type in _SCOPED)


def named_scopes(operations: Iterable[Operation], scoped: frozenset[str]) -> frozenset[str]:
    """Return every scope on which a call may depend."""
    return frozenset(
        scope for operation in operations for each in operation.security or () for scope in _needed(each, scoped)
    )


def allows(scopes: frozenset[str], operation: Operation, scoped: frozenset[str]) -> bool:
    """True when these are the scopes of at least one of the operation's alternatives.

    [{"oauth": ["read"]}, {"oauth": ["admin"]}] is allowed by {"read"}, [{"oauth": ["read", "write"]}] is not.
    One without `security`, or with an alternative that names no scope, is open to every caller that is let in.
    """
    return not operation.security or any(_needed(each, scoped) <= scopes for each in operation.security)


def _needed(requirement: SecurityRequirement, scoped: frozenset[str]) -> frozenset[str]:
    return frozenset(scope for scheme in requirement.schemes if scheme.name in scoped for scope in scheme.scopes)
