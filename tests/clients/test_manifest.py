"""The manifest of a bundle: what a person is asked for. MCPB manifest 0.4."""

import pytest

from openapi_mcp.auth.held import Held
from openapi_mcp.clients.manifest import (
    Bundled,
    base_url_field,
    credential_fields,
    fields_of,
    manifest,
    path_field,
    semantic_version,
)
from openapi_mcp.model.document import (
    Document,
    OAuthFlow,
    Operation,
    RequiredScheme,
    SecurityRequirement,
    SecurityScheme,
)
from openapi_mcp.model.tool import Annotations, Tool

HINTS = Annotations(read_only=True, destructive=False, idempotent=False)


def scheme(name: str, kind: str = "apiKey", **more: object) -> SecurityScheme:
    return SecurityScheme(name=name, type=kind, pointer="", **{"location": "header", "parameter": "X", **more})  # type: ignore[arg-type]


def tool(*ways: tuple[str, ...]) -> Tool:
    security = tuple(SecurityRequirement(schemes=tuple(RequiredScheme(name=name) for name in way)) for way in ways)
    operation = Operation(method="GET", path="/a", pointer="#", security=security or None)
    return Tool(name="a", title="", operation=operation, description="", input_schema={}, annotations=HINTS)


def asked(schemes: list[SecurityScheme], *tools: Tool) -> dict[str, bool]:
    """Return the options of the fields, and whether each must be filled in."""
    document = Document(
        title="Shop", version="1", openapi="3.1.0", source="", base_uri=None, security_schemes=tuple(schemes)
    )
    held = Held(schemes={each.name: each for each in schemes}, states_security=True)
    fields = credential_fields("", document, tools, held)
    return {f"{each.option} {each.value}": each.setting.required for each in fields}


def test_a_credential_that_every_tool_needs_is_required() -> None:
    """Issue 10: by security scheme, on the tools listed."""
    assert asked([scheme("key")], tool(("key",))) == {"--auth key=env:BUNDLE_AUTH_KEY": True}


def test_one_that_some_tools_need_or_that_has_another_way_is_not() -> None:
    """A person with the other credential could not install it."""
    assert asked([scheme("key")], tool(("key",)), tool()) == {"--auth key=env:BUNDLE_AUTH_KEY": False}
    either = asked([scheme("a"), scheme("b")], tool(("a",), ("b",)))
    assert either == {"--auth a=env:BUNDLE_AUTH_A": False, "--auth b=env:BUNDLE_AUTH_B": False}


def test_client_credentials_are_an_id_and_a_secret_and_a_certificate_is_files() -> None:
    """OAS 3.1.1, OAuth Flows Object; mutualTLS."""
    flow = OAuthFlow(type="clientCredentials", token_url="https://a.example/t")
    oauth = scheme("o", "oauth2", flows=(flow,))
    assert list(asked([oauth], tool(("o",)))) == [
        "--auth o.client_id=env:BUNDLE_AUTH_O_CLIENT_ID",
        "--auth o.client_secret=env:BUNDLE_AUTH_O_CLIENT_SECRET",
    ]
    assert list(asked([scheme("tls", "mutualTLS")], tool(("tls",)))) == [
        "--client-cert ${user_config.client_cert}",
        "--client-key ${user_config.client_key}",
    ]


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("apiKey", {}, "An API key, sent in header X."),
        (
            "apiKey",
            {"parameter": "Authorization"},
            "The whole of the Authorization header, its first word included, such as: Token abc123.",
        ),
        ("http", {"scheme": "basic"}, "User name and password, as USER:PASSWORD."),
        ("http", {"scheme": "bearer"}, "A token, sent as Authorization: Bearer TOKEN."),
        ("openIdConnect", {}, "An access token."),
    ],
)
def test_a_person_is_told_what_to_type(kind: str, more: dict[str, str], said: str) -> None:
    """Issue 10: each credential by security scheme."""
    schemes = [scheme("s", kind, **more)]
    document = Document(title="", version="", openapi="", source="", base_uri=None, security_schemes=tuple(schemes))
    held = Held(schemes={"s": schemes[0]}, states_security=True)
    (field,) = credential_fields("shop", document, [tool(("s",))], held)
    assert (field.setting.description, field.setting.sensitive) == (said, True)
    assert (field.setting.title, field.value) == ("Credential s of shop", "shop=s=env:BUNDLE_AUTH_SHOP_S")


def test_a_scheme_whose_name_is_none_is_not_asked_for() -> None:
    """OAS 3.1.1, Components Object: names are of A-Z a-z 0-9 . - _; a text of the document is no option of ours."""
    assert asked([scheme("${HOME}")], tool(("${HOME}",))) == {}


def test_a_base_url_that_nobody_knows_must_be_filled_in() -> None:
    """Issue 10: base URL with default. One with a default is none that is missing."""
    known, unknown = base_url_field("", "https://a.example"), base_url_field("shop", "")
    assert (known.setting.required, known.setting.as_json()["default"]) == (False, "https://a.example")
    assert (unknown.setting.required, unknown.value) == (True, "shop=${user_config.base_url_shop}")
    assert "default" not in unknown.setting.as_json()


def test_what_the_document_says_stands_for_no_setting() -> None:
    """What the document says is data: it must not be filled in with a person's secret."""
    args, settings = fields_of([path_field("--files")], {"API_TOKEN": None})
    made = manifest(
        Bundled(
            name="shop",
            title="${user_config.api_token}\nShop",
            version="x",
            description="${__dirname}",
            args=args,
            settings=settings,
            tools=(("a", "${user_config.api_token}"),),
        )
    )
    assert (made["display_name"], made["description"]) == ("$ {user_config.api_token} Shop", "$ {__dirname}")
    assert made["tools"] == [{"name": "a", "description": "$ {user_config.api_token}"}]
    assert made["server"]["mcp_config"]["env"] == {"API_TOKEN": "${user_config.api_token}"}
    assert made["user_config"]["files"]["type"] == "directory"


@pytest.mark.parametrize(
    ("text", "version"), [("v1.2", "1.2.0"), ("1.2.3-beta", "1.2.3"), ("2024-05-01", "2024.0.0"), ("new", "1.0.0")]
)
def test_a_version_has_three_numbers(text: str, version: str) -> None:
    """MCPB manifest: semantic versioning."""
    assert semantic_version(text) == version
