"""What is confidential by its name or schema: part 7, Records (arguments, secrets redacted)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.schema.confidential import is_confidential, without_confidential, without_confidential_pairs


@pytest.mark.parametrize(
    "name",
    ["password", "newPassword", "user_password_confirmation", "client_secret", "X-Api-Key", "APIKey", "access_token",
     "token", "pin", "PIN", "pass_phrase", "Authorization", "session_key", "cvv", "credentials"],
)  # fmt: skip
def test_these_names_are_of_secrets(name: str) -> None:
    assert is_confidential(name)


@pytest.mark.parametrize(
    "name",
    ["", "name", "key", "page_token", "nextPageToken", "max_tokens", "token_count", "secret_type", "password_policy",
     "accessKeyId", "spin", "shipping", "token_url", "pinned", "expiresAt", "1"],
)  # fmt: skip
def test_these_are_not(name: str) -> None:
    assert not is_confidential(name)


def test_values_are_masked_by_name_and_by_format_at_any_depth() -> None:
    schema = {
        "properties": {"card": {"$ref": "#/$defs/Card"}, "codes": {"items": {"format": "password"}}},
        "$defs": {"Card": {"properties": {"number": {"type": "string", "format": "password"}}}},
    }
    arguments = {
        "user": "ana",
        "password": "p4ss",
        "card": {"number": "4111", "holder": "Ana"},
        "codes": ["one", "two"],
        "pin": 1234,
        "logins": [{"token": "t1"}, {"token": None}, {"token": True}, {"token": ""}],
    }
    masked, found = without_confidential(arguments, schema)
    assert masked == {
        "user": "ana",
        "password": "***",
        "card": {"number": "***", "holder": "Ana"},
        "codes": ["***", "***"],
        "pin": "***",
        "logins": [{"token": "***"}, {"token": None}, {"token": True}, {"token": ""}],
    }
    assert found == ["p4ss", "4111", "one", "two", "1234", "t1"]


@pytest.mark.parametrize("schema", [{}, {"properties": {"a": {"$ref": "#/$defs/none"}}}, {"properties": {"a": True}}])
def test_any_schema_will_do(schema: dict[str, Any]) -> None:
    assert without_confidential({"a": {"b": 1}}, schema) == ({"a": {"b": 1}}, [])


def test_what_is_nested_beyond_measure_is_left_to_others() -> None:
    value: Any = {"password": "deep"}
    for _ in range(40):
        value = {"a": value}
    assert without_confidential(value, {})[1] == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"id": 7, "access_token": "ab\\"c"}', '{"id": 7, "access_token": "***"}'),
        ('{"id": 7, "access_token": "abc', '{"id": 7, "access_token": "***"'),
        ('{"pin":1234,"name":"Ana"}', '{"pin":"***","name":"Ana"}'),
        ("curl 'https://x/login?pin=123&q=a b' --data-raw 'password=p&user=u'",
         "curl 'https://x/login?pin=***&q=a b' --data-raw 'password=***&user=u'"),
        ('{"page_token": "abc", "key": "k"}', '{"page_token": "abc", "key": "k"}'),
        ('{"name": "kettle"}', '{"name": "kettle"}'),
    ],
)  # fmt: skip
def test_texts_are_masked_by_the_names_in_them(text: str, masked: str) -> None:
    assert without_confidential_pairs(text) == masked


@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(["password", "token", "id"]), st.text(max_size=20)))
def test_json_stays_json_and_no_confidential_value_stays(value: dict[str, str]) -> None:
    masked = json.loads(without_confidential_pairs(json.dumps(value)))
    assert set(masked) == set(value)
    assert all(masked[name] == "***" for name in ("password", "token") if name in value)


@given(st.text(max_size=300))
def test_any_text_may_come(text: str) -> None:
    assert isinstance(without_confidential_pairs(f"token{text}"), str)
