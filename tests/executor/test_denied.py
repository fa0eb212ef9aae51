"""executor/denied.py: a credential that a lookup lacked is told as the cause, once, and before anything else."""

import pytest

from openapi_mcp.executor.denied import Denied, with_cause
from openapi_mcp.model.call import Failure, FailureKind

WRONG = Failure(kind=FailureKind.INVALID_ARGUMENTS, message='"id" must be integer', hint="give an id")
DENIED = Denied(
    tool="orders_list",
    failure=Failure(kind=FailureKind.UNAUTHENTICATED, message="the API answered 401", hint="see the credential"),
)


def test_the_credential_is_what_is_to_be_seen_to_first() -> None:
    """Other arguments alone would lead to one more call that fails of the same cause."""
    told = with_cause(WRONG, DENIED)
    assert told.message == '"id" must be integer; orders_list could not look it up: the API answered 401'
    assert told.hint == "see the credential; give an id"
    assert told.kind is WRONG.kind


@pytest.mark.parametrize("kind", [FailureKind.UNAUTHENTICATED, FailureKind.FORBIDDEN])
def test_a_call_that_was_denied_itself_says_so_already(kind: FailureKind) -> None:
    """Our choice: twice the same says less."""
    own = Failure(kind=kind, message="the API answered 403")
    assert with_cause(own, DENIED) is own


def test_where_no_lookup_was_denied_a_failure_stays_as_it_is() -> None:
    assert with_cause(WRONG, None) is WRONG
