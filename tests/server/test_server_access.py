"""Who may call, as an operator configured it."""

from pathlib import Path
from typing import Any

import pytest
from support.links import KEY

from openapi_mcp.config import build_config
from openapi_mcp.errors import ConfigError
from openapi_mcp.server.access import Access, read_access, serialized
from openapi_mcp.server.guard import Names
from openapi_mcp.shared.seal import Seal
from openapi_mcp.tls import Trust

TOKEN = "the-token-of-this-endpoint"


def access(notices: list[str] | None = None, **flags: Any) -> Access:
    said = notices if notices is not None else []
    return read_access(build_config(flags, {}, Path("/nowhere")), {}, said.append)


def test_without_any_option_all_stays_as_it_was() -> None:
    """One caller on this machine."""
    assert access() == Access()
    assert not access().is_authenticated
    assert access().names("127.0.0.1") == Names()
    assert not access().admission("http://127.0.0.1:1/mcp", None).is_required


def test_callers_are_known_under_the_key_of_the_replicas() -> None:
    """Issue 9, Replicas: whether they share a Redis, or records alone."""
    key = Seal(KEY).key("caller")
    assert access(forward=["X-Key"], shared_key=KEY).forward.key == key
    assert access(forward=["X-Key"], shared_key=KEY, redis="redis://h").forward.key == key
    assert access(forward=["X-Key"]).forward.key is None
    with pytest.raises(ConfigError) as raised:
        access(shared_key="short")
    assert raised.value.where == "--shared-key"


def test_a_short_token_is_said(tmp_path: Path) -> None:
    """It serves; and can be guessed."""
    notices: list[str] = []
    assert access(notices, endpoint_token="short").is_authenticated
    assert notices == ["warning: the endpoint's token has fewer than 16 characters, and can be guessed"]
    notices.clear()
    access(notices, endpoint_token=TOKEN)
    assert notices == []


@pytest.mark.parametrize(
    ("flags", "where"),
    [
        ({"endpoint_token": TOKEN, "oauth_issuer": "https://id.test"}, "--endpoint-token and --oauth-issuer"),
        ({"endpoint_token": TOKEN, "forward": ["Authorization"]}, "--forward"),
        ({"oauth_issuer": "https://id.test", "forward": ["authorization"]}, "--forward"),
        ({"forward": ["Host"]}, "--forward"),
        ({"forward_optional": True}, "--forward-optional"),
        ({"oauth_audience": ["a"]}, "--oauth-audience"),
        ({"oauth_jwks": "https://id.test/keys"}, "--oauth-jwks"),
        ({"oauth_scope": ["a"]}, "--oauth-scope"),
        ({"oauth_issuer": "http://id.test"}, "--oauth-issuer"),
        ({"oauth_issuer": "https://id.test", "oauth_jwks": "http://id.test/keys"}, "--oauth-jwks"),
        ({"oauth_issuer": "https://id.test", "oauth_scope": ["read write"]}, "--oauth-scope"),
        ({"oauth_issuer": "https://id.test", "oauth_scope": ['a"b']}, "--oauth-scope"),
        ({"oauth_issuer": "https://id.test", "host": "0.0.0.0"}, "--oauth-issuer"),
        ({"allowed_host": ["https://mcp.example.com"]}, "--allowed-host"),
        ({"allowed_host": ["mcp.example.com:80"]}, "--allowed-host"),
        ({"allowed_host": ["*.example.com"]}, "--allowed-host"),
        ({"allowed_origin": ["null"]}, "--allowed-origin"),
        ({"allowed_origin": ["*"]}, "--allowed-origin"),
        ({"allowed_origin": ["app.example.com"]}, "--allowed-origin"),
        ({"allowed_origin": ["https://app.example.com/page"]}, "--allowed-origin"),
        ({"allowed_origin": ["https://me@app.example.com"]}, "--allowed-origin"),
        ({"allowed_origin": ["https://*.example.com"]}, "--allowed-origin"),
    ],
)
def test_what_contradicts_itself_or_means_nothing_is_refused(flags: dict[str, Any], where: str) -> None:
    """Before anything is served; nothing is passed over in silence."""
    with pytest.raises(ConfigError) as caught:
        access(**flags)
    assert (caught.value.where, bool(caught.value.hint)) == (where, True)


def test_a_public_endpoint_is_known_by_its_names() -> None:
    """Issue 5; loopback names stay: a health check comes from there."""
    made = access(
        host="192.0.2.7",
        public_url="https://MCP.example.com:8443/mcp",
        allowed_host=["Inside.example.com"],
        allowed_origin=["https://App.example.com:443/"],
        forward=["X-Key"],
    )
    names = made.names("192.0.2.7")
    assert names.hosts == {"127.0.0.1", "localhost", "[::1]", "192.0.2.7", "mcp.example.com", "inside.example.com"}
    assert names.origins == {"https://mcp.example.com:8443"}
    assert names.sharing == {"https://app.example.com"}
    assert names.headers == {"x-key"}
    assert (names.any_address, names.local_pages) == (True, False)


@pytest.mark.parametrize(
    ("address", "host"), [("::", "[::]"), ("::1", "[::1]"), ("127.0.0.2", "127.0.0.2"), ("0.0.0.0", "0.0.0.0")]
)
def test_the_address_that_we_listen_on_is_ours(address: str, host: str) -> None:
    """As clients write it."""
    names = Access().names(address)
    assert names.has_host(f"{host}:8800")
    assert names.any_address is names.has_host("203.0.113.9") is (address in ("::", "0.0.0.0"))


def test_the_endpoints_url_is_what_tokens_are_meant_for() -> None:
    """RFC 8707, 2; RFC 9728, 3: its metadata stands beside the path."""
    here = access(oauth_issuer="https://id.test", oauth_scope=["read"])
    keys = here.issuer.keys() if here.issuer else None
    admission = here.admission("http://127.0.0.1:8800/mcp", keys)
    assert admission.metadata_url == "http://127.0.0.1:8800/.well-known/oauth-protected-resource/mcp"
    assert admission.open_paths == {"/.well-known/oauth-protected-resource/mcp"}
    assert admission.scopes == ("read",)
    public = access(oauth_issuer="https://id.test", public_url="https://mcp.example.com/", host="0.0.0.0")
    admission = public.admission("http://0.0.0.0:8800/mcp", keys)
    assert admission.metadata_url == "https://mcp.example.com/.well-known/oauth-protected-resource"


def test_an_origin_is_written_as_browsers_do() -> None:
    """RFC 6454, 6.1."""
    assert serialized(("http", "::1", 80)) == "http://[::1]"
    assert serialized(("https", "a.test", 80)) == "https://a.test:80"


def test_the_authorities_to_believe_are_those_of_the_api(tmp_path: Path) -> None:
    """`--ca-bundle`: an issuer of one's own has a certificate of one's own."""
    for name, text in (("empty.pem", ""), ("text.pem", "no certificate")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("none.pem", "empty.pem", "text.pem"):
        with pytest.raises(ConfigError) as caught:
            access(oauth_issuer="https://id.test", ca_bundle=str(tmp_path / name))
        assert str(caught.value.where).startswith("--ca-bundle")
    made = access(oauth_issuer="https://id.test", insecure=True)
    assert made.issuer is not None
    assert made.issuer.trust == Trust()
