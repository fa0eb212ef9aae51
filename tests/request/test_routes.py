"""Which path template a filled path is taken for."""

import pytest

from openapi_mcp.request.routes import Routes

ROUTES = Routes(
    [
        "/u/{id}", "/u/{name}", "/u/me", "/u/{id}:kill", "/u/{id}.json", "/u/{id}/secret/", "/{any}/{other}",
        "/x/{id}/deep?a={a}", "/",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("own", "filled", "reached"),
    [
        ("/u/{id}", "/u/5", None),
        ("/u/{id}", "/u/me", "/u/me"),
        ("/u/{id}", "/u/ME/", "/u/me"),
        ("/u/{id}", "/u/m%65", "/u/me"),
        ("/u/{id}", "/u/m%2565", "/u/me"),
        ("/u/{id}", "/u/5%3Akill", "/u/{id}:kill"),
        ("/u/{id}", "/u/5.json", "/u/{id}.json"),
        ("/u/{id}", "/u/1%2Fsecret", "/u/{id}/secret/"),
        ("/u/{id}", "/u/1%5Csecret", "/u/{id}/secret/"),
        ("/u/{id}/secret/", "/u/me/secret/", None),
        ("/{any}/{other}", "/u/5", "/u/{id}"),
        ("/{any}/{other}", "/v/5", None),
        ("/u/{id}", "/u/%00", None),
    ],
)
def test_a_value_never_chooses_another_template(own: str, filled: str, reached: str | None) -> None:
    """design.md, Safety; OAS 3.1.1, Paths Object: concrete paths are matched before templated ones."""
    assert ROUTES.taken_by(own, filled, "GET") == reached


def test_without_templates_there_is_no_other() -> None:
    """A library may build a request for a tool alone."""
    assert Routes().taken_by("/u/{id}", "/u/me", "GET") is None


@pytest.mark.parametrize(("method", "reached"), [("GET", None), ("PUT", "/v/$LATEST"), ("put", "/v/$LATEST")])
def test_a_template_without_the_method_has_no_operation_to_reach(method: str, reached: str | None) -> None:
    """As amazonaws.com/lex-models has it: $LATEST is a version to read, and a path of its own to write."""
    routes = Routes(["/v/{version}", "/v/$LATEST", "/v/{version}/all"], ["GET PUT", "PUT", ""])
    assert routes.taken_by("/v/{version}", "/v/%24LATEST", method) == reached
    assert routes.taken_by("/v/{version}", "/v/1%2Fall", method) is None
    assert Routes(["/v/{a}", "/v/x"], ["GET", "*"]).taken_by("/v/{a}", "/v/x", method) == "/v/x"


@pytest.mark.parametrize(
    ("path", "templates"),
    [
        ("/u/5", ["/u/{id}", "/u/{name}"]),
        ("/u/me", ["/u/me"]),
        ("/U//me/", ["/u/me"]),
        ("/u/m%2565;a=b", ["/u/me"]),
        ("/u/5.json", ["/u/{id}.json"]),
        ("/v/5", ["/{any}/{other}"]),
        ("/x/1/deep", ["/x/{id}/deep?a={a}"]),
        ("/", ["/"]),
        ("/a/b/c/d", []),
        ("/%00", []),
    ],
)
def test_a_path_is_taken_for_the_most_concrete_templates(path: str, templates: list[str]) -> None:
    """OAS 3.1.1, Paths Object: concrete paths are matched before templated ones; servers differ in how they read."""
    assert list(ROUTES.taking(path, "GET")) == templates


def test_a_template_without_the_method_takes_no_path() -> None:
    """Nothing answers there that a document names."""
    assert Routes(["/v/{a}", "/v/x"], ["GET", "PUT"]).taking("/v/x", "GET") == ["/v/{a}"]
