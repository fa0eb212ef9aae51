"""Secrets in URLs of an entry."""

import pytest

from openapi_mcp.clients.urls import has_secret, secrets_in, shown_word


@pytest.mark.parametrize(
    ("word", "shown", "secrets"),
    [
        ("--spec", "--spec", []),
        ("a://b", "a://b", []),
        ("://b", "://b", []),
        ("https://h/o.json?format=json&lang=en", "https://h/o.json?format=json&lang=en", []),
        ("https://h/@scope/o.json", "https://h/@scope/o.json", []),
        ("https://u:PW@h/o.json?key=K&flag", "https://h/o.json?key=***&flag", ["PW", "K"]),
        ("https://TOKEN@h", "https://h", ["TOKEN"]),
        ("--spec=shop=https://u:P%20W@h", "--spec=shop=https://h", ["P%20W", "P W"]),
        ("https://h?format=json;key=K", "https://h?format=***", ["json;key=K"]),
        ("https://me:12/w@h", "***", ["me:12/w@h"]),
        ("https://me:p/w@h", "***", ["me:p/w@h"]),
        ("http://[x", "***", []),
    ],
)
def test_a_word_is_shown_without_the_secrets_of_its_url(word: str, shown: str, secrets: list[str]) -> None:
    """Found by an attack on it. What says which document is meant stays."""
    assert shown_word(word) == shown
    assert list(secrets_in(word)) == secrets
    assert has_secret(word) is bool(secrets)
