"""Every setting has one reader and one place in Config."""

from dataclasses import fields

import pytest

from openapi_mcp.apis import PER_API
from openapi_mcp.config import Config, CredentialLayer
from openapi_mcp.model.policy import Limits, Listing
from openapi_mcp.settings import CREDENTIALS, LIMITS, LISTING, PLURALS, READERS

HOLDERS = (Config, CredentialLayer, Limits, Listing)


@pytest.mark.parametrize("key", READERS)
def test_a_setting_has_a_field_that_holds_it(key: str) -> None:
    """design.md, Options: the same word everywhere."""
    held = {each.name for holder in HOLDERS for each in fields(holder)}
    assert PLURALS.get(key, LISTING.get(key, key)) in held


def test_what_is_said_of_settings_is_said_of_some_that_there_are() -> None:
    """Our choice: a key of a list that nothing reads would be dropped in silence."""
    assert {*CREDENTIALS, *LIMITS, *LISTING, *PLURALS, *PER_API} <= READERS.keys()
