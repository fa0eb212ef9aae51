"""How a credential is asked for."""

import pytest

from openapi_mcp.cli.draft import parts_of
from openapi_mcp.model.document import SecurityScheme


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ("X-Key", "apiKey in header X-Key"),
        ("authorization", "the whole Authorization header, such as: Token abc123"),
    ],
)
def test_a_key_in_authorization_is_asked_for_with_its_first_word(parameter: str, said: str) -> None:
    """Found on the walk: drf-spectacular's tokenAuth was sent without `Token`, and refused."""
    scheme = SecurityScheme(name="tokenAuth", type="apiKey", pointer="", location="header", parameter=parameter)
    assert parts_of(scheme) == (("tokenAuth",), said)
